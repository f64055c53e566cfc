"""A partner asks a Mission Locale to register a youth before an entry, and is answered (DOMAIN A-07, ADR 0029)."""
