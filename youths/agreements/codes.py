"""The tasks about agreements: their kinds, and what they are about."""

EXPIRING, ANSWERED, DISPOSAL = "agreement_expiring", "agreement_answered", "agreement_disposal"
OF_AGREEMENT, OF_REQUEST, OF_DISPOSAL = "agreement", "agreement_request", "disposal"
