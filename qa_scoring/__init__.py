"""Was it good, and what is it worth? Its rooms open with the quality work."""
