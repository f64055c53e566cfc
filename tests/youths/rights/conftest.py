"""What every test of the rights stands on."""

import pytest


@pytest.fixture(autouse=True)
def own_folder(settings, tmp_path):
    settings.PRIVATE_FILES = str(tmp_path)
