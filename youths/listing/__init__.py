"""The lists of youths: what they show, their filters, what is done from them."""
