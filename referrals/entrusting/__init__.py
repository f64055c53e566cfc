"""A manager entrusts the referrals of somebody to a colleague, many at once."""
