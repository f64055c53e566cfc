"""Put the founding conventions into the database: what the product ships with."""

from collections.abc import Callable
from dataclasses import asdict
from datetime import date

from django.conf import settings
from django.db import transaction

from core.working_days import long_date
from partners import founding
from partners.models import (
    Branch,
    Commitment,
    Committee,
    Convention,
    ConventionBranch,
    ConventionDecision,
    ConventionParty,
    DeclaredFigure,
    Level,
    Municipality,
    Network,
    Organisation,
    Region,
)

Progress = Callable[[int, int, str], None]

_REGIONAL_BODIES = {
    "ARML": ("Association régionale des Missions Locales", Network.ML, "UNML"),
    "CMAR": ("Chambre de métiers et de l’artisanat de région", Network.CMA, "CMA_FRANCE"),
    "REGION": ("Conseil régional", Network.REGION, ""),
}


@transaction.atomic
def load_founding(progress: Progress | None = None) -> dict[str, int]:
    """Create the founding organisations and conventions that are missing; return how many were created.

    What exists stays as it is, so that an administrator's edits are never overwritten: running it twice changes
    nothing. Only a convention that is there bare, without any line of its own, gets those of the source.
    ``progress(done, total, label)`` is called after each group. Needs the territory (``load_territory``); raises
    ValueError without it.
    """
    if not Region.objects.filter(pk__in={site.region for site in founding.SMV_SITES}).exists():
        raise ValueError("load the territory before the founding conventions")
    created = {"organisations": 0, "conventions": 0, "commitments": 0}
    organisations = _load_organisations(created)
    if progress:
        progress(1, 2, "structures nationales et sites du SMV")
    _load_conventions(organisations, created)
    if progress:
        progress(2, 2, "conventions")
    return created


def _load_organisations(created: dict[str, int]) -> dict[str, Organisation]:
    known = {found.key: found for found in Organisation.objects.exclude(key="").order_by("pk")}

    def add(key: str, **fields: object) -> None:
        if key not in known:
            known[key] = Organisation.objects.create(key=key, **fields)
            created["organisations"] += 1

    towns = {body.municipality for body in founding.NATIONAL_ORGANISATIONS} | {
        site.municipality for site in founding.SMV_SITES
    }
    present = set(
        Municipality.objects.filter(pk__in=towns - {None}).order_by("pk").values_list("pk", flat=True)
    )
    for body in founding.NATIONAL_ORGANISATIONS:
        add(
            body.key,
            name=body.name,
            acronym=body.acronym,
            network=body.network,
            level=Level.NATIONAL,
            municipality_id=body.municipality if body.municipality in present else None,
            starts_on=body.starts_on,
            # Gone on an unknown day: the first day on which a source says so keeps it out of the directory.
            ends_on=body.ends_on or (_gone_at_latest(body.key) if body.ceased else None),
        )
    for site in founding.SMV_SITES:
        add(
            site.key,
            name=site.name,
            acronym=site.acronym,
            network=Network.SMV,
            level=Level.LOCAL,
            region_id=site.region,
            department_id=site.department,
            municipality_id=site.municipality if site.municipality in present else None,
            parent=known[site.parent] if site.parent else None,
        )
    for convention in founding.CONVENTIONS:
        for party in convention.parties:
            kind, _, region = party.organisation.partition("_")
            if kind in _REGIONAL_BODIES and party.organisation not in known:
                name, network, parent = _REGIONAL_BODIES[kind]
                place = Region.objects.get(pk=region)
                add(
                    party.organisation,
                    name=f"{name} – {place.name}",
                    acronym=f"{kind} {place.name}",
                    network=network,
                    level=Level.REGIONAL,
                    region=place,
                    parent=known[parent] if parent else None,
                )
    return known


def _gone_at_latest(key: str) -> date | None:
    """The first day on which a source says that a text of this party is void, for want of the party."""
    days = [
        item.lapsed_at_latest
        for item in founding.CONVENTIONS
        if item.lapsed_at_latest and any(party.organisation == key for party in item.parties)
    ]
    return min(days, default=None)


def _load_conventions(organisations: dict[str, Organisation], created: dict[str, int]) -> None:
    codes = [item.code for item in founding.CONVENTIONS]
    known = {found.code: found for found in Convention.objects.filter(code__in=codes).order_by("pk")}
    branches = _load_branches()
    for item in founding.CONVENTIONS:
        predecessor = known[item.predecessor] if item.predecessor else None
        parent = known[item.parent] if item.parent else None
        if item.code not in known:
            known[item.code] = _create(item, parent, predecessor, _lead_of(item, organisations))
            created["conventions"] += 1
        elif not _is_bare(known[item.code]):
            continue
        convention = known[item.code]
        if predecessor and convention.predecessor_id is None:
            convention.predecessor = predecessor
            convention.save(update_fields=["predecessor"])
        ConventionParty.objects.bulk_create(
            ConventionParty(
                convention=convention,
                organisation=organisations[party.organisation],
                signed_on=party.signed_on,
            )
            for party in item.parties
        )
        ConventionBranch.objects.bulk_create(
            ConventionBranch(convention=convention, branch=branches[code]) for code in item.branches
        )
        DeclaredFigure.objects.bulk_create(
            DeclaredFigure(convention=convention, **asdict(figure)) for figure in item.figures
        )
        _load_promises(convention, item, organisations, created)


def _is_bare(convention: Convention) -> bool:
    held = (
        convention.parties,
        convention.branch_lines,
        convention.commitments,
        convention.committees,
        convention.declared_figures,
    )
    return not any(lines.exists() for lines in held)


def _load_branches() -> dict[str, Branch]:
    """The branches by code; those that are there stay as they are."""
    known = {found.code: found for found in Branch.objects.order_by("pk")}
    for branch in founding.BRANCHES:
        if branch.code not in known:
            known[branch.code] = Branch.objects.create(
                code=branch.code, name=branch.name, idcc=list(branch.idcc), note=branch.note
            )
    return known


def _lead_of(
    item: founding.FoundingConvention, organisations: dict[str, Organisation]
) -> Organisation | None:
    """Who keeps an eye on a text: the Missions Locales' side, for which the portal exists."""
    for party in item.parties:
        found = organisations[party.organisation]
        if found.network == Network.ML and found.ends_on is None:
            return found
    return None


def _create(
    item: founding.FoundingConvention,
    parent: Convention | None,
    predecessor: Convention | None,
    lead: Organisation | None,
) -> Convention:
    note = item.note
    if item.lapsed_at_latest and not item.lapsed_on:
        note += f" Caducité attestée au plus tard le {long_date(item.lapsed_at_latest)}."
    convention = Convention.objects.create(
        code=item.code,
        title=item.title,
        nature=item.nature,
        level=item.level,
        region_id=item.region,
        parent=parent,
        parent_proven=item.parent_proven if parent else True,
        predecessor=predecessor,
        lead=lead,
        purpose=item.purpose,
        themes=list(item.themes),
        signed_on=item.signed_on,
        signature_known=item.signature_known,
        starts_on=item.starts_on,
        ends_on=item.ends_on,
        end_known=item.end_known,
        tacit_renewal=bool(item.tacit_renewal),
        notice_months=item.notice_months,
        signed_label="" if item.signed_on else item.signed_label,
        place=item.place,
        note=note,
        source=item.source_label,
    )
    if lapsed_on := item.lapsed_on or item.lapsed_at_latest:
        ConventionDecision.objects.create(
            convention=convention,
            kind=ConventionDecision.Kind.LAPSED,
            decided_on=lapsed_on,
            at_latest=item.lapsed_on is None,
            reason=item.lapse_reason,
        )
    return convention


def _load_promises(
    convention: Convention,
    item: founding.FoundingConvention,
    organisations: dict[str, Organisation],
    created: dict[str, int],
) -> None:
    """The commitments and the committee of a text; the demonstration, and it alone, carries some over from another."""
    origin = (founding.assumed_from(item.code) if settings.DEMO else None) or item
    if origin.commitments:
        created["commitments"] += len(
            Commitment.objects.bulk_create(
                Commitment(
                    convention=convention,
                    party=organisations[promise.party] if promise.party else None,
                    theme=promise.theme,
                    wording=promise.wording,
                    frequency=promise.frequency,
                    measure=promise.measure or "",
                    order=order,
                )
                for order, promise in enumerate(origin.commitments, start=1)
            )
        )
    committee = origin.committee
    if committee:
        Committee.objects.create(
            convention=convention,
            name=committee.label,
            frequency_months=committee.frequency_months,
            reckoning=committee.rhythm,
        )
