"""The one way forms look: a crispy helper that gives exactly what partials/form.html gives.

The project's templates/bootstrap5/ overrides carry the markup (labels above, help, error next to its field,
summary on top with links); this helper only sets what the `<form>` element needs.
"""

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Submit
from django import forms


class DateInput(forms.DateInput):
    """The browser's own date control, typed or picked; it only accepts ISO dates, whatever the language."""

    input_type = "date"

    def __init__(self, attrs: dict | None = None):
        super().__init__(attrs=attrs, format="%Y-%m-%d")


class TimeInput(forms.TimeInput):
    """The browser's own control of hours."""

    input_type = "time"

    def __init__(self, attrs: dict | None = None):
        super().__init__(attrs=attrs, format="%H:%M")


class PortalFormHelper(FormHelper):
    """Helper for `{% crispy form %}`: `self.helper = PortalFormHelper("Envoyer l’orientation")`.

    `submit_label` names the main button; None leaves the buttons and the form tag to the template.
    """

    def __init__(self, submit_label: str | None = "Enregistrer", *, action: str = "", method: str = "post"):
        super().__init__()
        self.form_method = method
        self.form_action = action
        self.form_class = "form"
        # The server answers in words beside each field; the browser's own bubbles would hide the summary.
        self.attrs = {"novalidate": True}
        self.include_media = False  # widgets carry no script nor style of their own
        if submit_label is None:
            self.form_tag = False
        else:
            self.add_input(Submit("envoyer", submit_label, css_class="btn-primary"))
