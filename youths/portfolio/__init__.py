"""The import of the portfolio of a Mission Locale from an extract of its own system (ADR 0022)."""
