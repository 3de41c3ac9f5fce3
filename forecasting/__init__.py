"""How much is coming, and who should be there? Its rooms open with the planning work."""
