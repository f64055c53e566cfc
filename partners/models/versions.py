"""Rows that several people change: who changes one says which version they had read."""

from typing import Any

from django.db import models


class Versioned(models.Model):
    """``version`` grows each time the row is saved: two people at once are told apart, calendars see what is newer."""

    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save, one version further when the row was there already."""
        if not self._state.adding:
            self.version += 1
            if (fields := kwargs.get("update_fields")) is not None:
                kwargs["update_fields"] = {*fields, "version"}
        super().save(*args, **kwargs)
