"""The bench: a country of any size in a database of its own, and every page measured on it."""
