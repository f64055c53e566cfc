"""What the bench measures: who asks for which page, and what it may cost (DESIGN, "Budgets")."""

from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.urls import reverse

LIST, DETAIL, DASHBOARD, SEARCH, FORM, BASE = "list", "detail", "dashboard", "search", "form", "base"
# Statements by kind of page; a search is a list, and a form reads what a record does.
QUERIES = {LIST: 8, SEARCH: 8, DETAIL: 10, FORM: 10, DASHBOARD: 12}
# Times the raw SQL of the same rows for a list, times the empty authenticated page for the others.
RATIOS = {LIST: 7.0, SEARCH: 2.5, DETAIL: 2.5, DASHBOARD: 6.0}
ROWS = 50
BYTES = 25_000
# What is typed in the search: the beginning of a common name.
TYPED = "mart"


@dataclass(frozen=True, slots=True)
class Page:
    """A page as one person asks for it. ``raw`` names the file of ``bench/raw`` it is compared with."""

    name: str
    who: str
    path: str
    kind: str
    raw: str = ""
    posted: dict[str, str] | None = None
    # Its answer leads to another page, as that of a post does.
    leads: bool = False

    @property
    def key(self) -> str:
        return f"{self.name} · {self.who}"

    @property
    def status(self) -> int:
        return 302 if self.leads or self.posted is not None else 200


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who asks for pages: identifiers only."""

    user: int
    organisation: int
    team: int | None
    region: str | None


_SIZES = """
SELECT o.id FROM partners_organisation o JOIN youths_youth y ON y.registered_with_id = o.id
GROUP BY o.id ORDER BY count(*) DESC, o.id
"""
_PERSON = """
SELECT m.user_id, m.organisation_id, m.team_id, coalesce(o.region_id, d.region_id)
FROM partners_membership m JOIN partners_organisation o ON o.id = m.organisation_id
LEFT JOIN partners_department d ON d.code = o.department_id
WHERE m.role = %(role)s AND (%(organisation)s::bigint IS NULL OR m.organisation_id = %(organisation)s)
ORDER BY (SELECT count(*) FROM referrals_referral r
          WHERE r.sender_professional_id = m.user_id OR r.recipient_professional_id = m.user_id) DESC, m.id
LIMIT 1
"""
_BUSIEST = """
SELECT r.recipient_id FROM referrals_referral r JOIN partners_organisation o ON o.id = r.recipient_id
WHERE o.network <> 'ml' GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT 1
"""
_REGIONAL = """
SELECT m.user_id, m.organisation_id, m.team_id, o.region_id
FROM partners_membership m JOIN partners_organisation o ON o.id = m.organisation_id
WHERE m.role = 'regional'
ORDER BY (SELECT sum(s.sent) FROM reporting_summarycell s WHERE s.region_id = o.region_id) DESC NULLS LAST, m.id
LIMIT 1
"""
_FUNDER = """
SELECT m.user_id, m.organisation_id, m.team_id, o.region_id
FROM partners_membership m JOIN partners_organisation o ON o.id = m.organisation_id
WHERE m.role = 'regional' AND o.network IN ('region', 'state', 'ml') AND o.level = 'regional' ORDER BY m.id LIMIT 1
"""
_NATIONAL = """
SELECT m.user_id, m.organisation_id, m.team_id, NULL
FROM partners_membership m JOIN partners_organisation o ON o.id = m.organisation_id
WHERE m.role = 'national' AND o.key = 'UNML' LIMIT 1
"""
_REFERRAL = """
SELECT r.uuid FROM referrals_referral r
WHERE r.{side}_professional_id = %(user)s AND r.{side}_id = %(organisation)s
  AND r.state IN ('received', 'accepted', 'started', 'waitlisted')
ORDER BY (SELECT count(*) FROM referrals_referralevent e WHERE e.referral_id = r.id) DESC, r.id LIMIT 1
"""
_YOUTH = """
SELECT y.uuid FROM youths_youth y JOIN youths_accompaniment a ON a.youth_id = y.id
WHERE a.professional_id = %(user)s AND a.organisation_id = %(organisation)s AND a.ended_on IS NULL
ORDER BY (SELECT count(*) FROM referrals_referral r WHERE r.youth_id = y.id) DESC, y.id LIMIT 1
"""
_CONVENTION = """
SELECT c.uuid FROM partners_convention c
ORDER BY (SELECT count(*) FROM partners_convention k WHERE k.parent_id = c.id) DESC, c.id LIMIT 1
"""
_COMMITMENT = "SELECT uuid FROM partners_commitment WHERE measure = '' ORDER BY id LIMIT 1"
_COMMITTEE = """
SELECT b.uuid FROM partners_committee b
ORDER BY (SELECT count(*) FROM partners_committeemeeting m WHERE m.committee_id = b.id) DESC, b.id LIMIT 1
"""
_MEETING = "SELECT uuid FROM partners_committeemeeting WHERE held_on < current_date ORDER BY held_on DESC, id LIMIT 1"
_SESSION = "SELECT uuid FROM partners_session ORDER BY starts_at DESC, id LIMIT 1"
_OWN_SESSION = """
SELECT uuid FROM partners_session WHERE organiser_id = %(organisation)s ORDER BY starts_at DESC, id LIMIT 1
"""
_APPRENTICE = """
SELECT m.user_id, m.organisation_id, m.team_id, coalesce(o.region_id, d.region_id)
FROM partners_membership m JOIN partners_organisation o ON o.id = m.organisation_id
LEFT JOIN partners_department d ON d.code = o.department_id
JOIN youths_accompaniment a ON a.professional_id = m.user_id AND a.organisation_id = m.organisation_id
WHERE o.network = 'cma' AND m.role = 'professional' AND a.ended_on IS NULL
GROUP BY m.id, o.id, d.code ORDER BY count(*) DESC, m.id LIMIT 1
"""
_PACK = "SELECT uuid FROM reporting_committeepack WHERE status = 'ready' ORDER BY id LIMIT 1"


# What is opened from a record: name, route and kind.
_OF_A_YOUTH = (
    ("likely duplicates", "youths:duplicates", DETAIL),
    ("new transfer", "youths:transfer", FORM),
    ("new invitation", "youths:invite", FORM),
    ("new agreement", "youths:agreement_give", FORM),
    ("correction", "youths:correct", FORM),
    ("new fact", "youths:journal_write", FORM),
    ("new obstacle", "youths:obstacle_note", FORM),
    ("new period", "referrals:placement_declare", FORM),
    ("self-diagnosis", "referrals:digital", DETAIL),
)


def _one(sql: str, **values: Any) -> tuple[Any, ...]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.fetchone() or ()


def people() -> dict[str, Person]:
    """The persons who ask, found on the owner's login: the same ones for the same data."""
    with connection.cursor() as cursor:
        cursor.execute(_SIZES)
        sizes = [row[0] for row in cursor.fetchall()]

    def of(role: str, organisation: int) -> Person:
        return Person(*_one(_PERSON, role=role, organisation=organisation))

    biggest, median = sizes[0], sizes[len(sizes) // 2]
    (partner,) = _one(_BUSIEST)
    return {
        "advisor, median ML": of("professional", median),
        "advisor, biggest ML": of("professional", biggest),
        "manager, biggest ML": of("manager", biggest),
        "referent, busiest partner": of("professional", partner),
        "manager, busiest partner": of("manager", partner),
        "referent, busiest chamber": Person(*_one(_APPRENTICE)),
        "regional": Person(*_one(_REGIONAL)),
        "national": Person(*_one(_NATIONAL)),
        "regional, at the table": Person(*_one(_FUNDER)),
    }


def pages(found: dict[str, Person]) -> list[Page]:
    """Every page of the bench, with the busiest record of each person."""
    listing, youths = reverse("referrals:list"), reverse("youths:list")
    wanted = [
        Page("empty page", "advisor, biggest ML", "/banc/vide/", BASE),
        Page("sign of life", "", reverse("health_live"), BASE),
    ]
    for who in ("advisor, median ML", "advisor, biggest ML", "manager, biggest ML"):
        everybody = who.startswith("manager")
        raw = "_manager" if everybody else ""
        wanted += [
            Page(
                "à faire", who, reverse("home") + ("?vue=structure" if everybody else ""), LIST, f"tasks{raw}"
            ),
            Page("referrals sent", who, f"{listing}?onglet=sent", LIST, f"referrals_sent{raw}"),
            Page("referrals received", who, f"{listing}?onglet=received", LIST, f"referrals_received{raw}"),
            Page("youths", who, youths, LIST, f"youths{raw}"),
            Page(
                "youths without news", who, f"{youths}?silence=90&tri=nouvelles", LIST, f"youths_silent{raw}"
            ),
            Page("search sent", who, reverse("youths:search"), SEARCH, posted={"q": TYPED}),
            Page("search", who, f"{youths}?recherche=1", SEARCH),
        ]
    who = "manager, biggest ML"
    wanted += [
        Page("referents of a list", who, reverse("youths:referents"), FORM),
        Page("youths entrusted", who, reverse("youths:reassign"), FORM),
        Page("filters kept", who, f"{reverse('youths:filters')}?requete=silence%3D90", FORM),
        Page("portfolio", who, reverse("youths:portfolio"), FORM),
        Page("closures", who, reverse("partners:closures"), FORM),
        Page("exports asked for", who, reverse("partners:export_list"), FORM),
        Page(
            "referrals entrusted",
            who,
            f"{reverse('referrals:reassign')}?de={found['advisor, biggest ML'].user}",
            FORM,
        ),
        Page("opinions", who, reverse("referrals:opinions"), DETAIL),
        Page("usual answers", who, reverse("referrals:usual_answers"), FORM),
    ]
    wanted += _session_pages("advisor, biggest ML", found)
    for who in ("advisor, median ML", "advisor, biggest ML"):
        person = found[who]
        values = {"user": person.user, "organisation": person.organisation}
        creation = reverse("referrals:create")
        if youth := _one(_YOUTH, **values):
            wanted += [
                Page("youth", who, reverse("youths:detail", args=youth), DETAIL),
                Page("youth of a list", who, f"{reverse('youths:detail', args=youth)}?liste=1", DETAIL),
                Page(
                    "next of a list",
                    who,
                    f"{reverse('youths:beside', args=youth)}?liste=1&sens=apres",
                    DETAIL,
                    leads=True,
                ),
                *(Page(name, who, reverse(route, args=youth), kind) for name, route, kind in _OF_A_YOUTH),
                Page("new referral: programme", who, f"{creation}?jeune={youth[0]}", FORM),
                Page(
                    "new referral: form", who, f"{creation}?jeune={youth[0]}&dispositif=apprentissage", FORM
                ),
            ]
        wanted.append(Page("new referral: youth", who, creation, FORM))
        if referral := _one(_REFERRAL.format(side="sender"), **values):
            wanted += [
                Page("referral", who, reverse("referrals:detail", args=referral), DETAIL),
                Page("earlier messages", who, reverse("referrals:thread", args=referral), DETAIL),
            ]
    wanted += _partner_pages(found) + _chamber_pages(found) + _common_pages(found) + _steering_pages()
    return wanted


def _session_pages(who: str, found: dict[str, Person]) -> list[Page]:
    """The sheet of a session, and whom to ask to it."""
    session = _one(_OWN_SESSION, organisation=found[who].organisation)
    return [
        Page("attendance", who, reverse("referrals:attendance", args=session), FORM),
        Page("convocation", who, reverse("referrals:attendance_invite", args=session), FORM),
    ]


def _chamber_pages(found: dict[str, Person]) -> list[Page]:
    """What a chamber writes of a contract that was broken."""
    who = "referent, busiest chamber"
    youth = _one(_YOUTH, user=found[who].user, organisation=found[who].organisation)
    return [Page("new breach", who, reverse("referrals:breach", args=youth), FORM)]


def _partner_pages(found: dict[str, Person]) -> list[Page]:
    who = "referent, busiest partner"
    values = {"user": found[who].user, "organisation": found[who].organisation}
    youths = reverse("youths:list")
    wanted = [
        Page("à faire", who, reverse("home"), LIST, "tasks"),
        Page("referrals received", who, reverse("referrals:list"), LIST, "referrals_received"),
        Page("youths", who, youths, LIST, "youths_partner"),
        Page("search sent", who, reverse("youths:search"), SEARCH, posted={"q": TYPED}),
        Page("search", who, f"{youths}?recherche=1", SEARCH),
        Page("notifications", who, reverse("notifications:list"), LIST, "notifications"),
    ]
    if youth := _one(_YOUTH, **values):
        wanted.append(Page("youth", who, reverse("youths:detail", args=youth), DETAIL))
    if referral := _one(_REFERRAL.format(side="recipient"), **values):
        wanted.append(Page("referral", who, reverse("referrals:detail", args=referral), DETAIL))
    return wanted


def _common_pages(found: dict[str, Person]) -> list[Page]:
    """Pages that anybody may open, asked for by a manager."""
    who = "manager, biggest ML"
    convention = _one(_CONVENTION)
    organisation = _one(
        "SELECT uuid FROM partners_organisation WHERE id = %(pk)s", pk=found[who].organisation
    )
    return [
        Page("conventions", who, reverse("partners:convention_list"), LIST, "conventions"),
        Page("convention", who, reverse("partners:convention_detail", args=convention), DETAIL),
        Page("commitment", who, reverse("partners:commitment_detail", args=_one(_COMMITMENT)), DETAIL),
        Page("organisations", who, reverse("partners:organisation_list"), LIST, "organisations"),
        Page("organisation", who, reverse("partners:organisation_detail", args=organisation), DETAIL),
        Page("municipality", who, f"{reverse('partners:municipality')}?code=17300", DETAIL),
        Page("designations", who, reverse("partners:designation_list"), LIST, "designations"),
        Page("gaps", who, reverse("partners:gap_list"), LIST, "gaps"),
        Page("new designation", who, reverse("partners:designation_create"), FORM),
        Page("designations passed on", who, reverse("partners:designation_transfer"), FORM),
        Page("committees", who, reverse("partners:committee_list"), LIST, "committees"),
        Page("committee", who, reverse("partners:committee_detail", args=_one(_COMMITTEE)), DETAIL),
        Page("meeting", who, reverse("partners:meeting_detail", args=_one(_MEETING)), DETAIL),
        Page("sessions", who, reverse("partners:session_list"), LIST, "sessions"),
        Page("session", who, reverse("partners:session_detail", args=_one(_SESSION)), DETAIL),
        Page("new session", who, reverse("partners:session_create"), FORM),
        Page("offers", who, reverse("referrals:offer_list"), LIST, "offers"),
        Page("new offer", "referent, busiest partner", reverse("referrals:offer_create"), FORM),
        Page("resources", who, reverse("partners:resource_list"), LIST, "resources"),
        Page("notifications", who, reverse("notifications:list"), LIST, "notifications"),
        Page("definitions of the figures", who, reverse("reporting:indicators"), DETAIL),
        Page("dashboard of one's own", who, reverse("reporting:dashboard"), DASHBOARD),
        Page("dashboard of one's own", "manager, busiest partner", reverse("reporting:dashboard"), DASHBOARD),
        Page("indicators of one's own", who, reverse("reporting:dashboard_indicators"), DASHBOARD),
        Page("comment of a figure", who, reverse("reporting:figure_comment"), FORM),
    ]


def _steering_pages() -> list[Page]:
    wanted = [
        Page("dashboard", "regional", reverse("reporting:dashboard"), DASHBOARD),
        Page("dashboard", "national", reverse("reporting:dashboard"), DASHBOARD),
        Page("indicators", "regional", reverse("reporting:dashboard_indicators"), DASHBOARD),
        Page("indicators", "national", reverse("reporting:dashboard_indicators"), DASHBOARD),
        Page("conventions", "national", reverse("partners:convention_list"), LIST, "conventions"),
        Page("convention", "national", reverse("partners:convention_detail", args=_one(_CONVENTION)), DETAIL),
        Page("designations", "national", reverse("partners:designation_list"), LIST, "designations"),
        Page("gaps", "national", reverse("partners:gap_list"), LIST, "gaps"),
        Page("gaps", "regional", reverse("partners:gap_list"), LIST, "gaps"),
        Page("packs", "national", reverse("reporting:pack_list"), LIST, "packs"),
        Page("splits", "regional, at the table", reverse("reporting:funding_list"), LIST, "funding"),
        Page("split brought", "regional, at the table", reverse("reporting:funding_file_add"), FORM),
    ]
    if pack := _one(_PACK):
        wanted.append(Page("pack", "national", reverse("reporting:pack_detail", args=pack), DETAIL))
    return wanted
