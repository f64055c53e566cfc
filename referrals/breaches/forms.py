"""Declaring a breach, closing it, asking for a joint accompaniment."""

from datetime import timedelta
from typing import Any

from django import forms

from core import clock
from core.acting import Acting
from core.validators import PlainDateField
from referrals.breaches.declaring import CHOSEN
from referrals.breaches.rules import MODES, Facts, Finding, findings
from referrals.forms import ReferralForm
from referrals.models import Breach
from referrals.programmes.accompagnement_conjoint import NEEDS, PROGRAMME
from youths.models import Youth

# Telephone numbers change: what was checked longer ago is checked again.
CONTACT_DAYS = 30


class BreachForm(forms.Form):
    """When and how a contract ended; the days of presence tell whether it could end freely."""

    started_on = PlainDateField(label="Le contrat a commencé le")
    broke_on = PlainDateField(label="Il a été rompu le")
    mode = forms.ChoiceField(label="De quelle façon ?", choices=MODES, widget=forms.RadioSelect)
    presence = forms.IntegerField(
        label="Jours de présence en entreprise",
        min_value=1,
        max_value=999,
        required=False,
        help_text="Jour de la rupture compris, sans les jours passés au centre de formation.",
    )
    mediator_on = PlainDateField(
        label="Médiateur saisi le", required=False, help_text="Si l’apprenti a rompu après ces 45 jours."
    )
    employer_on = PlainDateField(label="Employeur informé le", required=False)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if self.errors:
            return cleaned
        for finding in self.found(cleaned):
            if finding.wrong:
                self.add_error(finding.field, finding.words)
        return cleaned

    def found(self, cleaned: dict[str, Any]) -> list[Finding]:
        """What the rules say of what was typed."""
        return findings(Facts(**cleaned), clock.today())


class CloseForm(forms.Form):
    """Why the Mission Locale is not asked: a code, no text."""

    closing = forms.ChoiceField(
        label="Que s’est-il passé ?",
        choices=CHOSEN,
        widget=forms.RadioSelect,
        error_messages={"required": "Dites pourquoi la mission locale n’est pas sollicitée."},
    )


class JointRequestForm(ReferralForm):
    """The request: at least one need, and the youth's contact checked lately. The breach tells the rest."""

    def __init__(
        self, acting: Acting, youth: Youth, breach: Breach, data: Any = None, **options: Any
    ) -> None:
        super().__init__(acting, youth, PROGRAMME, data, **options)
        self.breach = breach

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if not any(cleaned.get(f"p_{need.name}") for need in NEEDS):
            self.add_error(f"p_{NEEDS[0].name}", "Choisissez au moins un besoin, ici ou plus bas.")
        self._check_contact(cleaned)
        self._check_keeping(cleaned)
        cleaned["answers"] = cleaned["answers"] | {
            "rompu_le": self.breach.broke_on.isoformat(),
            "mode": self.breach.mode,
        }
        return cleaned

    def _check_contact(self, cleaned: dict[str, Any]) -> None:
        day, today = cleaned.get("p_contact_le"), clock.today()
        if day and day > today:
            self.add_error("p_contact_le", "Ce jour n’est pas encore passé.")
        elif day and day < today - timedelta(days=CONTACT_DAYS):
            self.add_error(
                "p_contact_le", f"Vérifiées il y a plus de {CONTACT_DAYS} jours : à vérifier de nouveau."
            )
        wanted = cleaned.get("p_contact")
        missing = {
            "phone": not self.youth.phone,
            "email": not self.youth.email,
            "both": not (self.youth.phone and self.youth.email),
        }
        if wanted and missing[wanted]:
            self.add_error(
                "p_contact", "Le dossier ne le contient pas : ajoutez-le d’abord au dossier du jeune."
            )

    def _check_keeping(self, cleaned: dict[str, Any]) -> None:
        breach = self.breach
        facts = Facts(breach.started_on, breach.broke_on, mode="")
        for finding in findings(facts, clock.today(), kept_until=cleaned.get("p_maintien")):
            if finding.field == "kept_until" and finding.wrong:
                self.add_error("p_maintien", finding.words)
