"""What should the agent answer?"""
