"""The conventions that concern an organisation: what it may name a referent for, hold a session for, share for."""

from django.db.models import Q

from core import clock
from core.acting import Acting
from partners.conventions.reading import state_of, with_facts
from partners.conventions.state import binds
from partners.models import Convention, ConventionParty, Level


def conventions_for(acting: Acting, current: int | None = None) -> list[Convention]:
    """The conventions that bind their parties today and concern the acting organisation, by title. One query.

    Those that it signed, the national ones of its network, and the regional ones of its network in its region: the
    rule of :mod:`partners.designations.gaps`. A text whose signature or term is not established binds as far as one
    can tell; nobody is missed for it, anybody may act for it. ``current`` stays among them.
    """
    today = clock.today()
    parties = ConventionParty.objects.on(today)
    own = parties.filter(organisation=acting.organisation_id).values("convention")
    network = parties.filter(organisation__network=acting.network).values("convention")
    near = Q(level=Level.NATIONAL) | Q(level=Level.REGIONAL, region=acting.region)
    found = with_facts(Convention.objects.filter(Q(pk__in=own) | (Q(pk__in=network) & near) | Q(pk=current)))
    return [
        convention
        for convention in found.order_by("title", "pk")
        if convention.pk == current or binds(state_of(convention, today))
    ]
