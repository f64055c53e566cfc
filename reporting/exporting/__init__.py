"""Figures as files: the very cells of a page, hidden ones included, and what each of them means (ADR 0042)."""
