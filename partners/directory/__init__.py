"""Real directories: files of other people, read, compared with the database and applied (ADR 0012)."""
