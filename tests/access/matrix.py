"""Who may come in where: the one table that the probes of ``test_matrix`` read.

Each route of the portal has a line here, by its full name; a route without a line fails the build. A rule says who
is answered what on GET; on POST the same people are let in, where the route writes.
"""

from dataclasses import dataclass

# The inhabitants, as the tests know them (tests/world.py).
ACCOMPANYING = frozenset({"alice", "bob", "dora", "mona", "rita", "sam", "remi", "rosa", "charlie"})
MANAGERS = frozenset({"mona", "rosa"})
STEERING = frozenset({"regis", "nadia"})
MEMBERS = ACCOMPANYING | STEERING | {"paul"}
SIGNED_IN = MEMBERS | {"adam"}
EVERYBODY = SIGNED_IN | {"anonymous"}

# Who may open the objects of each owner. Alice sent hers to Rita, who has Sam as a substitute and Rosa as a
# manager; Charlie sent his to a centre that nobody else here works for.
OWNERS = ("alice", "charlie")
SENT_TO = {"alice": frozenset({"rita", "sam", "rosa"}), "charlie": frozenset()}
HOME_TEAM = {"alice": frozenset({"alice", "bob", "mona"}), "charlie": frozenset({"charlie"})}
SAME_ML = {"alice": frozenset({"alice", "bob", "dora", "mona"}), "charlie": frozenset({"charlie"})}

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
# What a form that was let in may answer to an empty POST: its errors, a redirection, a conflict.
POSTED = {200, 302, 409}


@dataclass(frozen=True)
class Rule:
    """Who is let in. ``target`` names the object in the address, if any; ``canary`` says that it is a person's."""

    allowed: frozenset[str] | dict[str, frozenset[str]]
    others: str = DENIED
    target: str | None = None
    canary: bool = False
    writes: bool = False
    query: str = ""
    # A page that moves those it lets in elsewhere (a form's address opened by hand).
    get: str = IN
    # Nobody is asked to sign in.
    public: bool = False

    def lets_in(self, name: str, owner: str) -> bool:
        allowed = self.allowed[owner] if isinstance(self.allowed, dict) else self.allowed
        return name in allowed

    def expected(self, name: str, owner: str, method: str) -> set[int]:
        """The status codes that are right for somebody, on a method, for the object of an owner."""
        if name == "anonymous" and not self.public:
            return STATUS[SIGN_IN]
        if method == "POST" and not self.writes:
            return STATUS[WRONG_METHOD]
        if self.lets_in(name, owner):
            return POSTED if method == "POST" else STATUS[self.get]
        # An object that concerns a person: 403 for a role that never opens one, 404 for the others.
        if self.canary and self.others == UNKNOWN and name not in ACCOMPANYING:
            return STATUS[DENIED]
        return STATUS[self.others]


PUBLIC = Rule(EVERYBODY, public=True)
MEMBER = Rule(MEMBERS)
LIST_OF_YOUTHS = Rule(ACCOMPANYING)
_BOTH_SIDES = {owner: HOME_TEAM[owner] | SENT_TO[owner] for owner in OWNERS}
_LINE = {owner: SAME_ML[owner] | SENT_TO[owner] for owner in OWNERS}


def _object(target: str, allowed: dict[str, frozenset[str]], **more: object) -> Rule:
    return Rule(allowed, UNKNOWN, target=target, canary=True, **more)  # type: ignore[arg-type]


ROUTES: dict[str, Rule] = {
    # Public pages and signs of life.
    "help": PUBLIC,
    "accessibility": PUBLIC,
    "legal": PUBLIC,
    "privacy": PUBLIC,
    "news": PUBLIC,
    "health_live": PUBLIC,
    "health_ready": PUBLIC,
    "home": Rule(EVERYBODY - STEERING - {"paul"}, MOVED, public=True),
    "accounts:sign_in": Rule(EVERYBODY, get=EITHER, writes=True, public=True),
    "accounts:demo_sign_in": Rule(frozenset(), UNKNOWN, writes=True, public=True),
    "accounts:sign_out": Rule(EVERYBODY, writes=True, get=MOVED, public=True),
    # One's own.
    "accounts:sessions": Rule(SIGNED_IN),
    "accounts:end_session": Rule(SIGNED_IN, writes=True, get=MOVED),
    "notifications:list": MEMBER,
    "notifications:mark_read": Rule(MEMBERS, writes=True, get=MOVED),
    # Organisations, conventions, referents: professional data, for every member.
    "partners:convention_list": MEMBER,
    "partners:convention_detail": Rule(MEMBERS, target="convention"),
    "partners:organisation_list": MEMBER,
    "partners:organisation_detail": Rule(MEMBERS, target="organisation"),
    "partners:designation_list": MEMBER,
    "partners:designation_create": Rule(MANAGERS, writes=True),
    # The referent of Alice's partner, and the one of Charlie's.
    "partners:designation_end": Rule(
        {"alice": frozenset({"rosa"}), "charlie": frozenset()}, target="designation", writes=True
    ),
    # Youths.
    "youths:list": LIST_OF_YOUTHS,
    "youths:search": Rule(ACCOMPANYING, writes=True, get=MOVED),
    "youths:create": Rule(ACCOMPANYING, writes=True),
    "youths:detail": _object("youth", _BOTH_SIDES),
    "youths:open": _object("youth", _LINE, writes=True),
    # Referrals.
    "referrals:list": LIST_OF_YOUTHS,
    "referrals:create": _object("youth", _BOTH_SIDES, writes=True, query="jeune"),
    "referrals:detail": _object("referral", _BOTH_SIDES),
    "referrals:message": _object("referral", _BOTH_SIDES, writes=True, get=MOVED),
    "referrals:follow_up": _object("referral", _BOTH_SIDES, writes=True, get=MOVED),
    "referrals:act": _object("referral", _BOTH_SIDES, writes=True, get=MOVED),
    "referrals:send": _object("draft", HOME_TEAM, writes=True, get=MOVED),
    "referrals:discard": _object("draft", HOME_TEAM, writes=True, get=MOVED),
    # Figures and committees: no name of a youth, for anybody.
    "reporting:dashboard": MEMBER,
    "reporting:pack_list": MEMBER,
    "reporting:pack_detail": Rule(STEERING | MANAGERS, UNKNOWN, target="pack"),
    "reporting:pack_document": Rule(STEERING | MANAGERS, UNKNOWN, target="pack"),
    "reporting:pack_request": Rule(frozenset({"nadia"}), target="meeting", writes=True),
}
# Django's administration: the administrator alone, and no youth in it. Its own table of permissions decides the
# rest, so any answer but a sign-in page is an entry.
ADMINISTRATION = "admin"
