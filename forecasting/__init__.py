"""How much is coming, and who should be there? (Rooms of this floor open with the planning work.)"""
