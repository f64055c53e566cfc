"""What the record of a youth says of their agreements (read with it: not one more query)."""

from datetime import date, timedelta
from typing import Any

from django.utils.dateparse import parse_datetime

from core import clock
from youths.agreements.purposes import label_of
from youths.models import AgreementRequest, Youth
from youths.models.agreements import live_on

SOON = timedelta(days=30)


def agreements_of(youth: Youth) -> list[dict[str, Any]]:
    """To whom, for what, until when; the live ones first, then what was withdrawn or has ended."""
    today = clock.today()
    shown = []
    for row in youth.agreement_rows:  # type: ignore[attr-defined]
        until = date.fromisoformat(row["expires_on"])
        withdrawn = parse_datetime(row["withdrawn_at"]) if row["withdrawn_at"] else None
        live = live_on(today, withdrawn, until)
        shown.append(
            {
                "purpose": label_of(row["purpose"]),
                "sender": row["sender"],
                "recipient": row["recipient"],
                "until": until,
                "withdrawn": withdrawn,
                "live": live,
                "soon": live and until - today <= SOON,
            }
        )
    return sorted(shown, key=lambda item: not item["live"])


def requests_of(youth: Youth) -> list[dict[str, Any]]:
    """The links asked by the acting organisation: the latest ones, with where each stands."""
    shown = []
    for row in youth.request_rows:  # type: ignore[attr-defined]
        kinds = AgreementRequest.Kind
        if row["answer"]:
            yes, gives = row["answer"] == AgreementRequest.Answer.YES, row["kind"] == kinds.GIVE
            badge = (
                ("ok", "Accepté") if yes and gives else ("neutre", "Retiré") if yes else ("attente", "Refusé")
            )
            if not gives and not yes:
                badge = ("neutre", "Sans changement")
        elif row["locked_at"]:
            badge = ("retard", "Lien bloqué")
        elif (until := parse_datetime(row["expires_at"])) and until <= clock.now():
            badge = ("neutre", "Lien expiré")
        else:
            badge = ("attente", "Réponse attendue")
        shown.append({**row, "label": label_of(row["purpose"]), "badge": badge[0], "state": badge[1]})
    return shown
