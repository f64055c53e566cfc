"""SQL of the mails: the last one of a person is found without reading those of everybody."""

LAST = """
CREATE INDEX notifications_mails_of ON core_outboxmessage ((payload -> 'user'), done_at)
    WHERE kind = 'notification.mail';
"""
NO_LAST = "DROP INDEX notifications_mails_of;"
