"""The pages of the data-protection delegate: requests, erasures, retention, decisions. No record is opened here."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from core import clock
from core.acting import Acting
from core.documents import hand_over
from core.doors import about_to_list
from core.requests import PortalRequest
from core.views import may, reads, writes
from youths import decisions
from youths.models import DelegateDecision, Erasure, RestrictedSubject, RetentionNotice, RightsRequest
from youths.rights import entitling, erasure, requests
from youths.rights.doors import decision_or_404, notice_or_404, rights_request_or_404
from youths.rights.forms import AnswerForm, DecisionForm, EntitleForm, ExtendForm, FindForm, KeepForm

SHOWN = 50
CHANGED = "Quelqu’un a traité cette demande pendant ce temps : voyez où elle en est."
NOBODY = (
    "Votre structure ne garde rien au nom de cette personne, écrit ainsi. Vérifiez l’orthographe et la date ; "
    "si c’est exact, répondez qu’aucune donnée n’est gardée."
)


@reads
@may("read_rights")
def rights_home(request: PortalRequest) -> HttpResponse:
    """What awaits the delegate, by due date; what stands; what was erased."""
    own = {"organisation": request.acting.organisation_id}
    found = RightsRequest.objects.visible_to(request.acting)
    standing = DelegateDecision.objects.filter(**own, ended_at__isnull=True)
    return render(
        request,
        "youths/rights/home.html",
        {
            "waiting": requests.with_initials(found.open().order_by("due_on", "pk")[:SHOWN]),
            "settled": found.exclude(state=RightsRequest.State.OPEN).order_by("-answered_on", "-pk")[:SHOWN],
            "decisions": standing.order_by("subject"),
            "restricted": RestrictedSubject.values,
            "erasures": Erasure.objects.filter(**own).order_by("-at", "-pk")[:SHOWN],
            "announced": RetentionNotice.objects.filter(**own).count(),
        },
    )


@writes
@may("receive_rights_request")
def rights_find(request: PortalRequest) -> HttpResponse:
    """Write down a request: the person is found by exact name and birth date, in one's own organisation."""
    acting: Acting = request.acting
    form = FindForm(
        request.POST if request.method == "POST" else None, initial={"received_on": clock.today()}
    )
    if request.method == "POST" and form.is_valid():
        asked = form.cleaned_data
        about_to_list(request)
        found = requests.find(
            asked["first_name"], asked["last_name"], asked["birth_date"], asked["file_number"]
        )
        request.marks.searched(acting, _typed(asked), len(found))
        if len(found) == 1:
            return _receive(request, form, found[0])
        form.add_error(
            None,
            "Deux personnes portent ce nom et cette date : donnez le numéro de dossier." if found else NOBODY,
        )
    return render(request, "youths/rights/find.html", {"form": form})


def _typed(asked: dict[str, Any]) -> str:
    return "|".join(
        str(asked[name] or "") for name in ("last_name", "first_name", "birth_date", "file_number")
    )


def _receive(request: PortalRequest, form: FindForm, youth_id: int) -> HttpResponse:
    asked = form.cleaned_data
    try:
        received = requests.receive(
            request.acting,
            youth_id,
            kind=asked["kind"],
            channel=asked["channel"],
            received_on=asked["received_on"],
        )
    except requests.AlreadyOpen:
        form.add_error(
            "kind", "Cette demande est déjà en cours pour cette personne : elle est dans la liste."
        )
        return render(request, "youths/rights/find.html", {"form": form}, status=409)
    messages.success(request, "La demande est notée : la réponse est due dans un mois.")
    return redirect(received)


@reads
@may("read_rights_request")
def rights_request(request: PortalRequest, uuid: UUID) -> HttpResponse:
    """One request: who, what, before when, and what can be done."""
    found = rights_request_or_404(request, uuid)
    return render(
        request,
        "youths/rights/request.html",
        {
            "found": found,
            "person": requests.person_of(found),
            "archive_ready": bool(found.archive_until and found.archive_until > clock.now()),
            "may_extend": found.is_open and not found.extension_reason,
        },
    )


@writes
@may("answer_rights_request")
def rights_answer(request: PortalRequest, uuid: UUID) -> HttpResponse:
    """Say what was answered, and when; then, of what lasts, that it is over."""
    found = rights_request_or_404(request, uuid)
    form = AnswerForm(
        found, request.POST if request.method == "POST" else None, initial={"answered_on": clock.today()}
    )
    if request.method == "POST" and form.is_valid():
        asked = form.cleaned_data
        said = {"words": asked["words"], "answered_on": asked["answered_on"]}
        try:
            if found.lasts:
                requests.lift(request.acting, found, **said)
            else:
                requests.answer(request.acting, found, state=asked["state"], **said)
        except requests.Settled:
            return _changed(request, found)
        messages.success(
            request,
            "La levée est notée." if found.lasts else "La réponse est notée, la demande est close.",
        )
        return redirect(found)
    return render(request, "youths/rights/answer.html", {"form": form, "found": found})


@writes
@may("answer_rights_request")
def rights_extend(request: PortalRequest, uuid: UUID) -> HttpResponse:
    """Take two more months, once."""
    found = rights_request_or_404(request, uuid)
    form = ExtendForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            requests.extend(found, form.cleaned_data["reason"])
        except requests.Settled:
            return _changed(request, found)
        messages.success(
            request, "Le délai est prolongé de deux mois. Dites-le à la personne, avec le motif."
        )
        return redirect(found)
    return render(request, "youths/rights/extend.html", {"form": form, "found": found})


@writes
@may("answer_rights_request")
def rights_gather(request: PortalRequest, uuid: UUID) -> HttpResponse:
    """Ask for the archive of everything that the organisation holds."""
    found = rights_request_or_404(request, uuid)
    if request.method == "POST":
        try:
            requests.ask_archive(request.acting, found)
        except requests.Settled:
            return _changed(request, found)
        messages.success(request, "L’archive se prépare : vous serez prévenu quand elle est prête.")
    return redirect(found)


@reads
@may("read_rights_request")
def rights_archive(request: PortalRequest, uuid: UUID) -> HttpResponse:
    """Hand the archive over; it leaves a line in the trail."""
    found = rights_request_or_404(request, uuid)
    if found.archive is None or found.archive_until is None or found.archive_until <= clock.now():
        raise Http404
    return hand_over(request, found.archive, "rights_request", found.uuid, nominative=True)


@writes
@may("answer_rights_request")
def rights_erase(request: PortalRequest, uuid: UUID) -> HttpResponse:
    """Erase what the organisation holds, once confirmed. It cannot be undone."""
    found = rights_request_or_404(request, uuid)
    if not found.is_open or found.kind != RightsRequest.Kind.ERASURE:
        messages.info(request, "Cette demande n’est pas un effacement à faire.")
        return redirect(found)
    hindrance = erasure.hindrance(found.youth_id, found.organisation_id)
    if request.method == "POST":
        try:
            requests.ask_erasure(request.acting, found)
        except requests.Settled:
            return _changed(request, found)
        except erasure.Hindered as refusal:
            hindrance = str(refusal)
        else:
            messages.success(request, "L’effacement est en route. Sa preuve apparaîtra dans cette page.")
            return redirect("youths:rights")
    return render(
        request,
        "youths/rights/erase.html",
        {
            "found": found,
            "person": requests.person_of(found),
            "hindrance": hindrance,
            # They go with the record: nobody would answer them.
            "others": RightsRequest.objects.visible_to(request.acting)
            .open()
            .filter(youth=found.youth_id)
            .exclude(pk=found.pk)
            .order_by("due_on", "pk"),
        },
        status=409 if request.method == "POST" else 200,
    )


def _changed(request: PortalRequest, found: RightsRequest) -> HttpResponse:
    messages.warning(request, CHANGED)
    return redirect(found)


# --- Decisions ------------------------------------------------------------------------------------


@writes
@may("decide_data_protection")
def rights_decide(request: PortalRequest) -> HttpResponse:
    """Allow something in the organisation, with the legal text it rests on."""
    form = DecisionForm(request.POST if request.method == "POST" else None)
    status = 200
    if request.method == "POST" and form.is_valid():
        asked = form.cleaned_data
        try:
            decisions.decide(request.acting, asked["subject"], asked["legal_text"], asked["months"])
        except decisions.AlreadyDecided:
            form.add_error("subject", "Une décision sur ce sujet est en cours : terminez-la d’abord.")
            status = 409
        else:
            messages.success(request, "La décision est prise, avec le texte cité.")
            return redirect("youths:rights")
    return render(request, "youths/rights/decide.html", {"form": form}, status=status)


@writes
@may("end_decision")
def rights_decision_end(request: PortalRequest, pk: int) -> HttpResponse:
    """End a decision: what it allowed is off again."""
    found = decision_or_404(request, pk)
    if request.method == "POST":
        try:
            decisions.end(request.acting, found.pk)
        except decisions.AlreadyDecided:
            messages.warning(request, "Cette décision était déjà terminée.")
        else:
            messages.success(request, "La décision est terminée.")
        return redirect("youths:rights")
    return render(request, "youths/rights/decision_end.html", {"found": found})


@writes
@may("entitle")
def rights_entitle(request: PortalRequest, pk: int) -> HttpResponse:
    """Who is entitled to note and read a restricted obstacle: name somebody, or end it."""
    decision = decision_or_404(request, pk)
    if decision.subject not in RestrictedSubject.values:
        raise Http404
    if request.method == "POST" and "fin" in request.POST:
        return _end_entitlement(request, decision, request.POST["fin"])
    already = list(entitling.entitled(decision))
    form = EntitleForm(
        entitling.candidates(decision, already), request.POST if request.method == "POST" else None
    )
    if request.method == "POST" and form.is_valid():
        try:
            entitling.entitle(request.acting, decision, int(form.cleaned_data["person"]))
        except entitling.AlreadyDone:
            messages.warning(request, "Cette personne était déjà habilitée.")
        else:
            messages.success(request, "La personne est habilitée.")
        return redirect("youths:rights_entitle", pk=decision.pk)
    return render(
        request,
        "youths/rights/entitle.html",
        {"form": form, "decision": decision, "entitled": already},
    )


def _end_entitlement(request: PortalRequest, decision: DelegateDecision, typed: str) -> HttpResponse:
    try:
        if not (typed.isascii() and typed.isdigit() and len(typed) < 19):
            raise entitling.AlreadyDone
        entitling.withdraw(request.acting, decision, int(typed))
    except entitling.AlreadyDone:
        messages.warning(request, "Cette habilitation était déjà terminée.")
    else:
        messages.success(request, "L’habilitation est terminée.")
    return redirect("youths:rights_entitle", pk=decision.pk)


# --- Retention ------------------------------------------------------------------------------------


@reads
@may("read_rights")
def rights_retention(request: PortalRequest) -> HttpResponse:
    """What is announced: counts, and each record by its reference; nobody's name."""
    found = RetentionNotice.objects.filter(organisation=request.acting.organisation_id)
    after = request.GET.get("apres", "")
    if after.isascii() and after.isdigit() and len(after) < 19:
        found = found.filter(pk__gt=int(after))
    page = list(found.order_by("pk")[: SHOWN + 1])
    return render(
        request,
        "youths/rights/retention.html",
        {
            "notices": page[:SHOWN],
            "next_url": f"?apres={page[SHOWN - 1].pk}" if len(page) > SHOWN else "",
            "months": decisions.retention_months(request.acting.organisation_id),
        },
    )


@writes
@may("keep_longer")
def rights_keep(request: PortalRequest, uuid: UUID) -> HttpResponse:
    """Keep a record beyond its time, for a cited reason, until a day."""
    found = notice_or_404(request, uuid)
    form = KeepForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        asked = form.cleaned_data
        RetentionNotice.objects.filter(pk=found.pk).update(
            kept_until=asked["until"], kept_reason=asked["reason"], kept_by=request.acting.user_id
        )
        messages.success(request, "Le dossier est gardé jusqu’à cette date, avec le motif cité.")
        return redirect(reverse("youths:rights_retention"))
    return render(request, "youths/rights/keep.html", {"form": form, "found": found})
