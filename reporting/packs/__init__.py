"""Committee packs and annual reports: their figures of a past day, what they show, how they are made and read."""
