"""The pages of the youths' room."""
