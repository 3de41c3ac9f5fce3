"""What is this ticket, and who takes it?"""
