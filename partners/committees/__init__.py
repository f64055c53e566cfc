"""Follow-up committees: their rhythm, their meetings, their actions."""
