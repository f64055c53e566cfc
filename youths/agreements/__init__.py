"""The agreement of the youth: its text, how it is given, the link by which it is asked, its withdrawal (ADR 0020)."""
