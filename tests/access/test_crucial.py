"""The lines that matter most, written by hand: a matrix that is wrong must not agree with itself."""

import pytest
from django.urls import resolve

from core import rights
from portal import checks
from tests.access.probing import probe, things, visitor

__all__ = ["things"]

# Who reads a record and a referral of Alice's, of all the inhabitants. Nobody else, whatever the file says.
READS = {
    "youth": {"alice", "bob", "sonia", "mona", "rita", "sam", "rosa"},
    "referral": {"alice", "bob", "sonia", "mona", "rita", "sam", "rosa"},
}
ADDRESSES = {"youth": "/jeunes/{}/", "referral": "/orientations/{}/"}
# 404 for those who work with youths (as for one that does not exist), 403 for those who never do.
ANSWERS = {
    "dora": 404, "remi": 404, "charlie": 404, "carla": 404, "rose": 404,
    "paul": 403, "regis": 403, "nadia": 403, "adam": 403, "anonymous": 302,
}  # fmt: skip


@pytest.mark.parametrize("about", READS)
def test_who_reads_a_record(world, things, about):
    address = ADDRESSES[about].format(things.uuids[about, "alice"])
    everybody = READS["youth"] | set(ANSWERS)
    for name in sorted(everybody):
        answer = probe(visitor(world, name), "GET", address)
        read = name in READS[about]
        assert answer.status == (200 if read else ANSWERS.get(name, 404)), name
        assert bool(answer.holds([things.names["alice"]])) is read, name


def test_who_learns_who_made_a_request(world, things):
    """The delegate of the organisation, and nobody else in it nor elsewhere."""
    address = f"/protection-des-donnees/demandes/{things.uuids['rights_request', 'alice']}/"
    for name in sorted(READS["youth"] | set(ANSWERS)):
        answer = probe(visitor(world, name), "GET", address)
        assert answer.status == (200 if name == "paul" else 302 if name == "anonymous" else 403), name
        assert bool(answer.holds([things.names["alice"]])) is (name == "paul"), name


@pytest.mark.parametrize(
    ("name", "method", "address", "status"),
    [
        # The rest of the Mission Locale has the line, and the form of "ouvrir avec motif"; elsewhere has neither.
        ("dora", "GET", "/jeunes/{youth}/ouvrir/", 200),
        ("remi", "GET", "/jeunes/{youth}/ouvrir/", 404),
        ("carla", "GET", "/jeunes/{youth}/ouvrir/", 404),
        # A draft is for the side that writes it, its referent in front included.
        ("rita", "POST", "/orientations/{draft}/envoyer/", 404),
        ("rosa", "POST", "/orientations/{draft}/envoyer/", 404),
        ("dora", "POST", "/orientations/{draft}/supprimer/", 404),
        # Nobody writes a referral for a youth whose record they do not read.
        ("dora", "GET", "/orientations/nouvelle/?jeune={youth}", 404),
        ("charlie", "GET", "/orientations/nouvelle/?jeune={youth}", 404),
        ("charlie", "POST", "/orientations/{referral}/action/accept/", 404),
        ("remi", "POST", "/orientations/{referral}/message/", 404),
        ("dora", "POST", "/orientations/{referral}/devenir/", 404),
        # Those who steer, and those who keep the data, list and search nobody.
        ("regis", "GET", "/jeunes/", 403),
        ("nadia", "GET", "/orientations/", 403),
        ("paul", "POST", "/jeunes/recherche/", 403),
        ("paul", "GET", "/jeunes/nouveau/", 403),
        ("adam", "GET", "/jeunes/", 403),
        # The administration is for the administrator.
        ("mona", "GET", "/admin/", 302),
        ("nadia", "GET", "/admin/partners/membership/", 302),
        ("adam", "GET", "/admin/partners/membership/", 200),
        ("adam", "GET", "/admin/youths/youth/", 404),
        # Managers designate for their own organisation.
        ("alice", "GET", "/referents/designer/", 403),
        ("rosa", "GET", "/referents/{designation}/terminer/", 200),
        ("mona", "GET", "/referents/{designation}/terminer/", 403),
        ("carla", "POST", "/referents/{designation}/terminer/", 403),
        # Packs: managers and those who steer; only the nation prepares them.
        ("alice", "GET", "/comites/dossiers/{pack}/", 403),
        ("paul", "GET", "/comites/dossiers/{pack}/pdf/", 403),
        ("mona", "GET", "/comites/dossiers/{pack}/pdf/", 200),
        ("regis", "POST", "/comites/reunions/{meeting}/preparer/", 403),
        ("mona", "POST", "/comites/reunions/{meeting}/preparer/", 403),
        ("anonymous", "GET", "/jeunes/{youth}/", 302),
        ("anonymous", "GET", "/tableau-de-bord/", 302),
        ("anonymous", "GET", "/admin/", 302),
    ],
)  # fmt: skip
def test_a_crucial_line(world, things, name, method, address, status):
    uuids = {about: uuid for (about, owner), uuid in things.uuids.items() if owner == "alice"}
    answer = probe(visitor(world, name), method, address.format(**uuids))
    assert answer.status == status
    if status in (302, 403, 404):
        assert answer.holds(things.everything) == []


# --- The matrix itself --------------------------------------------------------------------------------

NAMES = ["open_youth", "open_referral", "answer_referral", "write_referral", "send_draft", "open_with_reason"]


def test_no_line_lets_in_who_must_never_see_a_youth():
    for code in [*NAMES, "list_youths", "search_youths", "create_youth", "list_referrals"]:
        assert rights.action(code).roles == {"professional", "manager"}, code
    for code in NAMES:
        assert rights.action(code).relations.isdisjoint({"elsewhere", "partner_colleague"}), code
        assert ("same_ml" in rights.action(code).relations) is (code == "open_with_reason"), code


def test_the_routes_the_administration_and_the_matrix_agree():
    assert checks.disagreements() == []
    assert checks.rights_check(None) == []
    checks.refuse_to_start()


def test_the_words_of_the_file_are_checked():
    matrix = {"roles": {"manager": ""}, "relations": {"team": ""}}
    line = {"label": "", "routes": ["x"], "mode": "reads", "roles": ["manager"]}
    rights.read(matrix | {"actions": {"one": line | {"about": "youth", "relations": ["team"]}}})
    for wrong in (
        {"roles": ["chief"]},
        {"roles": []},
        {"mode": "looks"},
        {"about": "youth", "relations": ["friend"]},
        {"relations": ["team"]},
        {"colour": "red"},
    ):
        with pytest.raises(rights.ImproperlyConfigured, match="one"):
            rights.read(matrix | {"actions": {"one": line | wrong}})
    with pytest.raises(rights.ImproperlyConfigured, match="no action"):
        rights.action("fly")


@pytest.mark.parametrize(
    ("line", "changed", "said"),
    [
        ('["youths:detail", "youths:beside"]', '["youths:beside"]', "youths:detail: in no action"),
        ('["youths:detail", "youths:beside"]', '["youths:[bd]e*", "youths:list"]', "youths:list: in 2 actions"),
        ('["youths:detail", "youths:beside"]', '["youths:[bd]e*", "gone"]', "gone: a route of open_youth"),
        ('roles = ["national"]', 'roles = ["anybody"]', "prepare_pack is for anybody"),
        ('    "partners.team",\n', "", "partners.team: in the administration or in the matrix"),
        ('routes = ["youths:create"]\nmode = "writes"', 'routes = ["youths:create"]\nmode = "reads"', "the view writes"),
    ],
)  # fmt: skip
def test_a_page_that_is_not_classified_stops_the_portal(settings, tmp_path, line, changed, said):
    written = {path.name: path.read_text() for path in settings.RIGHTS_FOLDER.iterdir()}
    assert sum(text.count(line) for text in written.values()) == 1
    settings.RIGHTS_FOLDER = tmp_path
    for name, text in written.items():
        (tmp_path / name).write_text(text.replace(line, changed))
    rights.rights.cache_clear()
    try:
        assert any(said in found for found in checks.disagreements())
        assert checks.rights_check(None)
        with pytest.raises(rights.ImproperlyConfigured):
            checks.refuse_to_start()
    finally:
        rights.rights.cache_clear()


def test_an_action_written_in_two_files_stops_the_portal(settings, tmp_path):
    for path in settings.RIGHTS_FOLDER.iterdir():
        (tmp_path / path.name).write_text(path.read_text())
    (tmp_path / "again.toml").write_text((tmp_path / "youths.toml").read_text())
    with pytest.raises(rights.ImproperlyConfigured, match="open_youth"):
        rights.gathered(tmp_path)


def test_a_view_for_another_action_stops_the_portal(monkeypatch):
    view = resolve("/jeunes/").func
    monkeypatch.setattr(view, "action", "read_figures")
    assert (
        "youths:list: the view is for 'read_figures', the matrix says 'list_youths'" in checks.disagreements()
    )
    monkeypatch.delattr(view, "action")
    assert "youths:list: the view is for 'nothing', the matrix says 'list_youths'" in checks.disagreements()
