"""A restored backup brings back what was erased: it is erased again, from a file that names nobody."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from tests.conftest import as_owner, as_worker
from youths.models import Accompaniment, Erasure, Youth
from youths.rights import erasure


@pytest.fixture
def proofs(world, tmp_path):
    """The proof that Zoé was erased, copied; then the backup brings her back."""
    zoe, file = world.youth("zoe"), tmp_path / "preuves.csv"
    with as_owner():
        Erasure.objects.create(
            organisation=world.org("ML_A"),
            reason="demande",
            whole=True,
            record_hash=erasure.record_hash(zoe.uuid),
        )
    run(file, "--save")
    with as_owner(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM youths_erasure")
    return file


def run(*arguments) -> str:
    out = StringIO()
    with as_worker():
        call_command("replay_erasures", *map(str, arguments), stdout=out)
    return out.getvalue()


def test_the_copy_names_nobody(world, proofs):
    text = proofs.read_text()
    assert world.youth("zoe").last_name not in text
    assert str(world.youth("zoe").uuid) not in text


def test_it_is_dry_unless_told_otherwise(world, proofs):
    assert "à rejouer : 1" in run(proofs)
    with as_owner():
        assert Youth.objects.filter(pk=world.youth("zoe").pk).exists()


def test_what_came_back_goes_again_once_and_the_proof_is_there(world, proofs):
    assert "rejoués : 1" in run(proofs, "--wet-run")
    with as_owner():
        assert not Youth.objects.filter(pk=world.youth("zoe").pk).exists()
        assert Youth.objects.filter(pk=world.youth("yann").pk).exists()
        proof = Erasure.objects.get()
    assert proof.counts["youths_youth"] == 1
    assert "rejoués : 0" in run(proofs, "--wet-run")


def test_what_came_back_by_itself_before_the_backup_stays(world, tmp_path):
    """Its part was erased, it was linked again, then the backup was made: it holds the proof and the new link."""
    yann, file = world.youth("yann"), tmp_path / "preuves.csv"
    with as_owner():
        Erasure.objects.create(
            organisation=world.org("RSMV"),
            reason="demande",
            whole=False,
            record_hash=erasure.record_hash(yann.uuid),
        )
        link = Accompaniment.objects.create(youth=yann, organisation=world.org("RSMV"), role="partner")
    run(file, "--save")
    assert "à rejouer : 0" in run(file)
    assert "rejoués : 0" in run(file, "--wet-run")
    with as_owner():
        assert Accompaniment.objects.filter(pk=link.pk).exists()


def test_a_former_key_is_still_known(world, proofs, settings):
    settings.SEAL_KEYS = ["une clé toute neuve pour les essais", *settings.SEAL_KEYS]
    assert "à rejouer : 1" in run(proofs)


@pytest.mark.parametrize(
    "content",
    [b"", b"nom;prenom\n", b"\xff\xfe", b"at,organisation_id,by_id,reason,whole,record_hash\nx,y,z,,,\n"],
)
def test_a_file_that_holds_no_proofs_is_refused(world, tmp_path, content):
    file = tmp_path / "autre.csv"
    file.write_bytes(content)
    with pytest.raises(CommandError):
        run(file, "--wet-run")


def test_the_web_may_not(world, proofs):
    with pytest.raises(CommandError, match="worker"):
        call_command("replay_erasures", str(proofs), "--wet-run")
