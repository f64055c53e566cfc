"""An attack on what is displayed: the pages are read as text, put in one system, and solved for what they hide."""
