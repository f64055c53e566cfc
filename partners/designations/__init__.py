"""Designated referents: who answers, who is missing, what passes from hand to hand."""
