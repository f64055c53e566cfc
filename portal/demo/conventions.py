"""Fictitious declinations of the conventions in force: one amended, one suspended, one that a party left; and a text
that agrees delays of its own.

They say that they are fictitious. Their dates follow the day of the demonstration, so that they always live.
"""

from dataclasses import dataclass, field
from datetime import date

import typst

from accounts.models import User
from core import clock
from core.uploads import CheckedFile
from core.working_days import add_days, add_months, long_date
from partners.conventions import acts
from partners.models import Amendment, Commitment, Convention, ConventionParty, Level, Organisation, Theme
from portal.demo.persons import HOME

NOTE = "Texte fictif, pour la démonstration : cette convention n’existe pas."
SMV, CMA = "UNML-SMV-2024", "CMA-FT-UNML-CHEOPS-2025"


@dataclass(frozen=True, slots=True)
class _Text:
    """A fictitious declination. ``signed`` and ``months``: months before today, and how long it lasts."""

    code: str
    title: str
    parent: str | None
    region: str | None
    parties: tuple[str, ...]
    signed: int
    months: int
    purpose: str
    themes: tuple[str, ...]
    level: str = Level.REGIONAL
    nature: str = Convention.Nature.DECLINATION
    delays: dict[str, int] = field(default_factory=dict)


_SMV_PURPOSE = (
    "Orienter vers le service militaire volontaire les jeunes suivis par les Missions Locales de la région."
)
_CMA_PURPOSE = "Faire connaître l’artisanat et accompagner ensemble les jeunes vers l’apprentissage."
_SMV_THEMES = (Theme.SMV, Theme.ORIENTATION)
_CMA_THEMES = (Theme.ORIENTATION, Theme.APPRENTICESHIP)
_TEXTS = (
    _Text("DEMO-SMV-BRE", "Déclinaison bretonne UNML – SMV", SMV, "53", ("ARML_53", "SMV_BREST", "REGION_53"),
          20, 12, _SMV_PURPOSE, _SMV_THEMES),
    _Text("DEMO-SMV-NAQ", "Déclinaison néo-aquitaine UNML – SMV", SMV, "75", ("ARML_75", "SMV_3RSMV"),
          14, 36, _SMV_PURPOSE, _SMV_THEMES),
    _Text("DEMO-SMV-GES", "Déclinaison du Grand Est UNML – SMV", SMV, "44", ("ARML_44", "SMV_1RSMV"),
          10, 24, _SMV_PURPOSE, _SMV_THEMES),
    _Text("DEMO-CMA-NAQ", "Déclinaison néo-aquitaine avec l’artisanat", CMA, "75",
          ("ARML_75", "CMAR_75", "DREETS_75", "REGION_75"), 12, 36, _CMA_PURPOSE, _CMA_THEMES),
    _Text("DEMO-CMA-BRE", "Déclinaison bretonne avec l’artisanat", CMA, "53", ("ARML_53", "CMAR_53"),
          9, 36, _CMA_PURPOSE, _CMA_THEMES),
    _Text("DEMO-CMA-LRO", "Convention locale de La Rochelle avec l’artisanat", "DEMO-CMA-NAQ", "75",
          (HOME, "CMA_17"), 6, 24, _CMA_PURPOSE, _CMA_THEMES, Level.LOCAL),
    _Text("DEMO-NUM", "Protocole fictif sur l’inclusion numérique", None, None, ("UNML", "WETECHCARE"),
          4, 36, "Répondre vite aux jeunes éloignés du numérique.", (Theme.DIGITAL,), Level.NATIONAL,
          Convention.Nature.CONVENTION, {"answer_remind_days": 3, "answer_escalate_days": 6}),
)  # fmt: skip


def load_declinations(recorder: User) -> int:
    """Create those whose parties are all there; return how many. ``recorder`` is who recorded them."""
    known = {one.key: one for one in Organisation.objects.exclude(key="").order_by("pk")}
    parents = {one.code: one for one in Convention.objects.filter(code__in=(SMV, CMA)).order_by("pk")}
    today, made = clock.today(), 0
    for text in _TEXTS:
        parent = parents.get(text.parent or "")
        if (text.parent and parent is None) or any(party not in known for party in text.parties):
            continue
        parents[text.code] = _create(text, parent, [known[party] for party in text.parties], today, recorder)
        made += 1
    if "DEMO-SMV-BRE" in parents and "DREETS_53" in known:
        _amend(parents["DEMO-SMV-BRE"], known["DREETS_53"], today, recorder)
    if "DEMO-SMV-NAQ" in parents:
        acts.suspend(
            parents["DEMO-SMV-NAQ"].pk,
            on=add_months(today, -1),
            reason="Travaux au centre : les incorporations reprennent au trimestre prochain.",
            by=recorder.pk,
        )
    if "DEMO-CMA-NAQ" in parents:
        acts.party_exit(
            parents["DEMO-CMA-NAQ"].pk,
            party=known["REGION_75"].pk,
            last_day=add_months(today, -3),
            reason="La Région suit désormais ces actions par son propre accord.",
            by=recorder.pk,
        )
    return made


def _create(
    text: _Text, parent: Convention | None, parties: list[Organisation], today: date, recorder: User
) -> Convention:
    signed_on = add_months(today, -text.signed)
    convention = acts.register_signed(
        Convention(
            code=text.code,
            title=text.title,
            nature=text.nature,
            level=text.level,
            region_id=text.region,
            parent=parent,
            lead=parties[0],
            themes=list(text.themes),
            purpose=text.purpose,
            signed_on=signed_on,
            starts_on=signed_on,
            ends_on=add_days(add_months(signed_on, text.months), -1),
            notice_months=3,
            delays=text.delays,
            source=NOTE,
        ),
        [acts.SignedParty(party.pk, signed_on) for party in parties],
        file=_paper(text.title, f"Signée le {long_date(signed_on)}."),
        by=recorder.pk,
    )
    promises = (
        (parties[0], "Désigner un référent dans chaque Mission Locale de la région", "designations_covered"),
        (parties[1], "Recevoir les jeunes orientés et dire la suite donnée", "answers_returned"),
        (None, "Se réunir au moins une fois par an", "committee_held"),
    )
    Commitment.objects.bulk_create(
        Commitment(
            convention=convention,
            party=party,
            theme=text.themes[0],
            wording=wording,
            measure=measure,
            order=order,
        )
        for order, (party, wording, measure) in enumerate(promises, start=1)
    )
    return convention


def _amend(convention: Convention, newcomer: Organisation, today: date, recorder: User) -> None:
    """An amendment that adds a party, extends the term and adds a commitment; its paper has two versions."""
    signed_on, effective_on = add_months(today, -11), add_months(today, -10)
    amendment = Amendment.objects.create(
        convention=convention,
        number=1,
        kinds=[Amendment.Kind.TERM, Amendment.Kind.PARTIES, Amendment.Kind.COMMITMENTS],
        signed_on=signed_on,
        effective_on=effective_on,
        new_ends_on=add_days(add_months(effective_on, 36), -1),
        recorded_by=recorder,
        note="L’État entre dans la convention, prolongée de trois ans.",
    )
    ConventionParty.objects.create(
        convention=convention, organisation=newcomer, joined_by=amendment, signed_on=signed_on
    )
    Commitment.objects.create(
        convention=convention,
        party=newcomer,
        theme=Theme.SMV,
        wording="Présenter le service militaire volontaire dans les instances de l’emploi",
        added_by=amendment,
        order=4,
    )
    for version in ("Projet relu.", f"Signé le {long_date(signed_on)}."):
        acts.add_document(
            convention.pk,
            _paper(f"Avenant n° 1 – {convention.title}", version),
            kind="avenant",
            title="Avenant n° 1",
            amendment=amendment,
            by=recorder.pk,
        )


def _paper(title: str, line: str) -> CheckedFile:
    """A page that says that it is fictitious."""
    words = "\n\n".join((f"= {title}", line, NOTE))
    return CheckedFile(typst.compile(words.encode(), ignore_system_fonts=True), "pdf")
