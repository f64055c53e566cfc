"""Who came by themselves and was not taken: an invitation, a referral with their agreement, else a count."""
