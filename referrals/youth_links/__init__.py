"""The signed links by which a youth answers some questions on a telephone (ADR 0030)."""
