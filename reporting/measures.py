"""How commitments are measured (registry ``measures`` of ``core.hooks``)."""

MEASURES: dict = {}
