"""What a youth says of their own digital skills, and what it suggests (ADR 0030)."""
