"""Forms of the referrals, made from the programme's fields and from the table of transitions."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from types import MappingProxyType
from typing import Any
from uuid import uuid4

from django import forms
from django.core.exceptions import ValidationError

from core import clock
from core.acting import Acting
from core.validators import FreeTextField, PlainDateField
from core.working_days import long_date, public_holidays
from partners.models import Organisation
from referrals.clocks import SUSPENSION_DAYS
from referrals.models import LONGEST_SUSPENSION, Offer, Outcome, Referral
from referrals.programmes.base import NO, Candidate, Field, Programme, overall
from referrals.recipients import department_of, nearest, receiving_here, recipients
from referrals.transitions import WITH_PROOF, Transition
from youths.agreements.forms import agreement_fields, check_minor, minor_fields
from youths.agreements.giving import missing_for_minor
from youths.agreements.purposes import Purpose, purposes
from youths.decisions import standing
from youths.journal_forms import WarnsOfSensitiveWords
from youths.models import Agreement, DelegateDecision, Youth

READ_ALOUD, FACE_TO_FACE = Agreement.Informed.READ_ALOUD, Agreement.Channel.FACE_TO_FACE
YES_NO = [("", "Je ne sais pas"), ("oui", "Oui"), ("non", "Non")]


def candidate_of(youth: Youth) -> Candidate:
    """What the rules of eligibility may know of a youth."""
    return Candidate(
        birth_date=youth.birth_date,
        level=youth.level,
        department=department_of(youth) or None,
        registered_with_ml=youth.registered_with_id is not None,
    )


def programme_field(item: Field, *, restricted: bool = False) -> forms.Field:
    """The form field of a programme's question; its own ``clean`` has the last word.

    ``restricted``: whether the choices that say something of health are offered.
    """
    options: dict[str, Any] = {"label": item.label, "help_text": item.help, "required": item.required}
    if item.kind == "yes_no":
        # "Je ne sais pas" is no answer to what must be answered.
        choices = YES_NO[1:] if item.required else YES_NO
        return forms.ChoiceField(choices=choices, widget=forms.RadioSelect, **options)
    if item.kind == "choice":
        empty = ("", "Choisissez" if item.required else "Non renseigné")
        offered = [pair for pair in item.choices if restricted or pair[0] not in item.restricted]
        return forms.ChoiceField(choices=[empty, *offered], **options)
    if item.kind == "date":
        return PlainDateField(**options)
    if item.kind == "number":
        return forms.IntegerField(min_value=0, max_value=999_999, **options)
    return FreeTextField(max_length=item.max_length, **options)


def already_said(programme: Programme, origin: Referral | None) -> dict[str, Any]:
    """What the referral that came to nothing said already, where this programme asks the same; nothing reserved."""
    if origin is None:
        return {}
    asked_before = {item.name: item for item in origin.rules.all_fields}
    said: dict[str, Any] = {"note": origin.note}
    for item in programme.all_fields:
        value, before = origin.details.get(item.name), asked_before.get(item.name)
        if value is None or before is None or before.kind != item.kind or item.restricted:
            continue
        said[f"p_{item.name}"] = ("oui" if value else "non") if item.kind == "yes_no" else value
    return said


class ReferralForm(forms.Form):
    """A referral being written: recipient, the programme's questions, the youth's agreement, a word."""

    recipient = forms.ModelChoiceField(label="À qui l’adresser ?", queryset=Organisation.objects.none())
    submission = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(
        self,
        acting: Acting,
        youth: Youth,
        programme: Programme,
        data: Any = None,
        *,
        offer: Offer | None = None,
        live: Sequence[dict[str, Any]] = (),
        proposed: Mapping[str, Any] = MappingProxyType({}),
        origin: Referral | None = None,
    ) -> None:
        # What is usual is chosen in advance, and shown: the advisor changes it. What the youth says never is.
        usual = {"submission": uuid4(), "informed": READ_ALOUD, "channel": FACE_TO_FACE}
        known = {f"p_{name}": value for name, value in proposed.items()}
        super().__init__(data, initial=usual | already_said(programme, origin) | known)
        self.acting, self.youth, self.programme, self.offer = acting, youth, programme, offer
        self.origin = origin
        self.drafting = bool(data) and "draft" in data
        # What the youth already agreed to for this programme, one for a recipient (creation.sender_of).
        self.live = {row["recipient"]: row for row in reversed(live)}
        if offer is None:
            self.fields["recipient"] = self._recipient_field()
        else:
            del self.fields["recipient"]  # the offer's
        self.reserved = [item for item in programme.all_fields if item.restricted]
        allowed = bool(self.reserved) and standing(acting.organisation_id, DelegateDecision.Subject.HEALTH)
        candidate = candidate_of(youth)
        for item in programme.all_fields:
            if not item.asked:
                continue
            self.fields[f"p_{item.name}"] = programme_field(item, restricted=bool(allowed))
            if item.known is not None:
                # What the record says is not asked twice.
                self.initial.setdefault(f"p_{item.name}", item.known(candidate))
        self.fields["note"] = FreeTextField(
            label="Un mot au destinataire",
            max_length=1000,
            multiline=True,
            required=False,
            help_text="Ce qui aidera à l’accueillir. Rien sur la santé ni sur la justice.",
        )
        self.purpose = purposes[programme.code]
        if offer is not None:
            self.live = {pk: row for pk, row in self.live.items() if pk == offer.organisation_id}
        if self.live:
            self.fields["use_live"] = forms.BooleanField(
                label="Utiliser l’accord que le jeune a déjà donné",
                required=False,
                initial=self.first_choice in self.live,
                help_text=" ; ".join(
                    f"{row['name']}, jusqu’au {long_date(date.fromisoformat(row['until']))}"
                    for row in self.live.values()
                ),
            )
        self.uses_live = bool(self.live) and bool(data) and "use_live" in data
        self.agreeing = not (self.drafting or self.uses_live)
        asked = agreement_fields(youth, self.purpose, required=self.agreeing)
        self.fields.update(asked)
        # What the page puts under the text that is read to the youth.
        self.of_agreement = ["use_live", *asked]
        self.fields["agreed"].error_messages["required"] = (
            "Recueillez l’accord du jeune, ou gardez l’orientation en brouillon."
        )

    @property
    def first_choice(self) -> int | None:
        """The structure that the page proposes before anything is chosen."""
        if self.offer is not None:
            return self.offer.organisation_id
        chosen: int | None = self.fields["recipient"].initial
        return chosen

    def _recipient_field(self) -> forms.Field:
        """Existing organisations of the networks that receive, those of the region first."""
        # Proposed elsewhere: not to who could not take the youth.
        past = self.origin.recipient_id if self.origin else 0
        found = [one for one in recipients(self.acting, self.youth, self.programme) if one.pk != past]
        near = [(one.pk, one.name) for one in found if one.region == self.acting.region]
        far = [(one.pk, one.name) for one in found if one.region != self.acting.region]
        field = forms.ModelChoiceField(
            label="À qui l’adresser ?",
            queryset=receiving_here(self.acting, self.youth, self.programme).exclude(pk=past),
        )
        groups: list[Any] = [("", "Choisissez une structure")]
        if near:
            groups.append(("Dans votre région", near))
        if far:
            groups.append(("Ailleurs", far))
        field.choices = groups
        field.initial = nearest(self.acting, self.youth, self.programme, found, self.live)
        return field

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if self.offer is not None:
            cleaned["recipient"] = self.offer.organisation
        raw = {item.name: cleaned.get(f"p_{item.name}") for item in self.programme.all_fields}
        answers, errors = self.programme.clean_answers(raw)
        for name, error in errors.items():
            if f"p_{name}" not in self.errors:
                self.add_error(f"p_{name}", error)
        verdicts = self.programme.verdicts(candidate_of(self.youth), answers, clock.today())
        if overall(verdicts) == NO:
            for verdict in verdicts:
                if verdict.answer == NO:
                    self.add_error(
                        None, ValidationError(f"{verdict.rule} {verdict.what_would_change}".strip())
                    )
        cleaned["answers"] = {name: value for name, value in answers.items() if value is not None}
        if cleaned.get("note") and any(answers.get(item.name) in item.restricted for item in self.reserved):
            self.add_error("note", "Sur ce sujet, rien ne s’écrit : effacez ce mot. Le sujet suffit.")
        check_minor(self, required=self.agreeing)
        self._check_live(cleaned)
        return cleaned

    def _check_live(self, cleaned: dict[str, Any]) -> None:
        """The agreement already given must be for the chosen recipient, and hold for a minor."""
        cleaned["live"] = None
        recipient = cleaned.get("recipient")
        if not self.uses_live or recipient is None:
            return
        row = self.live.get(recipient.pk)
        found = Agreement.objects.live().filter(pk=row["agreement"]).first() if row else None
        if found is None:
            self.add_error(
                "use_live", "Le jeune n’a pas donné d’accord pour cette structure : recueillez-le ci-dessous."
            )
        elif not self.drafting and (
            missing := missing_for_minor(found, self.youth.birth_date, clock.today())
        ):
            self.add_error("use_live", missing)
        cleaned["live"] = found


class AgreementForm(forms.Form):
    """The agreement that a waiting draft needs before it is sent."""

    def __init__(self, youth: Youth, purpose: Purpose, data: Any = None) -> None:
        super().__init__(data, prefix="agreement")
        self.fields.update(agreement_fields(youth, purpose))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        check_minor(self, required=True)
        return cleaned


class LiveAgreementForm(forms.Form):
    """Sending under the agreement that the youth already gave: what a minor still lacks, if anything."""

    def __init__(self, youth: Youth, agreement: Agreement, data: Any = None) -> None:
        super().__init__(data, prefix="given")
        if missing_for_minor(agreement, youth.birth_date, clock.today()):
            self.fields.update(minor_fields(youth, purposes[agreement.purpose]))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        check_minor(self, required=True)
        return cleaned


SHORTEST_QUESTION = 10
# How far ahead a date may be planned.
_FUTURE = timedelta(days=3 * 366)


class ActionForm(WarnsOfSensitiveWords, forms.Form):
    """What an action needs: its coded reason or outcome, its dates, its text."""

    warned_fields = ("reason_detail", "question", "answer", "note")

    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(
        self,
        referral: Referral,
        row: Transition,
        data: Mapping[str, Any] | None = None,
        *,
        proposed: Mapping[str, Any] = MappingProxyType({}),
    ) -> None:
        super().__init__(data, initial={"version": referral.version, **proposed}, prefix=row.action)
        self.referral, self.row = referral, row
        rules = referral.rules
        stopped = referral.sharing_stopped_at is not None
        # Where nothing is required, a field must still say that the button works without it.
        self.says_optional = not row.needs
        for name in row.needs + row.accepts:
            if stopped and name == "note":
                continue  # nothing but the outcome is told once the youth withdrew their agreement
            field = self._field(name, rules, required=name in row.needs)
            self.fields[name] = field
            if name == "reason" and any(item.needs_text for item in rules.reasons_for(row.action)):
                self.fields["reason_detail"] = FreeTextField(
                    label="Précision",
                    max_length=200,
                    required=False,
                    help_text="Seulement pour « Autre motif ». Rien sur la santé ni sur la justice.",
                )

    def _field(self, name: str, rules: Programme, *, required: bool) -> forms.Field:
        empty = ("", "Choisissez")
        if name == "reason":
            choices = [(item.code, item.label) for item in rules.reasons_for(self.row.action)]
            label = "Ce qui le montre" if self.row.guard == WITH_PROOF else "Motif"
            return forms.ChoiceField(label=label, choices=[empty, *choices], required=required)
        if name == "outcome":
            choices = [(item.code, item.label) for item in rules.outcomes]
            return forms.ChoiceField(
                label="Que devient le jeune ?", choices=[empty, *choices], required=required
            )
        if name == "step":
            choices = [(item.code, item.label) for item in rules.steps]
            return forms.ChoiceField(label="Étape", choices=[empty, *choices], required=required)
        texts = {
            "question": "Votre question",
            "answer": "Votre réponse",
            "note": "Un mot à l’autre structure",
        }
        if name in texts:
            return FreeTextField(label=texts[name], max_length=2000, multiline=True, required=required)
        dates = {
            "planned_on": ("Entrée prévue le", None),
            "planned_end_on": ("Fin prévue le", None),
            "review_on": ("À réexaminer le", None),
            "started_on": ("A commencé le", clock.today()),
            "ended_on": ("A pris fin le", clock.today()),
            "next_on": ("Prochaine date", None),
            "suspended_until": ("Jusqu’au", None),
        }
        label, initial = dates[name]
        help_text = ""
        if name == "suspended_until":
            help_text = f"Dans les {SUSPENSION_DAYS} jours. La reprise sera à confirmer à cette date."
        if name == "planned_on" and not required:
            days = rules.clocks.start_calendar_days
            help_text = f"Sans date, la confirmation du démarrage vous sera demandée dans {days} jours."
        return PlainDateField(label=label, required=required, initial=initial, help_text=help_text)

    def _in_future(self, name: str) -> date | None:
        day = self.cleaned_data.get(name)
        if day and not clock.today() <= day <= clock.today() + _FUTURE:
            raise ValidationError("Indiquez une date à venir, dans les trois ans.")
        return day

    def clean_planned_on(self) -> date | None:
        """The rules that look at a date are asked again for the day that is planned."""
        day = self._in_future("planned_on")
        if day and self.row.action in ("accept", "plan"):
            youth = self.referral.youth
            candidate = Candidate(birth_date=youth.birth_date, level=youth.level)
            verdicts = self.referral.rules.entry_verdicts(candidate, self.referral.details, day)
            if refused := [verdict for verdict in verdicts if verdict.answer == NO]:
                raise ValidationError(f"{refused[0].rule} {refused[0].what_would_change}".strip())
        if day and day in public_holidays(day.year, self.referral.recipient.department_id):
            raise ValidationError("Ce jour est férié chez le destinataire : choisissez-en un autre.")
        return day

    def clean_suspended_until(self) -> date | None:
        day = self._in_future("suspended_until")
        if day and not clock.today() < day <= clock.today() + LONGEST_SUSPENSION:
            raise ValidationError(
                f"Une suspension se termine après aujourd’hui, dans les {SUSPENSION_DAYS} jours."
            )
        return day

    def clean_review_on(self) -> date | None:
        day: date | None = self.cleaned_data.get("review_on")
        if day and not clock.today() <= day <= clock.today() + timedelta(days=90):
            raise ValidationError("Une liste d’attente se réexamine dans les 90 jours à venir.")
        return day

    def clean_question(self) -> str:
        """SECURITY §2.3, row 4: what is asked can be answered."""
        text: str = self.cleaned_data.get("question", "")
        if 0 < len(text) < SHORTEST_QUESTION:
            raise ValidationError(
                "Écrivez la question en quelques mots : l’autre structure doit pouvoir y répondre."
            )
        return text

    def clean_next_on(self) -> date | None:
        return self._in_future("next_on")

    def clean_started_on(self) -> date | None:
        day = self.cleaned_data.get("started_on")
        if day and day > clock.today():
            raise ValidationError("Le démarrage se confirme quand il a eu lieu : cette date est à venir.")
        rules = self.referral.rules
        if day and rules.closes_on and day > rules.closes_on:
            raise ValidationError(f"Ce dispositif a pris fin le {long_date(rules.closes_on)}.")
        sent_on = clock.day_of(self.referral.sent_at) if self.referral.sent_at else None
        # A course of a scheme that has ended is written down long after it began.
        if day and sent_on and rules.is_open_on(sent_on) and day < sent_on - timedelta(days=31):
            raise ValidationError("Cette date précède de loin l’envoi de l’orientation : vérifiez l’année.")
        return day

    def clean_ended_on(self) -> date | None:
        day = self.cleaned_data.get("ended_on")
        if day and day > clock.today():
            raise ValidationError("La fin se déclare quand elle a eu lieu : cette date est à venir.")
        if day and self.referral.started_on and day < self.referral.started_on:
            raise ValidationError(
                f"La fin ne peut pas précéder le démarrage, le {long_date(self.referral.started_on)}."
            )
        return day

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        start, end = cleaned.get("started_on") or self.referral.started_on, cleaned.get("planned_end_on")
        if end and (not start or not start < end <= start + _FUTURE):
            self.add_error("planned_end_on", "La fin prévue suit le démarrage, dans les trois ans.")
        if code := cleaned.get("reason"):
            reason = self.referral.rules.reason(self.row.action, code)
            if reason.needs_text and not cleaned.get("reason_detail"):
                self.add_error("reason_detail", "Précisez en quelques mots.")
            if not reason.needs_text:
                cleaned["reason_detail"] = ""
        return cleaned


class FollowUpForm(forms.Form):
    """What became of the youth some months later: at one of the moments that are asked."""

    field_order = ["version", "moment", "outcome", "on"]

    version = forms.IntegerField(widget=forms.HiddenInput)
    on = PlainDateField(label="Constaté le")

    def __init__(
        self, referral: Referral, asked: Sequence[str], data: Mapping[str, Any] | None = None
    ) -> None:
        super().__init__(data, prefix="follow_up", initial={"version": referral.version, "on": clock.today()})
        self.referral = referral
        codes = [(item.code, item.label) for item in referral.rules.outcomes]
        self.fields["outcome"] = forms.ChoiceField(
            label="Que devient le jeune ?", choices=[("", "Choisissez"), *codes]
        )
        labels = {moment.value: moment.label.capitalize() for moment in Outcome.Moment}
        self.fields["moment"] = forms.ChoiceField(
            label="Situation",
            choices=[(moment, labels[moment]) for moment in asked],
            initial=asked[0],
            required=False,
            widget=forms.Select if len(asked) > 1 else forms.HiddenInput,
        )
        self.order_fields(self.field_order)

    def clean_moment(self) -> str:
        """The first that is asked, when the form does not say."""
        return self.cleaned_data["moment"] or self.fields["moment"].initial

    def clean_on(self) -> date:
        day = self.cleaned_data["on"]
        if day > clock.today() or (self.referral.ended_on and day < self.referral.ended_on):
            raise ValidationError("Indiquez un jour entre la fin du parcours et aujourd’hui.")
        return day
