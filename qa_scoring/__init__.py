"""Was it good, and what is it worth? (Rooms of this floor open with the quality work.)"""
