"""What a convention says, in which state it is, and what is done to it."""
