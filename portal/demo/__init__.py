"""The demonstration: a fictitious country on real towns, its youths and eighteen months of their history.

Only what the sign-in page and the launcher need is imported here; ``load`` does the rest.
"""

from portal.demo.persons import DemoAccount, accounts

# One password for everybody: the demonstration is no place for secrets, and no real person is in it.
PASSWORD = "demonstration-locale"  # noqa: S105

__all__ = ["PASSWORD", "DemoAccount", "accounts"]
