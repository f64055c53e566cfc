"""The split of an envelope between the Missions Locales of a region (ADR 0039)."""
