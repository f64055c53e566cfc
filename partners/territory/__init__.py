"""The territory of France: the shipped files, a reader without Django and the loader into the database."""
