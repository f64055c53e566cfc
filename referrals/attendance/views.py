"""The sheet of a session on a telephone, the convocations, and the referrals that follow."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from core import clock
from core.acting import Acting
from core.doors import about_to_list
from core.requests import PortalRequest
from core.views import may, writes
from partners.models import Organisation, Session
from partners.sessions import when, where
from partners.views.listing import ticked
from referrals.attendance import keeping, reading
from referrals.models import Attendance
from youths.models import Youth

State = Attendance.State
BEFORE = (State.INVITED, State.CONFIRMED, State.EXCUSED)
CANCELLED = "Cette rencontre est annulée."
OVERTAKEN = (
    "Quelqu’un de votre structure a noté autre chose entre-temps pour {count} : rien de ce qui suit n’est perdu, "
    "vérifiez puis enregistrez de nouveau."
)


def _session(request: PortalRequest, uuid: UUID) -> Session:
    """The session, for an organisation that takes part in it."""
    try:
        return reading.session_or_404(request.acting, uuid)
    except Http404:
        request.marks.denied(request.acting, "session", uuid)
        raise


@writes
@may("take_attendance")
def attendance(request: PortalRequest, uuid: UUID) -> HttpResponse:
    """Who was asked, who came: one form."""
    acting: Acting = request.acting
    session = _session(request, uuid)
    if request.method != "POST":
        return _sheet(request, session)
    if taken_back := request.POST.get("retirer", ""):
        if taken_back.isascii() and taken_back.isdigit() and len(taken_back) < 19:
            keeping.take_back(acting, session, int(taken_back))
        return redirect("referrals:attendance", uuid=uuid)
    wanted = _typed(request)
    try:
        noted = keeping.note(acting, session.pk, wanted)
    except keeping.TooSoon:
        return _sheet(
            request, session, wanted, "La rencontre n’a pas commencé : notez les présences le jour même."
        )
    except keeping.Closed:
        return _sheet(request, session, wanted, CANCELLED, status=409)
    except keeping.Full:
        return _sheet(
            request, session, wanted, "Il n’y a plus de place pour un jeune qui s’était excusé.", status=409
        )
    if noted.overtaken:
        count = "un jeune" if len(noted.overtaken) == 1 else f"{len(noted.overtaken)} jeunes"
        return _sheet(request, session, wanted, OVERTAKEN.format(count=count), status=409)
    messages.success(request, "Les présences sont enregistrées." if noted.changed else "Rien n’a changé.")
    return redirect("referrals:attendance", uuid=uuid)


def _typed(request: PortalRequest) -> dict[int, tuple[str, str]]:
    """For each line that was sent: the state that was on the page, and the one chosen."""
    found = {}
    for name, state in request.POST.items():
        number = name.removeprefix("etat-")
        if number == name or not (number.isascii() and number.isdigit() and len(number) < 19):
            continue
        if state in State.values:
            found[int(number)] = (request.POST.get(f"vu-{number}", ""), state)
    return found


def _sheet(
    request: PortalRequest,
    session: Session,
    typed: dict[int, tuple[str, str]] | None = None,
    told: str = "",
    status: int = 200,
) -> HttpResponse:
    acting: Acting = request.acting
    about_to_list(request)
    lines = reading.lines_of(acting, session)
    request.marks.listed(acting, "youth", len(lines))
    offered = State.values if session.has_begun else BEFORE
    onward = _onward(lines)
    alive = session.state != Session.State.CANCELLED
    context = {
        "session": session,
        "when": when(session),
        "where": where(session) or "À distance",
        "left": _left(session),
        "rows": [_row(line, offered, (typed or {}).get(line.attendance.pk)) for line in lines],
        "came": sum(line.attendance.state == State.PRESENT for line in lines),
        "onward": onward,
        "ways": reading.ways_onward(acting, session) if onward else [],
        "told": told,
        "alive": alive,
        "may_invite": alive and session.ends_at > clock.now(),
    }
    return render(request, "referrals/attendance/sheet.html", context, status=status)


def _onward(lines: list[reading.Line]) -> list[reading.Line]:
    """Those who came and were not referred, each once (two lines may be of one youth: merged records)."""
    came = [line for line in lines if line.attendance.state == State.PRESENT]
    referred = {line.attendance.youth_id for line in came if line.draft_url}
    return list(
        {one.attendance.youth_id: one for one in came if one.attendance.youth_id not in referred}.values()
    )


def _left(session: Session) -> int | None:
    """The places left, of a session read through its door; None when they are not counted."""
    return None if session.capacity is None else max(0, session.capacity - session.taken)  # type: ignore[attr-defined]


def _row(line: reading.Line, offered: Any, typed: tuple[str, str] | None) -> dict[str, Any]:
    """A line of the sheet: what was typed stays, what was written meanwhile is said beside."""
    kept = line.attendance.state
    chosen = typed[1] if typed else kept
    codes = [code for code in State.values if code in offered or code in (kept, chosen)]
    return {
        "line": line,
        "kept": kept,
        "choices": [(code, State(code).label, code == chosen) for code in codes],
        "moved": State(kept).label if typed and typed[1] != kept else "",
        "twice": line.attendance.merged_from is not None,
        "may_take_back": kept in (State.INVITED, State.CONFIRMED),
    }


@writes
@may("take_attendance")
def invite(request: PortalRequest, uuid: UUID) -> HttpResponse:
    """Ask youths whom one accompanies."""
    acting: Acting = request.acting
    session = _session(request, uuid)
    told, status, kept = "", 200, ticked(request, "jeune")[: reading.SHOWN]
    if request.method == "POST":
        chosen = list(reading.invitable(acting, session).filter(uuid__in=kept))
        if not chosen:
            told = "Choisissez au moins un jeune."
        else:
            try:
                count = keeping.invite(acting, session.pk, chosen)
            except keeping.Full as full:
                told, status = _places(full.left, len(chosen)), 409
            except keeping.Closed:
                told, status = "Cette rencontre est terminée ou annulée.", 409
            else:
                messages.success(
                    request, "1 jeune est convoqué." if count == 1 else f"{count} jeunes sont convoqués."
                )
                return redirect("referrals:attendance", uuid=uuid)
    about_to_list(request)
    found = list(
        reading.invitable(acting, session).only("pk", "uuid", "first_name", "last_name")[: reading.SHOWN]
    )
    request.marks.listed(acting, "youth", len(found))
    context = {
        "session": session,
        "when": when(session),
        "youths": [(youth, youth.uuid in kept) for youth in found],
        "left": _left(session),
        "told": told,
        "limit": reading.SHOWN if len(found) == reading.SHOWN else 0,
    }
    return render(request, "referrals/attendance/invite.html", context, status=status)


def _places(left: int, asked: int) -> str:
    if not left:
        return "Il n’y a plus de place à cette rencontre."
    words = "Il reste 1 place" if left == 1 else f"Il reste {left} places"
    return f"{words} : vous avez choisi {asked} jeunes."


@writes
@may("take_attendance")
def refer(request: PortalRequest, uuid: UUID) -> HttpResponse:
    """From attendance to referrals, in one action: a draft for each ticked youth who came."""
    acting: Acting = request.acting
    session = _session(request, uuid)
    here = reverse("referrals:attendance", args=[uuid])
    if request.method != "POST":
        return redirect(here)
    way = request.POST.get("vers", "")
    if way not in dict(reading.ways_onward(acting, session)):
        messages.error(request, "Choisissez le dispositif et la structure.")
        return redirect(here)
    code, _, recipient_uuid = way.partition(":")
    recipient = Organisation.objects.get(uuid=recipient_uuid)
    came = reading.attended_by(acting, session).filter(
        state=State.PRESENT,
        youth__uuid__in=ticked(request, "jeune")[: reading.SHOWN],
        youth__in=Youth.objects.visible_to(acting).values("pk"),
    )
    followed = keeping.refer(acting, came, code, recipient)
    _say(request, followed)
    return redirect(here)


def _say(request: PortalRequest, followed: keeping.Followed) -> None:
    count = len(followed.drafts)
    if count:
        words = "1 brouillon est prêt" if count == 1 else f"{count} brouillons sont prêts"
        messages.success(
            request, f"{words} : complétez-les et recueillez l’accord de chacun avant d’envoyer."
        )
    elif not followed.already:
        messages.error(request, "Choisissez au moins un jeune que vous accompagnez.")
    if followed.already:
        words = (
            "1 jeune est déjà orienté"
            if followed.already == 1
            else f"{followed.already} jeunes sont déjà orientés"
        )
        messages.info(request, f"{words} vers ce dispositif : rien n’a été ajouté.")
