"""A period in a company: declared, read, changed, renewed, signed elsewhere, cancelled, told."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from core.requests import PortalRequest
from core.text_checks import sensitive_words
from core.views import may, reads, writes
from referrals.again import Reused, say_reused
from referrals.models import Referral, WorkPlacement
from referrals.placements import codes, operations, prescribing, presenting
from referrals.placements.doors import placement_or_404
from referrals.placements.forms import CHECKED, BilanForm, CancelForm, PlacementForm, SignForm, YouthViewForm
from referrals.placements.schedule import from_json, hours_words
from referrals.placements.schedule import words as week_words
from referrals.states import TAKEN
from youths.doors import accompanied_youth_or_404
from youths.journal_forms import READ_AGAIN
from youths.models import Youth
from youths.records import Overtaken, Refused

OVERTAKEN = (
    "Quelqu’un a changé cette période pendant que vous écriviez. Rien n’a été enregistré : ouvrez-la dans un autre "
    "onglet pour voir ce qui a changé, puis recommencez."
)
# The button that says what the hours come to.
COUNT = "compter"
NOTED = "Cette période est déjà notée."
CLOSED = "Cette période est close : voyez ce qui a été noté."


@writes
@may("declare_placement")
def declare(request: PortalRequest, uuid: UUID) -> HttpResponse:
    """Declare a period of a youth, on a referral (``orientation``) or on its own."""
    youth = accompanied_youth_or_404(request, uuid)
    if COUNT in request.POST:
        return _counted(request, PlacementForm(request.acting, youth), youth, act="declare")
    form = PlacementForm(request.acting, youth, _posted(request))
    referral = _referral(request, youth)
    status = 200
    if request.method == "POST" and form.is_valid() and not form.to_check():
        try:
            placement = operations.declare(
                request.acting,
                youth,
                form.cleaned_data,
                submission=form.cleaned_data["submission"],
                referral=referral,
            )
        except Refused as refusal:
            form.add_error(None, str(refusal))
        except Reused:
            say_reused(form, NOTED)
            status = 409
        else:
            return _said(request, placement, "La période est notée.")
    return _form(request, form, youth, act="declare", status=status)


@reads
@may("open_placement")
def placement_detail(request: PortalRequest, uuid: UUID) -> HttpResponse:
    """The page of a period."""
    placement = placement_or_404(request, uuid)
    return render(request, "referrals/placements/detail.html", _shown(request, placement))


@writes
@may("change_placement")
def amend(request: PortalRequest, uuid: UUID) -> HttpResponse:
    """Change what was planned."""
    placement = placement_or_404(request, uuid)
    if not _open_to(request, placement):
        return redirect(placement)
    if COUNT in request.POST:
        blank = PlacementForm(request.acting, placement.youth, placement=placement)
        return _counted(request, blank, placement.youth, act="amend", placement=placement)
    form = PlacementForm(request.acting, placement.youth, _posted(request), placement=placement)
    status = 200
    if request.method == "POST" and form.is_valid() and not form.to_check():
        try:
            operations.amend(request.acting, uuid, form.cleaned_data, version=form.cleaned_data["version"])
        except Overtaken:
            form.add_error(None, OVERTAKEN)
            status = 409
        else:
            return _said(request, placement, "La période est modifiée.")
    return _form(request, form, placement.youth, act="amend", placement=placement, status=status)


@writes
@may("change_placement")
def renew(request: PortalRequest, uuid: UUID) -> HttpResponse:
    """Renew a period whose convention was signed: a new period, in the same company, on the same object."""
    first = placement_or_404(request, uuid)
    if first.state in (codes.State.PLANNED, codes.State.CANCELLED, codes.State.NO_SHOW):
        messages.warning(request, "Seule une période signée, et qui a eu lieu, se renouvelle.")
        return redirect(first)
    if not operations.may_write(request.acting, first):
        messages.warning(request, "La structure qui suit cette période la renouvelle.")
        return redirect(first)
    if COUNT in request.POST:
        blank = PlacementForm(request.acting, first.youth, renewal_of=first)
        return _counted(request, blank, first.youth, act="renew", placement=first)
    form = PlacementForm(request.acting, first.youth, _posted(request), renewal_of=first)
    status = 200
    if request.method == "POST" and form.is_valid() and not form.to_check():
        try:
            placement = operations.declare(
                request.acting,
                first.youth,
                form.cleaned_data,
                submission=form.cleaned_data["submission"],
                referral=Referral.objects.visible_to(request.acting).filter(placements=first).first(),
                renewal_of=first,
            )
        except Refused as refusal:
            form.add_error(None, str(refusal))
        except Reused:
            say_reused(form, NOTED)
            status = 409
        else:
            return _said(request, placement, "Le renouvellement est noté.")
    return _form(request, form, first.youth, act="renew", placement=first, status=status)


@writes
@may("change_placement")
def sign(request: PortalRequest, uuid: UUID) -> HttpResponse:
    """Note that the official convention was signed, elsewhere."""
    placement = placement_or_404(request, uuid)
    if placement.state != codes.State.PLANNED or not _open_to(request, placement):
        return redirect(placement)
    form = SignForm(_posted(request), initial={"version": placement.version})
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            operations.sign(request.acting, uuid, **form.cleaned_data)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        except Overtaken:
            form.add_error(None, OVERTAKEN)
            status = 409
        else:
            return _said(
                request, placement, "La signature est notée. Le bilan vous sera demandé le dernier jour."
            )
    return _small(request, form, placement, act="sign", status=status)


@writes
@may("change_placement")
def cancel(request: PortalRequest, uuid: UUID) -> HttpResponse:
    """Say that a period does not take place."""
    placement = placement_or_404(request, uuid)
    if not _open_to(request, placement):
        return redirect(placement)
    form = CancelForm(_posted(request), initial={"version": placement.version})
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            operations.cancel(request.acting, uuid, **form.cleaned_data)
        except Overtaken:
            form.add_error(None, OVERTAKEN)
            status = 409
        else:
            return _said(request, placement, "La période est annulée.")
    return _small(request, form, placement, act="cancel", status=status)


@writes
@may("change_placement")
def bilan(request: PortalRequest, uuid: UUID) -> HttpResponse:
    """Write the outcome; once it is written, what the youth says of it, as long as nobody asked them."""
    placement = placement_or_404(request, uuid)
    viewing = placement.youth_view == codes.YouthView.NOT_ASKED
    if not viewing and not _open_to(request, placement):
        return redirect(placement)
    if placement.state == codes.State.PLANNED:
        messages.warning(request, "Notez d’abord la signature de la convention : le bilan s’écrit ensuite.")
        return redirect(placement)
    posted = _posted(request)
    form = (
        YouthViewForm(posted, initial={"version": placement.version})
        if viewing
        else BilanForm(placement, posted)
    )
    status = 200
    words: list[str] = []
    if request.method == "POST" and form.is_valid():
        words = [] if READ_AGAIN in request.POST else sensitive_words(form.cleaned_data["youth_comment"])
        if not words:
            try:
                said = _tell(request, placement, form.cleaned_data, viewing=viewing)
            except Refused as refusal:
                form.add_error(None, str(refusal))
            except Overtaken:
                form.add_error(None, OVERTAKEN)
                status = 409
            else:
                return _to_close(request, placement) or _said(request, placement, said)
    act = "view" if viewing else "bilan"
    return _small(request, form, placement, act=act, status=status, words=words, read_again=READ_AGAIN)


def _tell(request: PortalRequest, placement: WorkPlacement, cleaned: dict[str, Any], *, viewing: bool) -> str:
    """Write the outcome, or what the youth says of it; returns what to say. Raises Refused and Overtaken."""
    if viewing:
        operations.note_view(
            request.acting,
            placement.uuid,
            version=cleaned["version"],
            view=cleaned["youth_view"],
            comment=cleaned["youth_comment"],
        )
        return "L’avis du jeune est noté."
    operations.tell(request.acting, placement.uuid, cleaned, version=cleaned["version"])
    return "Le bilan est enregistré."


def _to_close(request: PortalRequest, placement: WorkPlacement) -> HttpResponse | None:
    """Where the recipient of the referral that a period hangs on tells what its outcome says; None for the others."""
    if placement.referral_id is None:
        return None
    acting = request.acting
    mine = Referral.objects.visible_to(acting).filter(
        pk=placement.referral_id,
        recipient=acting.organisation_id,
        state__in=TAKEN,
        sharing_stopped_at__isnull=True,
    )
    referral = mine.first()
    if referral is None or not referral.rules.outcome_of_suite:
        return None
    messages.success(request, "Le bilan est enregistré. Il reste à le dire ici : c’est proposé ci-dessous.")
    return redirect(referral)


def _counted(
    request: PortalRequest,
    form: PlacementForm,
    youth: Youth,
    *,
    act: str,
    placement: WorkPlacement | None = None,
) -> HttpResponse:
    """The form as it was typed, with what its hours come to: nothing is judged, nothing is written."""
    form.put(request.POST)
    return _form(request, form, youth, act=act, placement=placement)


def _posted(request: PortalRequest) -> Any:
    return request.POST if request.method == "POST" else None


def _said(request: PortalRequest, placement: WorkPlacement, words: str) -> HttpResponse:
    messages.success(request, words)
    return redirect(placement)


def _open_to(request: PortalRequest, placement: WorkPlacement) -> bool:
    """Whether the acting organisation may still change a period; it is told why not."""
    if not placement.is_under_way:
        messages.warning(request, CLOSED)
    elif not operations.may_write(request.acting, placement):
        messages.warning(request, "Cette période est suivie par une autre structure : elle seule la change.")
    else:
        return True
    return False


def _referral(request: PortalRequest, youth: Youth) -> Referral | None:
    """The referral in the address, when a period may hang on it."""
    wanted = request.GET.get("orientation", "")
    if not wanted:
        return None
    return next(
        (one for one in operations.referrals_of(request.acting, youth) if str(one.uuid) == wanted), None
    )


# The title of each form, its lead, its button.
_HEADS = {
    "declare": (
        "Noter une période en entreprise",
        "Une immersion (PMSMP) et ses limites : la convention se signe ailleurs.",
        "Noter cette période",
    ),
    "amend": (
        "Modifier la période",
        "Après un changement, la convention est à signer de nouveau.",
        "Enregistrer",
    ),
    "renew": (
        "Renouveler la période",
        "Une fois, dans la même entreprise, pour le même objet.",
        "Noter ce renouvellement",
    ),
    "sign": (
        "Noter la signature",
        "La convention officielle est signée, sur Immersion Facilitée ou sur le CERFA.",
        "Noter la signature",
    ),
    "cancel": ("Annuler la période", "Elle ne comptera plus dans les limites.", "Annuler la période"),
    "bilan": (
        "Bilan de la période",
        "Ce qui a eu lieu, ce qui suit, ce que le jeune en dit.",
        "Enregistrer le bilan",
    ),
    "view": (
        "L’avis du jeune",
        "Le bilan est écrit : il reste à le lire avec le jeune.",
        "Noter son avis",
    ),
}


def _heading(act: str) -> dict[str, str]:
    title, lead, button = _HEADS[act]
    return {"title": title, "lead": lead, "button": button, "act": act}


def _form(
    request: PortalRequest,
    form: PlacementForm,
    youth: Youth,
    *,
    act: str,
    placement: WorkPlacement | None = None,
    status: int = 200,
) -> HttpResponse:
    bound = form.is_bound
    warnings = form.to_check() if bound and not form.errors else []
    context = {
        "form": form,
        "youth": youth,
        "placement": placement,
        "first": form.first,
        "warnings": warnings,
        # What blocks, beside what is only to be checked.
        "also": [one for one in form.found if not one.blocks] if bound and form.errors else [],
        "checked": CHECKED,
        "codes": " ".join(one.code for one in warnings),
        "total": form.total(),
        "count": COUNT,
    }
    return render(request, "referrals/placements/form.html", context | _heading(act), status=status)


def _small(
    request: PortalRequest, form: Any, placement: WorkPlacement, *, act: str, status: int, **extra: Any
) -> HttpResponse:
    context = _shown(request, placement) | _heading(act) | {"form": form} | extra
    return render(request, "referrals/placements/small.html", context, status=status)


def _shown(request: PortalRequest, placement: WorkPlacement) -> dict[str, Any]:
    acting = request.acting
    badge, state = presenting.badge_of(placement.state, placement.starts_on, placement.ends_on)
    named = acting.organisation_id in placement.youth.keepers
    noted_by, follower = (
        one.name if named else _name(one, acting.organisation_id)
        for one in (placement.organisation, placement.followed_by)
    )
    prescriber = prescribing.words(placement, noted_by)
    return {
        "placement": placement,
        "youth": placement.youth,
        "badge": badge,
        "state": state,
        "dates": presenting.dates_words(placement.starts_on, placement.ends_on),
        "week": week_words(from_json(placement.schedule)),
        "planned": hours_words(placement.planned_minutes),
        "done": "" if placement.done_minutes is None else hours_words(placement.done_minutes),
        "limits": presenting.limits_of(placement),
        "prescriber": prescriber,
        "delegation": placement.delegation_title,  # type: ignore[attr-defined]
        "follower": follower,
        "parties": prescribing.parties(placement, prescriber, follower),
        "may_write": operations.may_write(acting, placement),
        "may_renew": placement.state in (codes.State.SIGNED, codes.State.DONE, codes.State.PARTLY_DONE),
    }


def _name(organisation: Any, own: int) -> str:
    """A sensitive structure is named to its own people, and to those who keep the record."""
    return organisation.name if organisation.pk == own else organisation.outward_name
