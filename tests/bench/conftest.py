"""A country of the bench, tiny, in a database of its own on the test cluster."""

import os
from contextlib import closing

import pytest
from django.db import connection
from psycopg import sql

from portal.bench import database, generate
from portal.embedded.server import server
from tests import keeping, template

SCALE = 0.0005


@pytest.fixture(scope="package")
def tiny(django_db_setup, django_db_blocker):
    """Connect the tests of this folder to a tiny country, with the privileges of the web; the number of its rows."""
    keeping.drop(django_db_blocker)
    test_database, login = connection.settings_dict["NAME"], connection.settings_dict["USER"]
    options = connection.settings_dict["OPTIONS"]
    role = options.pop("options")
    name = f"{database.name_of(SCALE)}_{os.getpid()}"
    with django_db_blocker.unblock():
        server().ensure()
        template.copy_to(name)
        connection.settings_dict["USER"] = "tu_owner"
        database.use(name)
        rows = generate.generate(SCALE)
        connection.close()
        connection.settings_dict["USER"] = login
        options["options"] = role
        yield rows
        database.use(test_database)
        with closing(server().superuser()) as session:
            session.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))
