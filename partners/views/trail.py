"""The trail and the alerts of one's organisation, for its managers and its data-protection delegates."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from core import clock
from core.acting import Acting
from core.documents import attachment
from core.doors import about_to_export
from core.exporting import MEDIA_TYPES, XLSX
from core.exports import Cell
from core.models import Alert
from core.requests import PortalRequest
from core.sheets import workbook_bytes
from core.views import may, reads, writes
from partners import alerts
from partners import trail as trails
from partners.forms import AlertForm

ALERTS = 100


@reads
@may("read_trail")
def trail(request: PortalRequest) -> HttpResponse:
    """Who read, listed, searched, exported or was denied what; the latest first, by keyset."""
    acting: Acting = request.acting
    people = trails.people_of(acting)
    form = trails.TrailForm(request.GET, people)
    page = trails.page_after(form.narrow(trails.lines_of(acting)), request.GET.get("apres", ""))
    query = request.GET.copy()
    query.pop("apres", None)
    context = {
        "form": form,
        "lines": trails.told(page[: trails.PAGE], people),
        "query": query.urlencode(),
        "next_url": _after(query, page[trails.PAGE - 1]) if len(page) > trails.PAGE else "",
        "filtered": any(form.cleaned_data.values()),
        "alerts": trails.open_alerts(acting),
    }
    return render(request, "partners/trail.html", context)


def _after(query, line) -> str:
    following = query.copy()
    following["apres"] = trails.mark_of(line)
    return f"?{following.urlencode()}"


@reads
@may("read_trail")
def trail_export(request: PortalRequest) -> HttpResponse:
    """The latest lines of a selection as a workbook; the export is a line of the trail."""
    acting: Acting = request.acting
    people = trails.people_of(acting)
    wanted = trails.TrailForm(request.GET, people).narrow(trails.lines_of(acting))
    count = wanted.order_by()[: trails.EXPORTED].count()
    about_to_export(request, count)
    request.marks.exported(acting, "trail", None, count)
    rows: list[list[Cell]] = [
        [line.at.astimezone(clock.PARIS).strftime("%d/%m/%Y %H:%M:%S"), line.person, line.what, line.about,
         str(line.file or ""), line.count, line.request_id]
        for line in trails.told(list(wanted[: trails.EXPORTED]), people)
    ]  # fmt: skip
    content = workbook_bytes("Traces", trails.EXPORT_HEADER, rows)
    return attachment(content, filename="traces.xlsx", media_type=MEDIA_TYPES[XLSX])


@reads
@may("read_trail")
def alert_list(request: PortalRequest) -> HttpResponse:
    """The alerts of the organisation: those that wait, then the latest ones."""
    acting: Acting = request.acting
    found = list(Alert.objects.visible_to(acting).order_by("-opened_at", "-pk")[:ALERTS])
    names = trails.names_of({alert.user_id for alert in found} | {alert.handled_by_id for alert in found})
    rows = [
        {
            "alert": alert,
            "person": names.get(alert.user_id or 0, ""),
            "handled_by": names.get(alert.handled_by_id or 0, ""),
            "mine": alert.user_id == acting.user_id,
        }
        for alert in found
    ]
    return render(
        request,
        "partners/alert_list.html",
        {
            "waiting": [row for row in rows if row["alert"].handled_at is None],  # type: ignore[attr-defined]
            "handled": [row for row in rows if row["alert"].handled_at is not None],  # type: ignore[attr-defined]
        },
    )


@writes
@may("handle_alert")
def alert_handle(request: PortalRequest, pk: int) -> HttpResponse:
    """Say what was checked, and close the alert. Nobody closes one about themselves."""
    acting: Acting = request.acting
    found = Alert.objects.visible_to(acting)
    if request.method == "POST":
        found = found.select_for_update(no_key=True)
    alert = get_object_or_404(found, pk=pk)
    if alert.user_id == acting.user_id:
        raise PermissionDenied
    if alert.handled_at is not None:
        messages.info(request, "Cette alerte a déjà été traitée.")
        return redirect("partners:alert_list")
    form = AlertForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        alerts.handle(acting, alert, form.cleaned_data["comment"])
        messages.success(request, "L’alerte est traitée ; votre commentaire est conservé avec elle.")
        return redirect("partners:alert_list")
    person = trails.names_of({alert.user_id}).get(alert.user_id or 0, "")
    return render(request, "partners/alert_handle.html", {"form": form, "alert": alert, "person": person})
