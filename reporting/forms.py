"""The filters of the dashboard."""

from typing import Any

from django import forms

from core.acting import Acting
from partners.models import Region
from referrals import programmes
from reporting.periods import PERIODS


class DashboardFilters(forms.Form):
    """Period and programme, and the region for who sees the nation. Listed values only."""

    periode = forms.ChoiceField(label="Période", choices=PERIODS, required=False)
    dispositif = forms.ChoiceField(label="Dispositif", required=False)
    region = forms.ChoiceField(label="Région", required=False)

    def __init__(self, acting: Acting, data: Any) -> None:
        super().__init__(data)
        self._offer("dispositif", [("", "Tous les dispositifs"), *programmes.choices()])
        if acting.sees_nation:
            regions = Region.objects.order_by("name").values_list("code", "name")
            self._offer("region", [("", "France entière"), *regions])
        else:
            del self.fields["region"]

    def _offer(self, name: str, choices: list[tuple[str, str]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices

    @property
    def chosen(self) -> dict[str, str]:
        """The valid choices, with the default of the others."""
        self.is_valid()
        return {
            "periode": self.cleaned_data.get("periode") or PERIODS[0][0],
            "dispositif": self.cleaned_data.get("dispositif", ""),
            "region": self.cleaned_data.get("region", ""),
        }

    def choice_label(self, name: str, value: str) -> str:
        """The label of a listed value."""
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        return dict(field.choices)[value]  # type: ignore[arg-type]
