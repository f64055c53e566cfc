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
        self.fields["dispositif"].choices = [("", "Tous les dispositifs"), *programmes.choices()]
        if acting.sees_nation:
            regions = Region.objects.order_by("name").values_list("code", "name")
            self.fields["region"].choices = [("", "France entière"), *regions]
        else:
            del self.fields["region"]

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
        return dict(self.fields[name].choices)[value]
