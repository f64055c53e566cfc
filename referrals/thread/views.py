"""The thread of a referral: writing in it, its pieces, what came before, taking back; notes and usual answers."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render

from core import uploads
from core.acting import Acting
from core.documents import hand_over
from core.requests import PortalRequest
from core.views import may, reads, writes
from referrals.doors import referral_or_404
from referrals.models import MOST_USUAL, Referral
from referrals.programmes.base import MESSAGE
from referrals.states import State
from referrals.thread import keeping, notes, reading, usual, writing
from referrals.thread.forms import MessageForm, NoteForm, UsualAnswerForm
from referrals.transitions import NotAllowed
from referrals.views.detail import page
from youths.journal_forms import READ_AGAIN
from youths.records import Overtaken

ANCHOR = "#echanges"
NOTES_ANCHOR = "#notes"


def _identifier(value: str) -> UUID | None:
    """The identifier named in an address; None when it is none."""
    try:
        return UUID(value)
    except ValueError:
        return None


def _sent_or_404(request: PortalRequest, uuid: UUID) -> Referral:
    """A referral that the other side knows of: a draft has no thread."""
    referral = referral_or_404(request, uuid)
    if referral.state == State.DRAFT:
        raise Http404
    return referral


@writes
@may("answer_referral")
def post_message(request: PortalRequest, uuid: UUID) -> HttpResponse:
    """Add a message to the thread, and a piece. A draft has none: the other structure does not see it."""
    acting: Acting = request.acting
    referral = _sent_or_404(request, uuid)
    if request.method != "POST":
        return redirect(referral)
    files = uploads.brought(request)
    if usual.INSERT in request.POST:
        typed = usual.inserted(referral, MESSAGE, request.POST)
        return page(request, referral, message=MessageForm(typed=typed, brought_before=bool(files)))
    form = MessageForm(request.POST, files)
    if not form.is_valid():
        return page(request, referral, message=form)
    if words := form.sensitive():
        return page(request, referral, message=form, message_words=words)
    try:
        writing.post_message(acting, referral, form.cleaned_data["text"], form.cleaned_data["file"])
    except NotAllowed as refusal:
        form.add_error(None, str(refusal))
        return page(request, referral, message=form, status=409)
    return redirect(referral.get_absolute_url() + ANCHOR)


@reads
@may("open_referral")
def thread(request: PortalRequest, uuid: UUID) -> HttpResponse:
    """The messages that precede the one named ``avant``, and the notes of one's own organisation."""
    referral = _sent_or_404(request, uuid)
    if reading.closed_to(referral, request.acting):
        return redirect(referral)
    found = reading.before(referral, request.acting, _identifier(request.GET.get("avant", "")))
    context = {
        "referral": referral,
        "thread": found,
        "earliest": found.lines[0]["uuid"] if found.has_earlier else None,
        "notes": reading.all_notes(referral, request.acting),
    }
    return render(request, "referrals/thread/earlier.html", context)


@reads
@may("open_referral")
def piece(request: PortalRequest, uuid: UUID) -> HttpResponse:
    """The piece of the message named ``message``, handed over; a line in the trail."""
    referral = _sent_or_404(request, uuid)
    named = request.GET.get("message", "")
    if not named:
        return redirect(referral.get_absolute_url() + ANCHOR)
    wanted = _identifier(named)
    found = reading.piece_of(referral, wanted) if wanted else None
    if found is None or found.document is None or reading.closed_to(referral, request.acting):
        raise Http404
    return hand_over(request, found.document, "message", found.uuid)


@writes
@may("answer_referral")
def message_withdraw(request: PortalRequest, uuid: UUID) -> HttpResponse:
    """Take back the message named ``message``, or say that it was an error."""
    acting: Acting = request.acting
    referral = _sent_or_404(request, uuid)
    wanted = _identifier(request.GET.get("message", ""))
    back = redirect(referral.get_absolute_url() + ANCHOR)
    if wanted is None:
        return back
    line = reading.withdrawable(referral, acting, wanted)
    if line is None:
        messages.warning(request, "Ce message n’est plus là, ou n’est pas à vous.")
        return back
    if request.method == "POST":
        if writing.withdraw(acting, referral, wanted):
            messages.success(request, "C’est retiré. Le fil dit seulement qu’un message l’a été.")
        return back
    return render(request, "referrals/thread/withdraw.html", {"referral": referral, "line": line})


@writes
@may("answer_referral")
def note(request: PortalRequest, uuid: UUID) -> HttpResponse:
    """A note for one's own organisation; or the one that ``retirer`` names is withdrawn."""
    acting: Acting = request.acting
    referral = referral_or_404(request, uuid)
    back = redirect(referral.get_absolute_url() + NOTES_ANCHOR)
    if request.method != "POST":
        return back
    if "retirer" in request.POST:
        wanted = _identifier(request.POST["retirer"])
        if wanted and notes.withdraw(acting, referral, wanted):
            messages.success(request, "La note est retirée.")
        return back
    form = NoteForm(request.POST)
    if not form.is_valid():
        return page(request, referral, note=form)
    if words := form.sensitive():
        return page(request, referral, note=form, note_words=words)
    try:
        notes.write(acting, referral, form.cleaned_data["note"])
    except NotAllowed as refusal:
        form.add_error(None, str(refusal))
        return page(request, referral, note=form, status=409)
    return back


OVERTAKEN = "Quelqu’un de votre structure a changé ces réponses entre-temps : voici où elles en sont."
FULL = f"Votre structure garde déjà {MOST_USUAL} réponses : retirez-en une d’abord."


@writes
@may("keep_usual_answers")
def usual_answers(request: PortalRequest) -> HttpResponse:
    """The usual answers of one's own organisation; the one named ``reponse`` in the address is changed."""
    acting: Acting = request.acting
    if request.method != "POST":
        wanted = request.GET.get("reponse", "")
        known = {str(one.uuid): one for one in keeping.of(acting)}
        if wanted and wanted not in known:
            raise Http404
        return _usual_page(request, UsualAnswerForm(acting, answer=known.get(wanted)))
    form = UsualAnswerForm(acting, request.POST)
    removing = "retirer" in request.POST
    # What is removed need not be well written.
    named = not {"answer", "version"} & form.errors.keys()
    if not form.is_valid() and not (removing and named):
        return _usual_page(request, form)
    if not removing and (words := form.sensitive()):
        return _usual_page(request, form, words=words)
    try:
        told = _keep(acting, form, removing=removing)
    except Overtaken:
        return _usual_page(request, form, told=OVERTAKEN, status=409)
    except keeping.Full:
        return _usual_page(request, form, told=FULL, status=409)
    messages.success(request, told)
    return redirect("referrals:usual_answers")


def _keep(acting: Acting, form: UsualAnswerForm, *, removing: bool) -> str:
    """Add, change or remove; what the person is told."""
    answer, version = form.cleaned_data.get("answer"), form.cleaned_data.get("version")
    if not answer or not version:
        if not removing:
            keeping.add(acting, form.values)
        return "La réponse est gardée : vos collègues la trouvent dans les listes."
    if removing:
        keeping.remove(acting, answer, version=version)
        return "La réponse est retirée."
    keeping.change(acting, answer, form.values, version=version)
    return "La réponse est changée."


def _usual_page(
    request: PortalRequest,
    form: UsualAnswerForm,
    *,
    words: list[str] | None = None,
    told: str = "",
    status: int = 200,
) -> HttpResponse:
    kept = keeping.of(request.acting)
    context = {
        "answers": kept,
        "most": MOST_USUAL,
        "form": form,
        "changing": bool(form["answer"].value()),
        "full": len(kept) >= MOST_USUAL,
        "words": words or [],
        "read_again": READ_AGAIN,
        "told": told,
    }
    return render(request, "referrals/thread/usual_answers.html", context, status=status)
