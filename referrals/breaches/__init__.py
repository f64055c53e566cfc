"""The breach of an apprenticeship contract, and the centre's request to the Mission Locale (ADR 0029)."""
