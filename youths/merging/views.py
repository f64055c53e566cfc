"""Registering a youth whose record a partner opened; comparing, joining and separating two records."""

from uuid import UUID

from django.contrib import messages
from django.db import IntegrityError
from django.http import HttpResponse
from django.shortcuts import render

from core.acting import Acting
from core.doors import about_to_list
from core.place import back_to
from core.requests import PortalRequest
from core.views import may, reads, writes
from youths.merging import adoption, joining
from youths.merging.doors import joinable_youth_or_404, other_joinable, received_youth_or_404
from youths.merging.forms import NUMBER_TAKEN, MergeForm, RegisterForm
from youths.models import Merge, Youth
from youths.records import Overtaken

JUST_REGISTERED = (
    "Ce jeune vient d’être inscrit dans une Mission Locale, ou son dossier vient d’être rattaché à un autre. Rien n’a "
    "été enregistré : rouvrez le dossier pour voir où il en est."
)
JUST_CHANGED = (
    "L’un des deux dossiers vient d’être fusionné, ou son transfert est en cours. Rien n’a été enregistré : rouvrez "
    "les dossiers pour voir où ils en sont."
)


@writes
@may("adopt_youth")
def adopt(request: PortalRequest, uuid: UUID) -> HttpResponse:
    """Register the youth here; the likely duplicates among one's own youths are shown first, to attach instead."""
    acting: Acting = request.acting
    youth = received_youth_or_404(request, uuid)
    if youth.registered_with_id == acting.organisation_id:
        return back_to(request, "youths:detail", youth.uuid)
    form = RegisterForm(acting, request.POST if request.method == "POST" else None)
    status = 200
    if youth.registered_with_id is not None:
        form = RegisterForm(acting, {})
        status = _refused(form, JUST_REGISTERED)
    elif request.method == "POST" and form.is_valid():
        status = _adopt(acting, youth, form)
        if status == 302:
            messages.success(request, "Le jeune est inscrit dans votre Mission Locale.")
            return back_to(request, "youths:detail", youth.uuid)
    return _adoption_page(request, youth, form, status)


def _town(youth: Youth) -> str:
    return youth.municipality.name if youth.municipality else ""


def _refused(form: RegisterForm, why: str) -> int:
    """What the page says, alone: the fields no longer matter."""
    form.fields.clear()
    form.full_clean()
    form.add_error(None, why)
    return 409


def _adopt(acting: Acting, youth: Youth, form: RegisterForm) -> int:
    """Adopt: 302 once done, 200 with the error beside the number, 409 when another one registered the youth."""
    try:
        adoption.adopt(
            acting, youth, lead_id=form.cleaned_data["lead"], file_number=form.cleaned_data["file_number"]
        )
    except Overtaken:
        return _refused(form, JUST_REGISTERED)
    except IntegrityError as error:
        if "youths_youth_file_number" not in str(error):
            raise
        form.add_error("file_number", NUMBER_TAKEN)
        return 200
    return 302


def _adoption_page(request: PortalRequest, youth: Youth, form: RegisterForm, status: int) -> HttpResponse:
    acting: Acting = request.acting
    found = []
    if status != 409:
        about_to_list(request)
        found = joining.candidates_of(acting, youth)
        request.marks.listed(acting, "youth", len(found))
    context = {
        "youth": youth,
        "town": _town(youth),
        "form": form,
        "candidates": found,
        "closed": status == 409,
    }
    return render(request, "youths/merging/adopt.html", context, status=status)


@writes
@may("adopt_youth")
def attach(request: PortalRequest, uuid: UUID) -> HttpResponse:
    """Attach the partner's record to the one (``dossier``) that this Mission Locale has of the same youth."""
    acting: Acting = request.acting
    youth = received_youth_or_404(request, uuid)
    if request.method != "POST":
        return back_to(request, "youths:adopt", youth.uuid)
    wanted = request.POST.get("dossier", "")
    found = next((one for one in joining.candidates_of(acting, youth) if str(one.uuid) == wanted), None)
    if youth.registered_with_id is not None or found is None:
        form = RegisterForm(acting, {})
        return _adoption_page(request, youth, form, _refused(form, JUST_REGISTERED))
    try:
        joining.attach(acting, youth, Youth.objects.listed_for(acting).get(pk=found.pk))
    except Overtaken:
        form = RegisterForm(acting, {})
        return _adoption_page(request, youth, form, _refused(form, JUST_REGISTERED))
    messages.success(request, "Le dossier du partenaire est rattaché au vôtre.")
    return back_to(request, "youths:detail", found.uuid)


@reads
@may("read_duplicates")
def duplicates(request: PortalRequest, uuid: UUID) -> HttpResponse:
    """The likely duplicates of a record, and what was already joined to it."""
    acting: Acting = request.acting
    youth = joinable_youth_or_404(request, uuid)
    about_to_list(request)
    found = joining.candidates_of(acting, youth)
    request.marks.listed(acting, "youth", len(found))
    keepers = [one for one in found if joining.is_kept_before(one, youth)]
    joined = [(made, joining.undoable_until(made)) for made in joining.merges_of(acting, youth)]
    return render(
        request,
        "youths/merging/duplicates.html",
        {
            "youth": youth,
            "town": _town(youth),
            "candidates": found,
            "keepers": keepers,
            "joined": joined,
        },
    )


def _pair(request: PortalRequest, uuid: UUID) -> tuple[Youth, Youth | None]:
    """The record of the address, and the one that ``avec`` names, when this person may join both."""
    youth = joinable_youth_or_404(request, uuid)
    try:
        other = UUID(request.POST.get("avec") or request.GET.get("avec", ""))
    except ValueError:
        return youth, None
    return youth, None if other == youth.uuid else other_joinable(request, other)


@writes
@may("merge_youths")
def merge(request: PortalRequest, uuid: UUID) -> HttpResponse:
    """Compare two records side by side (``avec``), choose the identity that is kept, and join them."""
    acting: Acting = request.acting
    kept, merged = _pair(request, uuid)
    if merged is None:
        return back_to(request, "youths:duplicates", kept.uuid)
    differing = joining.differences(kept, merged)
    form = MergeForm(kept, merged, differing, request.POST if request.method == "POST" else None)
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            joining.merge(acting, kept, merged, take=form.taken)
        except Overtaken:
            form.add_error(None, JUST_CHANGED)
            status = 409
        else:
            messages.success(
                request, "Les deux dossiers n’en font plus qu’un. Vous pouvez les séparer pendant 30 jours."
            )
            return back_to(request, "youths:detail", kept.uuid)
    return render(
        request,
        "youths/merging/merge.html",
        {"youth": kept, "merged": merged, "form": form},
        status=status,
    )


@writes
@may("merge_youths")
def distinct(request: PortalRequest, uuid: UUID) -> HttpResponse:
    """Twins or homonyms (``avec``): the pair is not proposed again."""
    youth, other = _pair(request, uuid)
    if request.method == "POST" and other is not None:
        joining.say_distinct(request.acting, youth, other)
        messages.success(request, "C’est noté : ce sont deux personnes.")
    return back_to(request, "youths:duplicates", youth.uuid)


@writes
@may("merge_youths")
def unmerge(request: PortalRequest, uuid: UUID) -> HttpResponse:
    """Separate what was joined (``fusion``): each record finds again what was its own."""
    acting: Acting = request.acting
    youth = joinable_youth_or_404(request, uuid)
    made = _merge_of(acting, youth, request.POST.get("fusion", ""))
    if made is None:
        return back_to(request, "youths:duplicates", youth.uuid)
    try:
        joining.unmerge(acting, made)
    except Overtaken:
        messages.error(
            request,
            "Cette fusion ne se défait plus : elle a plus de 30 jours, elle est déjà défaite, ou une autre l’a suivie.",
        )
    else:
        messages.success(request, "Les deux dossiers sont séparés.")
    return back_to(request, "youths:duplicates", youth.uuid)


def _merge_of(acting: Acting, youth: Youth, typed: str) -> Merge | None:
    try:
        return joining.merges_of(acting, youth).filter(uuid=UUID(typed)).first()
    except ValueError:
        return None
