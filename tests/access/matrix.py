"""Who may come in where, for the probes of ``test_matrix``: the matrix of rights, and how each page is probed.

How to add a route:

1. Name its action in ``portal/rights/``: an action that is there already, or a new one with its label, roles,
   and, when the page shows an object, ``about`` and ``relations``.
2. Put ``@reads`` or ``@writes``, then ``@may("that_action")``, on the view (``login_not_required`` and no ``may``
   for ``anybody``). The system check and the start of the web server refuse a route that is not classified, or a
   view that says something else than the file.
3. If its GET does not answer 200 to those it lets in, or its address needs more than an identifier, say so in
   ``PROBES`` below. A new kind of object (``about``) also needs its identifiers in ``test_matrix.things``, and the
   relation of each inhabitant to it in ``RELATIONS``. Everything expected is derived from there.
4. When the line matters (a youth's name may appear), write it by hand in ``test_crucial.py`` too: a wrong matrix
   must not agree with itself.
"""

from collections.abc import Hashable
from dataclasses import dataclass

from core.rights import Action, rights
from portal.checks import routes

# The inhabitants, as the tests know them (tests/world.py).
# The administrator's password without the second factor, where it is required: nobody yet.
UNPROVEN = "adam without a second factor"
ROLES: dict[str, str | None] = {
    UNPROVEN: None,
    "anonymous": None,
    "adam": "administrator",
    "alice": "professional",
    "bob": "professional",
    "dora": "professional",
    "sonia": "professional",
    "mona": "manager",
    "paul": "dpo",
    "rita": "professional",
    "sam": "professional",
    "remi": "professional",
    "rosa": "manager",
    "charlie": "professional",
    "carla": "manager",
    "rose": "professional",
    "regis": "regional",
    "nadia": "national",
}
EVERYBODY = sorted(ROLES)
ACCOMPANYING = {name for name, role in ROLES.items() if role in ("professional", "manager")}

# The relation of each inhabitant to what Alice owns, and to what Charlie owns. Alice sent hers to Rita, who has Sam
# as a substitute and Rosa as a manager; Sonia replaces Alice. Charlie sent his to Rose. The others are elsewhere.
OWNERS = ("alice", "charlie")
OF_YOUTHS = {
    "alice": {
        "alice": "accompanies", "bob": "team", "sonia": "replacement", "dora": "same_ml", "mona": "own_manager",
        "rita": "referent", "sam": "referent_substitute", "rosa": "partner_manager", "remi": "partner_colleague",
    },
    "charlie": {"charlie": "accompanies", "carla": "own_manager", "rose": "referent"},
}  # fmt: skip
# The referent of Alice's partner, and the one of Charlie's, are designated by their own organisation.
OF_DESIGNATIONS = {
    "alice": dict.fromkeys(("rita", "sam", "remi", "rosa"), "own_organisation"),
    "charlie": {"rose": "own_organisation"},
}
# The alerts are about Alice's organisation, and about Charlie's.
OF_ALERTS = {
    "alice": dict.fromkeys(("alice", "bob", "dora", "sonia", "mona", "paul"), "own_organisation"),
    "charlie": dict.fromkeys(("charlie", "carla"), "own_organisation"),
}
# The managers of each organisation; Régis, at the head of the network, decides what Mona alone may not.
OF_COLLEAGUES = {"alice": {"mona": "own_organisation"}, "charlie": {"carla": "own_organisation"}}
# A large export that Alice, or Charlie, asked for.
OF_EXPORTS = {
    "alice": {"alice": "export_author"} | dict.fromkeys(("mona", "paul"), "export_decider"),
    "charlie": {"charlie": "export_author", "carla": "export_decider"},
}
# A deadline that nobody in particular owns is for those who answer for the organisation.
OF_DEADLINES = {"alice": {"mona": "answers_for"}, "charlie": {"carla": "answers_for"}}
OF_INVITATIONS = OF_COLLEAGUES | {"alice": {"mona": "own_organisation", "regis": "network_head"}}
# Each owner's committee: Alice's organisation and Charlie's are parties of the convention, the others are members.
OF_COMMITTEES = {
    "alice": dict.fromkeys(("mona", "rosa", "regis"), "committee_seat"),
    "charlie": dict.fromkeys(("carla", "nadia"), "committee_seat"),
}
# The action of each is their own; Sonia replaces Alice.
OF_ACTIONS = {
    "alice": OF_COMMITTEES["alice"] | dict.fromkeys(("alice", "sonia"), "action_owner"),
    "charlie": OF_COMMITTEES["charlie"] | {"charlie": "action_owner"},
}
# The commitment is of the convention between the two heads of network: the UNML signed it, the others are of its networks.
OF_COMMITMENTS = {
    owner: {name: "party" if name == "nadia" else "party_network" for name in ROLES} for owner in OWNERS
}
# The sessions that each organisation holds, and what it shares.
OF_SESSIONS = {
    "alice": dict.fromkeys(("alice", "bob", "dora", "sonia", "mona", "paul"), "own_organisation"),
    "charlie": dict.fromkeys(("charlie", "carla"), "own_organisation"),
}
# What each owner proposed to a Mission Locale that nobody here works for.
OF_TRANSFERS = {
    "alice": {"alice": "proposed", "sonia": "proposed", "mona": "sending_manager"},
    "charlie": {"charlie": "proposed", "carla": "sending_manager"},
}
# What Alice's partner is asked to delete is for who followed the youth there, and for its managers.
OF_DISPOSALS = {"alice": {"rita": "referent", "rosa": "partner_manager"}, "charlie": {"rose": "referent"}}
# Rita, whom Alice's referral merely solicits, reads none of it.
OF_PLACEMENTS = {
    "alice": {
        "alice": "accompanies", "bob": "team", "sonia": "replacement", "mona": "own_manager",
    },
    "charlie": {"charlie": "accompanies", "carla": "own_manager"},
}  # fmt: skip
# The pack of a local convention of each owner's organisation.
OF_LOCAL_PACKS = {
    "alice": dict.fromkeys(("mona", "rosa"), "pack_party"),
    "charlie": {"carla": "pack_party"},
}
RELATIONS = {
    "local_pack": OF_LOCAL_PACKS,
    "placement": OF_PLACEMENTS,
    "transfer": OF_TRANSFERS,
    "disposal": OF_DISPOSALS,
    "session": OF_SESSIONS,
    "resource": OF_SESSIONS,
    "offer": OF_SESSIONS,
    "committee": OF_COMMITTEES,
    "committee_meeting": OF_COMMITTEES,
    "committee_action": OF_ACTIONS,
    "commitment": OF_COMMITMENTS,
    "note": OF_ALERTS,
    "rights_request": OF_ALERTS,
    "decision": OF_ALERTS,
    "retention_notice": OF_ALERTS,
    "alert": OF_ALERTS,
    "export": OF_EXPORTS,
    "youth": OF_YOUTHS,
    "referral": OF_YOUTHS,
    "draft": OF_YOUTHS,
    "designation": OF_DESIGNATIONS,
    "convention_alert": OF_DEADLINES,
    "team": OF_COLLEAGUES,
    "membership": OF_COLLEAGUES,
    "invitation": OF_INVITATIONS,
}
# The objects whose page names a youth.
NAMES_A_YOUTH = ("youth", "referral", "draft", "disposal", "placement")

IN, MOVED, EITHER, DENIED, UNKNOWN, SIGN_IN, WRONG_METHOD = (
    "in", "moved", "either", "denied", "unknown", "sign_in", "method",
)  # fmt: skip
STATUS = {
    IN: {200},
    MOVED: {302},
    EITHER: {200, 302},
    DENIED: {403},
    UNKNOWN: {404},
    SIGN_IN: {302},
    WRONG_METHOD: {405},
}
METHODS = ("GET", "POST")
# What a form that was let in may answer to an empty POST: its errors, a redirection, a conflict.
POSTED = {200, 302, 409}


@dataclass(frozen=True)
class Probe:
    """How a page is asked, and what it answers when that is not the ordinary answer."""

    # The identifier goes in this parameter of the address.
    query: str = ""
    # A page that moves those it lets in elsewhere (a form's address opened by hand).
    get: str = IN
    # What those whose relation is not let in are told.
    others: str = UNKNOWN
    # The page answers nobody here: it exists in the demo only, or behind an address that nobody can guess.
    closed: bool = False
    # Its lists name youths.
    lists_youths: bool = False


PROBES = {
    "home": Probe(get=EITHER, lists_youths=True),
    "accounts:sign_in": Probe(get=EITHER),
    "accounts:demo_sign_in": Probe(closed=True),
    "accounts:sign_out": Probe(get=MOVED),
    "accounts:end_session": Probe(get=MOVED),
    # Between the two steps of sign-in: nobody is there without the first one.
    "accounts:challenge": Probe(get=MOVED),
    "accounts:enrol": Probe(get=MOVED),
    "accounts:enrol_passkey": Probe(get=MOVED),
    "accounts:reset_confirm": Probe(get=MOVED),
    # Not configured in the tests.
    "accounts:proconnect": Probe(closed=True),
    "accounts:proconnect_return": Probe(closed=True),
    # The password is asked again first.
    "accounts:add_app": Probe(get=MOVED),
    "accounts:add_passkey": Probe(get=MOVED),
    "accounts:remove_factor": Probe(get=MOVED),
    "accounts:renew_codes": Probe(get=MOVED),
    # Shown once, just after they were made.
    "accounts:recovery_codes": Probe(get=MOVED),
    "accounts:download_codes": Probe(closed=True),
    "notifications:mark_read": Probe(get=MOVED),
    "notifications:open": Probe(get=MOVED),
    "notifications:mailbox": Probe(closed=True),
    "partners:switch": Probe(get=MOVED),
    "partners:come_back": Probe(get=MOVED),
    "partners:wake": Probe(get=MOVED),
    "partners:invitation_accept": Probe(closed=True),
    "youths:agreement_answer": Probe(closed=True),
    "referrals:youth_link": Probe(closed=True),
    # What anybody may read, only those of the organisation that wrote it take back.
    "partners:note_withdraw": Probe(others=DENIED),
    # Designations are in the directory: nothing to hide from another organisation.
    "partners:designation_change": Probe(others=DENIED),
    "partners:designation_end": Probe(others=DENIED),
    # So are committees: everybody reads them.
    "partners:meeting_plan": Probe(others=DENIED),
    "partners:meeting_edit": Probe(others=DENIED),
    # The meeting of the probes was held: it is cancelled no more.
    "partners:meeting_cancel": Probe(others=DENIED, get=MOVED),
    "partners:meeting_record": Probe(others=DENIED),
    "partners:action_add": Probe(others=DENIED),
    "partners:contribution_edit": Probe(others=DENIED),
    "partners:action_close": Probe(others=DENIED),
    "partners:resource_remove": Probe(others=DENIED),
    "partners:session_edit": Probe(others=DENIED),
    "referrals:attendance_refer": Probe(get=MOVED),
    "partners:session_partners": Probe(others=DENIED),
    "partners:session_cancel": Probe(others=DENIED),
    "partners:session_held": Probe(others=DENIED, get=MOVED),
    # The youths of the probes are registered, and their transfer is proposed.
    "youths:adopt": Probe(get=MOVED),
    "youths:attach": Probe(get=MOVED),
    "youths:merge": Probe(get=MOVED),
    "youths:distinct": Probe(get=MOVED),
    "youths:unmerge": Probe(get=MOVED),
    "youths:transfer": Probe(get=EITHER),
    "youths:transfer_accept": Probe(get=MOVED),
    "youths:transfer_refuse": Probe(get=MOVED),
    "youths:transfer_take_back": Probe(get=MOVED),
    "youths:list": Probe(lists_youths=True),
    "youths:beside": Probe(get=MOVED),
    "youths:search": Probe(get=MOVED),
    "youths:reassign": Probe(lists_youths=True),
    # The password is asked again first.
    "youths:export": Probe(get=MOVED),
    "referrals:export": Probe(get=MOVED),
    # Its form is on the page of the request; the file of the probes is not made yet.
    "partners:export_decide": Probe(get=MOVED),
    "partners:export_file": Probe(get=MOVED),
    # Without what to withdraw, to agree on or to close, they lead back to the record.
    "youths:journal_withdraw": Probe(get=MOVED),
    "youths:obstacle_step": Probe(get=MOVED),
    "youths:step_agree": Probe(get=MOVED),
    "youths:step_close": Probe(get=MOVED),
    # Nobody is entitled before the delegate says so.
    "youths:restricted": Probe(get=MOVED),
    # Without a link, without an invitation, they lead back too.
    "youths:link": Probe(get=MOVED),
    "youths:invitation_take_back": Probe(get=MOVED),
    "youths:invitation": Probe(get=MOVED),
    "youths:rights_gather": Probe(get=MOVED),
    "referrals:list": Probe(lists_youths=True),
    "reporting:pack_cases": Probe(lists_youths=True),
    "referrals:create": Probe(query="jeune"),
    "referrals:offer_verify": Probe(get=MOVED),
    # The period of the probes is planned: neither its renewal nor its outcome is due.
    "referrals:placement_renew": Probe(get=MOVED),
    "referrals:placement_bilan": Probe(get=MOVED),
    "referrals:message": Probe(get=MOVED),
    # Without the message that they are about, they lead back to the thread.
    "referrals:message_withdraw": Probe(get=MOVED),
    "referrals:thread_piece": Probe(get=MOVED),
    "referrals:note": Probe(get=MOVED),
    "referrals:follow_up": Probe(get=MOVED),
    "referrals:act": Probe(get=MOVED),
    # The structures of the probes have no apprentice.
    "referrals:breach": Probe(get=MOVED),
    "referrals:breach_close": Probe(get=MOVED),
    "referrals:joint_request": Probe(get=MOVED),
    # The referrals of the probes ask for no registration.
    "referrals:registration": Probe(get=MOVED),
    "referrals:send": Probe(get=MOVED),
    "referrals:discard": Probe(get=MOVED),
    # A button of the dashboard: it leads back there.
    "reporting:figures_refresh": Probe(get=MOVED),
    # Without data nor a simulation to copy.
    "reporting:funding_create": Probe(get=MOVED),
    # The referral of the probes is to a programme without missions.
    "referrals:missions": Probe(get=MOVED),
    "referrals:opinion": Probe(get=MOVED),
}


def relation(name: str, about: str, owner: str) -> str:
    """The relation of an inhabitant to an owner's object."""
    return RELATIONS.get(about, {}).get(owner, {}).get(name, "elsewhere")


@dataclass(frozen=True)
class Rule:
    """What is expected of a route, from its action and its probe."""

    action: Action
    probe: Probe = Probe()

    @property
    def about(self) -> str:
        return self.action.about

    @property
    def canary(self) -> bool:
        """Whether the object in the address names a youth."""
        return self.about in NAMES_A_YOUTH

    def lets_in(self, name: str, owner: str) -> bool:
        return not self.probe.closed and self.action.lets_in(ROLES[name], relation(name, self.about, owner))

    def kind(self, name: str, owner: str, method: str) -> str:
        """The class of a probe, as the tally counts it."""
        # A method that no page has is refused before anybody is asked who they are.
        if method == "DELETE":
            return "wrong method"
        if name in ("anonymous", UNPROVEN) and not self.action.is_public:
            return "anonymous"
        if method == "POST" and self.action.mode == "reads":
            return "wrong method"
        if self.lets_in(name, owner):
            return "allowed"
        if self.probe.closed:
            return "closed"
        return (
            "relation"
            if self.action.lets_in(ROLES[name], next(iter(self.action.relations), None))
            else "role"
        )

    def expected(self, name: str, owner: str, method: str) -> set[int]:
        """The status codes that are right for somebody, on a method, for the object of an owner."""
        # Half signed in: some of the public pages lead to the second step.
        get = EITHER if name == UNPROVEN else self.probe.get
        return {
            "anonymous": STATUS[SIGN_IN],
            "wrong method": STATUS[WRONG_METHOD],
            "allowed": POSTED if method == "POST" else STATUS[get],
            "closed": STATUS[UNKNOWN],
            "relation": STATUS[self.probe.others],
            "role": STATUS[DENIED],
        }[self.kind(name, owner, method)]


# Those of the world who work for a partner.
PARTNERS = {"rita", "sam", "remi", "rosa", "rose"}


def alike(rule: Rule, method: str, name: str, owner: str) -> tuple[Hashable, ...]:
    """What makes two probes of a route the same one: role, side, relation to the object, and what is expected."""
    kind = rule.kind(name, owner, method)
    if kind == "wrong method":  # refused before anybody is asked who they are
        return (kind, ROLES[name] is None)
    return (kind, ROLES[name] or name, name in PARTNERS, relation(name, rule.about, owner))


def representatives(rule: Rule, method: str, rank: int) -> set[tuple[str, str]]:
    """Who asks, about whose object: one of those that are alike, not the same ones from a route (``rank``) to the next.

    Everybody, where lists name youths.
    """
    pairs = [(name, owner) for name in EVERYBODY for owner in (OWNERS if rule.about else OWNERS[:1])]
    if rule.probe.lists_youths:
        return set(pairs)
    classes: dict[tuple[Hashable, ...], list[tuple[str, str]]] = {}
    for name, owner in pairs:
        classes.setdefault(alike(rule, method, name, owner), []).append((name, owner))
    return {members[rank % len(members)] for members in classes.values()}


# Django's administration has its own table of permissions, and its own probes (test_administration).
ADMINISTRATION = "admin"
ROUTES = [route for route in routes() if not route.name.startswith(f"{ADMINISTRATION}:")]
ADMIN_ROUTES = [route for route in routes() if route.name.startswith(f"{ADMINISTRATION}:")]


def rule(name: str) -> Rule:
    """The rule of a route. Raises ValueError unless exactly one action claims it."""
    (action,) = rights().of_route(name)
    return Rule(action, PROBES.get(name, Probe()))


RULES = {route.name: rule(route.name) for route in ROUTES}
