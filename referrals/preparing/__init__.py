"""What is got ready before an entry and before an exit, and the clock that asks for the exit."""
