"""What is written about a referral: the thread and its pieces, one's own notes, usual answers, words for the youth."""
