"""Forms of what several people change: which version was read, and what is said to who comes second."""

from typing import Any

from django import forms


class VersionedForm:
    """Mixin: which version of the object the person had read, and what to do when it is no longer that one."""

    fields: dict[str, forms.Field]
    data: Any

    def add_version(self, version: int) -> None:
        """A hidden field with the version read."""
        self.fields["version"] = forms.IntegerField(widget=forms.HiddenInput, min_value=1, initial=version)

    def overtaken(self, version: int, words: str) -> None:
        """Say so, keep what was typed, and let the next sending through knowingly."""
        self.data = self.data.copy()
        self.data[self.add_prefix("version")] = str(version)  # type: ignore[attr-defined]
        self.add_error(None, words)  # type: ignore[attr-defined]
