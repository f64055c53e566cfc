"""A text signed by the own days of its parties is a signed text in the administration (ADR 0016)."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core.history import first_filled
from partners.conventions.reading import state_of, with_facts
from partners.conventions.settled import is_settled
from partners.models import Amendment, Convention, ConventionParty
from tests.conftest import as_owner
from tests.partners.admin_pages import errors_of, saved, send, text, url
from tests.partners.test_admin_exchange import bring

SIGNED = date(2026, 3, 1)


@pytest.fixture
def adam(founding, visit):
    return visit("adam")


@pytest.fixture
def own_days(founding, owner_makes, world) -> Convention:
    """A text without a day of its own, which two parties signed."""
    made = owner_makes(
        Convention, code="PROPRES-JOURS", title="Texte", starts_on=SIGNED, ends_on=date(2029, 2, 28)
    )
    for key in ("UNML", "RSMV"):
        owner_makes(ConventionParty, convention=made, organisation=world.org(key), signed_on=SIGNED)
    assert state_of(read(made), date(2026, 4, 1)).value == "en_vigueur"
    return made


def read(convention: Convention) -> Convention:
    return with_facts(Convention.objects.filter(pk=convention.pk)).get()


def test_it_settles_a_day_after_its_last_party_signed(adam, own_days, travel, visit, world):
    address = url(Convention, "change", own_days.pk)
    saved(send(adam, address, ends_on="2029-03-01"))
    travel(datetime.now(UTC) + timedelta(hours=25))
    adam = visit("adam")
    assert "ends_on" in errors_of(send(adam, address, ends_on="2029-03-31"))
    # Nor by its lines: a day of signature, or one more original party, which would wait for its own.
    for sent in ({"parties-0-signed_on": "2026-02-01"}, {"parties-0-signed_on": ""}):
        assert "erreur de saisie" in " ".join(errors_of(send(adam, address, **sent))["parties"])
    joins = {"parties": [{"organisation": world.org("ML_A").pk, "signed_on": "2026-03-01"}]}
    assert "erreur de saisie" in " ".join(errors_of(send(adam, address, joins))["parties"])
    # Nor by a file.
    page = bring(adam, "Code;Titre;Échéance\nPROPRES-JOURS;Texte;31/12/2030\n")
    assert "sa valeur ne se change pas par un fichier" in text(page)
    # The day of the text, found later, is a blank that is filled: it gives no new day to mend.
    saved(send(adam, address, signed_on="2026-03-01"))
    assert "ends_on" in errors_of(send(adam, address, ends_on="2029-03-31"))


def test_it_takes_amendments(adam, own_days):
    address = f"{url(Amendment, 'add')}?convention={own_days.pk}"
    sent = {"kinds": ["objet"], "new_purpose": "Autre", "effective_on": "2026-06-01"}
    early = send(adam, address, **sent, signed_on="2026-02-01")
    assert errors_of(early)["signed_on"] == ["L’avenant ne peut pas être signé avant la convention."]
    saved(send(adam, address, **sent, signed_on="2026-05-01"))
    assert own_days.amendments.count() == 1


def test_it_is_not_deleted_and_keeps_two_parties(adam, own_days):
    page = text(adam.post(url(Convention, "delete", own_days.pk), {"post": "yes"}))
    assert "un texte signé ne se supprime pas" in page
    assert Convention.objects.filter(pk=own_days.pk).exists()
    response = send(adam, url(Convention, "change", own_days.pk), **{"parties-0-DELETE": "on"})
    assert "au moins deux parties" in " ".join(errors_of(response)["parties"])
    assert own_days.parties.count() == 2


def test_the_reasons_that_keep_texts_cost_the_same_for_one_and_for_many(adam, founding, owner_makes):
    def cost() -> int:
        chosen = {"action": "delete_selected", "_selected_action": [one.pk for one in drafts]}
        with CaptureQueriesContext(connection) as captured:
            assert adam.post(url(Convention, "changelist"), chosen).status_code == 200
        return sum("partners_committeemeeting" in query["sql"] for query in captured)

    drafts = [owner_makes(Convention, code="BROUILLON-0", title="Brouillon")]
    one = cost()
    drafts += [owner_makes(Convention, code=f"BROUILLON-{n}", title="Brouillon") for n in range(1, 6)]
    assert cost() == one


def test_a_signature_cleared_and_filled_in_again_gives_no_new_day(adam, founding, owner_makes, travel, world):
    made = owner_makes(Convention, code="SIGNE", title="Texte", signed_on=SIGNED)
    later = owner_makes(Convention, code="SIGNE-APRES", title="Texte")
    user, keys = world.user("adam").pk, [made.pk, later.pk]

    def write(signed_on: date | None) -> None:
        with as_owner():
            Convention.objects.filter(pk__in=keys).update(signed_on=signed_on)

    start = datetime.now(UTC)
    travel(start + timedelta(minutes=1))
    write(SIGNED + timedelta(days=1))
    first = first_filled(user, Convention, keys, "signed_on")
    assert first[made.pk] < first[later.pk]
    travel(start + timedelta(hours=20))
    write(None)
    write(SIGNED)
    assert first_filled(user, Convention, keys, "signed_on") == first
    assert not is_settled(user, read(made))
    travel(start + timedelta(hours=25))
    assert is_settled(user, read(made))
    assert is_settled(user, read(later))


def test_a_file_holds_no_dates_that_contradict_one_another(adam, founding, owner_makes):
    owner_makes(Convention, code="EXISTE", title="Texte")
    for code in ("NOUVEAU", "EXISTE"):
        page = bring(adam, f"Code;Titre;Tacite reconduction;Reconduction (mois)\n{code};Texte;oui;\n")
        assert "La tacite reconduction demande une échéance" in text(page)
        assert "import_file_name" not in text(page)
