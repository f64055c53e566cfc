"""The people of an organisation: how they come, are away, leave."""
