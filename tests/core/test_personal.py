"""Every personal field is declared, with its reason, and the public register shows them all (ADR 0023)."""

import pytest
from django.apps import apps
from django.contrib.auth import get_user_model

from core.hooks import person_data, todo_sources
from core.personal import Use, declare, of_youths
from core.personal_words import word_of
from partners.committees import actions
from partners.conventions import deadlines
from partners.people import bounces, reviews
from tests.access.probing import leads_to_a_youth
from youths.models import Accompaniment, JournalEntry, Youth

OURS = {"accounts", "core", "notifications", "partners", "youths", "referrals", "reporting"}
MODELS = [model for model in apps.get_models() if model._meta.app_label in OURS]
OF_YOUTHS = [model for model in MODELS if leads_to_a_youth(model)]
PERSONAL = {"email", "phone", "first_name", "last_name"}


def of_professionals(model) -> list[str]:
    """The fields of a model that name a professional, or lead to one."""
    return [
        field.name
        for field in model._meta.concrete_fields
        if field.related_model is get_user_model() or field.name.endswith("user_id") or field.name in PERSONAL
    ]


@pytest.mark.parametrize("model", OF_YOUTHS, ids=lambda model: model._meta.label)
def test_each_field_of_a_table_that_leads_to_a_youth_is_declared(model):
    found = person_data.get(model._meta.label)
    assert found is not None, (
        f"{model._meta.label} leads to a youth: declare it in personal_data.py of its room"
    )
    assert found.youth, f"{model._meta.label} leads to a youth: say by which lookup"
    assert found.undeclared() == []
    assert found.model is model


@pytest.mark.parametrize(
    "model", [m for m in MODELS if m not in OF_YOUTHS and of_professionals(m)], ids=lambda m: m._meta.label
)
def test_each_field_that_names_a_professional_is_declared(model):
    found = person_data.get(model._meta.label)
    assert found is not None, (
        f"{model._meta.label} names professionals: declare it in personal_data.py of its room"
    )
    assert [name for name in of_professionals(model) if name not in found.uses] == []


def test_each_declared_field_has_a_french_name():
    assert {label: found.unnamed() for label, found in person_data.items() if found.unnamed()} == {}


def test_each_use_says_everything():
    uses = {use for _, found in person_data.items() for use in found.uses.values()}
    assert [use for use in uses if not (use.purpose and use.basis and use.retention and use.readers)] == []


@pytest.mark.django_db
def test_each_lookup_leads_to_a_youth():
    known = list(of_youths())
    assert {found.model for found in known} >= {Youth, Accompaniment, JournalEntry}
    for found in known:
        assert not found.of(0).exists()
        assert not found.model._base_manager.filter(found.named(0)).exists()


def test_the_tasks_about_a_youth_are_known_to_the_erasure():
    """A new kind of subject of a task is declared by the model whose keys it holds, or is about nobody here."""
    declared = {kind for found in of_youths() for kind in found.subjects}
    about_nobody = {bounces.SUBJECT, reviews.SUBJECT, deadlines.SUBJECT, actions.SUBJECT}
    assert set(todo_sources) - declared == about_nobody


def test_a_field_that_does_not_exist_is_refused():
    with pytest.raises(ValueError, match="no field nothing"):
        declare(Youth, {Use("rien"): ("nothing",)}, youth="pk")


def test_anybody_reads_the_register(db, client):
    html = client.get("/donnees-personnelles/registre/").content.decode()
    missing = [
        (label, name)
        for label, found in person_data.items()
        for field in found.model._meta.concrete_fields
        if (name := field.name) in found.uses and word_of(field) not in html.replace("&#x27;", "'")
    ]
    assert missing == []
    assert "Mission d’intérêt public" in html
