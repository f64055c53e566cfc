"""The pages of the partners' room: conventions, structures, referents."""
