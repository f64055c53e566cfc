"""A country of the bench, tiny, in a database of its own on the test cluster."""

import os
from contextlib import closing

import pytest
from django.core.management import call_command
from django.db import connection
from psycopg import sql

from portal.bench import database, generate
from portal.embedded.server import server

SCALE = 0.0005


@pytest.fixture(scope="module")
def tiny(django_db_setup, django_db_blocker):
    """Connect the module's tests to a tiny country, with the privileges of the web; the number of its rows."""
    test_database, login = connection.settings_dict["NAME"], connection.settings_dict["USER"]
    options = connection.settings_dict["OPTIONS"]
    role = options.pop("options")
    name = f"{database.name_of(SCALE)}_{os.getpid()}"
    with django_db_blocker.unblock():
        server().ensure()
        database.recreate(name)
        connection.settings_dict["USER"] = "tu_owner"
        database.use(name)
        call_command("migrate", verbosity=0, interactive=False)
        rows = generate.generate(SCALE)
        connection.close()
        connection.settings_dict["USER"] = login
        options["options"] = role
        yield rows
        database.use(test_database)
        with closing(server().superuser()) as session:
            session.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))
