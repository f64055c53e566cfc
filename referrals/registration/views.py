"""The page on which a Mission Locale answers a registration request."""

from uuid import UUID

from django.contrib import messages
from django.db import IntegrityError, transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render

from core.acting import Acting
from core.doors import about_to_list
from core.requests import PortalRequest
from core.views import may, writes
from referrals import presenting, programmes, workflow
from referrals.doors import referral_or_404
from referrals.models import BEFORE_ANSWER, Referral
from referrals.programmes.inscription import PROGRAMME
from referrals.registration.answering import answer as give_answer
from referrals.registration.forms import AnswerForm
from referrals.states import State
from referrals.transitions import NotAllowed
from youths.merging import joining
from youths.merging.forms import NUMBER_TAKEN
from youths.models import Youth
from youths.records import Overtaken

ELSEWHERE = (
    "Ce jeune vient d’être inscrit dans une autre Mission Locale, ou son dossier vient d’être rattaché. Rien n’a été "
    "enregistré : revenez à la demande et dites qu’il relève d’une autre mission locale."
)
MOVED = "Quelqu’un a répondu juste avant vous : rien n’a été enregistré ici. Revenez à la demande pour lire la réponse."


@writes
@may("answer_referral")
def registration(request: PortalRequest, uuid: UUID) -> HttpResponse:
    """Say that the youth is registered already, or register them; what is asked is shown first."""
    acting: Acting = request.acting
    referral = referral_or_404(request, uuid)
    if not _is_ours_to_answer(referral, acting):
        return redirect(referral)
    known = joining.candidates_of(acting, referral.youth)
    about_to_list(request)
    request.marks.listed(acting, "youth", len(known))
    form = AnswerForm(acting, referral, known, request.POST if request.method == "POST" else None)
    status, closed = 200, False
    here = referral.youth.registered_with_id
    if here is not None and here != acting.organisation_id:
        status, closed = 409, True
        _say(form, ELSEWHERE)
    elif request.method == "POST" and form.is_valid():
        status = _answer(acting, referral, form)
        closed = status == 409
        if status == 302:
            messages.success(request, "C’est enregistré : la structure qui a demandé lira votre réponse.")
            return redirect(referral)
    context = {
        "referral": referral,
        "sender": presenting.in_sentence(referral.sender),
        "form": form,
        "known": known,
        "closed": closed,
        "rules": programmes.get(referral.programme),
    }
    return render(request, "referrals/registration/answer.html", context, status=status)


def _is_ours_to_answer(referral: Referral, acting: Acting) -> bool:
    waiting = referral.state in BEFORE_ANSWER and referral.state != State.DRAFT
    return (
        referral.programme == PROGRAMME.code
        and referral.recipient_id == acting.organisation_id
        and waiting
        and referral.sharing_stopped_at is None
    )


def _answer(acting: Acting, referral: Referral, form: AnswerForm) -> int:
    """302 once done, 200 with the error beside the number, 409 when somebody was faster."""
    chosen = form.chosen
    try:
        with transaction.atomic():
            give_answer(
                acting,
                referral,
                version=form.cleaned_data["version"],
                known=Youth.objects.listed_for(acting).get(pk=chosen.pk) if chosen else None,
                lead_id=form.cleaned_data["lead"],
                file_number=form.cleaned_data["file_number"],
            )
    except (workflow.Stale, NotAllowed):
        return _say(form, MOVED)
    except Overtaken:
        return _say(form, ELSEWHERE)
    except IntegrityError as error:
        if "youths_youth_file_number" not in str(error):
            raise
        form.add_error("file_number", NUMBER_TAKEN)
        return 200
    return 302


def _say(form: AnswerForm, why: str) -> int:
    """What the page says, alone: the fields no longer matter."""
    form.fields.clear()
    form.is_bound = True
    form.full_clean()
    form.add_error(None, why)
    return 409
