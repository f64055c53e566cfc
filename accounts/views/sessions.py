"""Where I am signed in, and how I close what is not me."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from accounts import sessions, trail
from accounts.requests import SignedInRequest
from core.views import may, reads, writes


@reads
@may("read_own_sessions")
def session_list(request: SignedInRequest) -> HttpResponse:
    """My open sessions: on what device, since when, last used when."""
    rows = [
        {
            "device": row.device or "Appareil inconnu",
            "started_at": row.started_at,
            "last_seen": row.last_seen,
            "here": row.session_key == request.session.session_key,
            "reference": sessions.reference(row.session_key),
        }
        for row in sessions.live_of(request.user.pk)
    ]
    rows.sort(key=lambda row: not row["here"])
    return render(
        request, "accounts/sessions.html", {"rows": rows, "others": sum(not row["here"] for row in rows)}
    )


@writes
@may("end_own_sessions")
def end_session(request: SignedInRequest) -> HttpResponse:
    """Close one of my sessions, or all the others."""
    if request.method == "POST":
        if "others" in request.POST:
            sessions.end_all(request.user.pk, except_key=request.session.session_key)
            trail.note(request.user.pk, trail.SESSIONS_ENDED)
            messages.success(request, "Toutes vos autres connexions sont fermées.")
        elif sessions.end_one(request.user.pk, request.POST.get("session", "")):
            trail.note(request.user.pk, trail.SESSIONS_ENDED, how="one")
            messages.success(request, "La connexion est fermée.")
    return redirect("accounts:sessions")
