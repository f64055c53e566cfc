#!/usr/bin/env python
"""Command line of the portal."""

import os
import sys

# Commands that change the schema or load whole data sets; every other one connects as the web does.
OWNER_COMMANDS = {
    "bench",
    "check_consistency",
    "createcachetable",
    "demo",
    "flush",
    "import_directory",
    "load_demo",
    "load_territory",
    "loaddata",
    "makemigrations",
    "migrate",
    "optimizemigration",
    "showmigrations",
    "sqlflush",
    "sqlmigrate",
    "squashmigrations",
}


def main() -> None:
    """Choose the settings and the database login, then run the command."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    command = next((argument for argument in sys.argv[1:] if not argument.startswith("-")), "")
    os.environ.setdefault("PORTAL_LOGIN", "owner" if command in OWNER_COMMANDS else "app")
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
