"""What the admin classes of this room share."""

from collections.abc import Iterable
from typing import Any

from django.db import IntegrityError, connection, models, transaction
from django.db.models import ProtectedError
from django.http import HttpRequest

RELIED_UPON = "Des dossiers du portail, que l’administration ne montre pas, s’y rapportent"


class SafeDelete:
    """Mixin: nothing that others rely on is deleted, even what an administrator cannot see.

    Row-level security hides the referrals from an administrator, so Django's own collector misses them. On POST
    the deletion is tried and rolled back: if the database refuses it, the page says so instead of failing later.
    """

    def get_deleted_objects(self, objs: Iterable[models.Model], request: HttpRequest) -> Any:
        """Django's answer, with what the database itself would refuse."""
        objs = list(objs)
        to_delete, counts, needed, protected = super().get_deleted_objects(objs, request)  # type: ignore[misc]
        if request.method == "POST" and not protected and _refused(objs):
            protected = [RELIED_UPON]
        return to_delete, counts, needed, protected


class _Undo(Exception):
    """Ends a trial: the deletion is possible, and rolled back."""


def _refused(objs: list[models.Model]) -> bool:
    """Whether the database refuses to delete these rows, all of one model; nothing is deleted."""
    if not objs:
        return False
    try:
        with transaction.atomic():
            type(objs[0])._default_manager.filter(pk__in=[obj.pk for obj in objs]).delete()
            with connection.cursor() as cursor:
                # Foreign keys are checked at COMMIT otherwise, far from this page.
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            raise _Undo
    except _Undo:
        return False
    except (IntegrityError, ProtectedError):
        return True


class ReadOnly:
    """Mixin: reference data, searched and looked at."""

    def has_add_permission(self, request: HttpRequest, *args: Any) -> bool:
        """Never: it comes from the official files."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Never."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Never."""
        return False
