"""The forms of a youth's record that show in one state only: whatever is typed, never a failure, and the text intact.

``tests/portal/test_hostile_routes.py`` meets every page as the probes of the matrix leave it; here each is brought to
the state in which it asks something.
"""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils.html import escape

from accounts.entry import CONFIRMED
from core import clock
from tests.client import StrictClient
from tests.conftest import as_owner
from tests.filling import Form, form_of, forms_of, send_pairs
from tests.portal.test_hostile_routes import CORPUS, Hostile, share, shares
from tests.youths.accompanying.test_invitation import ask as invite
from tests.youths.accompanying.test_link import link_of
from tests.youths.accompanying.test_restricted import allow
from tests.youths.rights.requesting import received
from tests.youths.test_adopt import opened_by_partner
from tests.youths.test_agreement_link import BORN, make_link
from tests.youths.test_agreement_link import page as link_page
from tests.youths.test_journal import accepted, propose, write
from tests.youths.test_merge import merged, record
from tests.youths.test_obstacles import note
from tests.youths.test_portfolio import HEADER, PAGE, allowed
from tests.youths.test_portfolio import send as bring
from tests.youths.test_saved_filters import keep
from tests.youths.test_transfer import propose as transfer
from youths.models import RightsRequest, Transfer, Youth

assert allowed  # the fixture: the delegate allows the portfolio

KEPT = {"csrfmiddlewaretoken"}
ODD = "Ça & là <b>gras</b> \"guillemets\" 'simples' 😀 עברית 𠜎 O'Brien"


def of(world, name: str, *, youth: Youth | None = None, query: str = "") -> str:
    found = youth or world.youth("yann")
    return reverse(f"youths:{name}", args=[found.uuid]) + query


def adoption(world, visit):
    """A record that a partner opened for a youth whom the Mission Locale has already."""
    yann = world.youth("yann")
    youth = opened_by_partner(world, ("Yann", "Kermarec"), yann.birth_date)
    return [("alice", of(world, "adopt", youth=youth))]


def merging(world, visit):
    """Two likely duplicates, and a merge that may be undone."""
    yann, other, gone = world.youth("yann"), record(world, level=4), record(world, last="Kermarec-Bis")
    merged(world, yann, gone)
    return [
        ("alice", of(world, "duplicates")),
        ("alice", of(world, "merge", query=f"?avec={other.uuid}")),
    ]


def moving(world, visit):
    """A transfer to propose, another one to answer or to take back."""
    assert transfer(visit("alice"), world).status_code == 302
    with as_owner():
        proposed = Transfer.objects.get()
    detail = reverse("youths:transfer_detail", args=[proposed.uuid])
    return [("dora", of(world, "transfer", youth=world.youth("zoe"))), ("carla", detail), ("alice", detail)]


def inviting(world, visit):
    """A partner to invite, and an invitation to answer or to take back."""
    detail = of(world, "detail")
    assert invite(world, visit("alice"), detail).status_code == 302
    return [
        ("dora", of(world, "invite", youth=world.youth("zoe"))),
        ("rita", of(world, "invitation")),
        ("alice", detail),
    ]


def accompanying(world, visit):
    """Links to change on both sides, a story, a step and an obstacle that go on."""
    accepted(world)
    alice, detail = visit("alice"), of(world, "detail")
    write(alice, detail, audience="tous", kind="rendez_vous", text="Un rendez-vous.")
    propose(alice, detail, "Appeler le centre")
    note(world, alice, detail)
    links = [
        (who, of(world, "link", query=f"?lien={link_of(world, key).pk}"))
        for who, key in (("alice", "ML_A"), ("rita", "RSMV"), ("mona", "ML_A"))
    ]
    return [*links, ("alice", detail), ("rita", detail), ("alice", of(world, "agreement_give"))]


def restricted(world, visit):
    allow(world)
    return [("alice", of(world, "restricted"))]


def asking(world, visit):
    """A link that was just made: to show, to mail, to take back."""
    request, _ = make_link(world)
    return [("alice", of(world, "agreement_ask", query=f"?demande={request.uuid}"))]


def listing(world, visit):
    """A list under a name, youths to entrust, an export whose reason is asked."""
    keep(visit("alice"), "À relancer")
    return [
        ("alice", reverse("youths:filters") + "?requete=silence%3D30"),
        ("mona", reverse("youths:reassign")),
        ("mona", reverse("youths:export")),
    ]


def deciding(world, visit):
    """What the delegate is asked, in each of its kinds, and what they decide."""
    asked = {kind: received(world, visit, kind).uuid for kind in RightsRequest.Kind.values}
    pages = [reverse("youths:rights_answer", args=[uuid]) for uuid in asked.values()]
    pages += [reverse(f"youths:rights_{name}", args=[asked["acces"]]) for name in ("request", "extend")]
    pages += [reverse("youths:rights_find"), reverse("youths:rights_decide")]
    return [("paul", address) for address in pages]


PLACES = [adoption, merging, moving, inviting, accompanying, restricted, asking, listing, deciding]


@pytest.fixture
def hostile(world, visit, settings, tmp_path) -> Hostile:
    settings.PRIVATE_FILES = str(tmp_path)
    return Hostile(visit)


def shown(hostile: Hostile, places: list[tuple[str, str]]) -> list[tuple[str, str, Form]]:
    found = []
    for who, address in places:
        client = hostile.client(who)
        session = client.session
        session[CONFIRMED] = clock.now().timestamp()
        session.save()
        response = client.get(address)
        assert response.status_code == 200, (who, address)
        forms = [
            (who, form.action or address, form)
            for form in forms_of(response.content.decode())
            if form.method == "post" and "deconnexion" not in form.action and "recherche" not in form.action
        ]
        assert forms, (who, address)
        found += forms
    return found


def meet(hostile: Hostile, forms: list[tuple[str, str, Form]], every: int) -> None:
    """Each nasty value in every control, the buttons and the hidden ones one time in two."""
    for rank, (who, address, form) in enumerate(forms):
        controls = [name for name in dict.fromkeys(form.order) if name not in KEPT]
        fixed = {name for name, _ in form.ticks} | {"acte", "action", "version", "seen", "submission"}
        for number, nasty in share(list(enumerate(CORPUS)), rank, every):
            names = [name for name in controls if number % 2 or name not in fixed]
            pairs = form.filled(**{name: [nasty, nasty] if number % 3 == 0 else nasty for name in names})
            what = f"POST {address} {sorted(controls)} {nasty[:20]!r}"
            hostile.ask(what, send_pairs, hostile.client(who), address, pairs)


@shares(len(CORPUS) // 2)
@pytest.mark.parametrize("place", PLACES, ids=lambda place: place.__name__)
def test_no_form_of_a_record_fails(world, visit, hostile, place, every):
    meet(hostile, shown(hostile, place(world, visit)), every)
    assert hostile.wrong == []
    assert hostile.asked


@shares(len(CORPUS) // 2)
def test_no_answer_to_a_link_fails(world, hostile, every):
    """A live link and a token that is none, with any day, month and answer: the page of somebody without an account."""
    _, token = make_link(world)
    phone = StrictClient(raise_request_exception=False)
    birth = form_of(phone.get(link_page(token)).content.decode(), "day")
    question = form_of(phone.post(link_page(token), BORN).content.decode(), "reponse")
    for rank, form in enumerate((birth, question)):
        for control in dict.fromkeys(["day", "month", "reponse", "retour", *form.order]):
            for nasty in share(CORPUS, rank, every):
                for address in (link_page(token), link_page("f" * 64)):
                    typed = [pair for pair in form.filled() if pair[0] != control]
                    pairs = [*BORN.items(), *typed, (control, nasty), (control, nasty)]
                    hostile.ask(f"POST {control} {nasty[:20]!r}", send_pairs, phone, address, pairs)
    assert hostile.wrong == []


LINES = ["=1+1;@SUM(A1);-1;0000-00-00;+33;x@;y@", ";;;;;;", '"', '"a\nb";c', "a\0b;c;d", "\u202e;\u200b;😀;31/02/2026;NaN;;", "é" * 5_000,
         "1001;<script>alert(1)</script>;<b>;9999-12-31;1e309;' OR 1=1;--"]  # fmt: skip


@shares(len(CORPUS) // 2)
def test_no_portfolio_fails(world, visit, hostile, allowed, every):
    """A file of hostile lines, then the forms of its preview."""
    mona = hostile.client("mona")
    for header in (HEADER, "", "\0", HEADER.replace(";", ","), HEADER * 2):
        for encoding in ("utf-8", "utf-16", "utf-8-sig"):
            file = SimpleUploadedFile("../x\r\n.csv", "\r\n".join([header, *LINES]).encode(encoding))
            hostile.ask(f"{header[:20]!r} {encoding}", mona.post, PAGE, {"fichier": file})
    bring(mona, [line for line in LINES if "\0" not in line])
    bring(mona)
    meet(hostile, shown(hostile, [("mona", PAGE)]), every)
    assert hostile.wrong == []


@pytest.mark.parametrize("audience", ["tous", "structure"])
def test_what_is_written_comes_back_intact_and_escaped(world, visit, audience):
    accepted(world)
    detail = of(world, "detail")
    write(visit("alice"), detail, audience=audience, kind="rendez_vous", text=ODD)
    html = visit("alice").get(detail).content.decode()
    assert escape(ODD) in html
    assert "<b>gras" not in html


def test_names_and_lists_come_back_intact_and_escaped(world, visit):
    odd = 'D’<b>Été</b> & "Co"'
    with as_owner():
        Youth.objects.filter(pk=world.youth("yann").pk).update(last_name=odd, file_number="<i>1</i>")
    keep(visit("alice"), "<u>Les miens</u> & les vôtres")
    for address in (
        reverse("youths:list"),
        of(world, "detail"),
        reverse("youths:filters"),
        of(world, "duplicates"),
    ):
        html = visit("alice").get(address).content.decode()
        for raw in ("<b>Été", "<i>1", "<u>Les"):
            assert raw not in html, address
    html = visit("alice").get(reverse("youths:list")).content.decode()
    assert escape(odd) in html
    assert escape("<u>Les miens</u> & les vôtres") in html
