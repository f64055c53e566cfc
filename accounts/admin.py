"""Accounts in the administration: who may sign in. What a person may do comes from their memberships."""

from importlib import import_module
from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.views.autocomplete import AutocompleteJsonView
from django.contrib.admin.widgets import AutocompleteSelect
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.models import Group
from django.contrib.auth.views import redirect_to_login
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse

from accounts import factors, mails, sessions, trail
from accounts.models import User
from accounts.views.sign_in import sign_out
from core.admin_history import ReadsHistory
from core.views import reads, without_scope

# One kind of administrator: groups and permissions would be a second, invisible, system of rights. Django's own
# admin module is loaded first, else it would register them after this line.
import_module("django.contrib.auth.admin")
admin.site.unregister(Group)


@without_scope
@reads
@login_not_required
def one_door(request: HttpRequest, extra_context: Any = None) -> HttpResponse:
    """The administration has no door of its own: same limits, same second factor (SECURITY §6.12, §6.20)."""
    return redirect_to_login(request.GET.get(REDIRECT_FIELD_NAME) or reverse("admin:index"))


@without_scope
@reads
def own_password(request: HttpRequest, extra_context: Any = None) -> HttpResponse:
    """One's password is changed in one place, where attempts are counted."""
    return redirect("accounts:change_password")


def leave(request: HttpRequest, extra_context: Any = None) -> HttpResponse:
    """The same way out as everywhere."""
    return sign_out(request)


leave.access_mode = "writes"  # type: ignore[attr-defined]
leave.login_required = False  # type: ignore[attr-defined]
admin.site.login = one_door  # type: ignore[method-assign,assignment]
admin.site.logout = leave  # type: ignore[method-assign,assignment]
admin.site.password_change = own_password  # type: ignore[method-assign,assignment]


def label_of(user: User) -> str:
    """A professional as an administrator picks one: ``str(user)`` never shows a name."""
    return f"{user.get_full_name()} ({user.email})"


class PersonField(forms.ModelChoiceField):
    """A professional, by name and address."""

    def label_from_instance(self, obj: models.Model) -> str:
        assert isinstance(obj, User)
        return label_of(obj)


class PersonSelect(AutocompleteSelect):
    """The administration's autocomplete, answered with names."""

    url_name = "%s:accounts_user_people"


class PeopleJson(AutocompleteJsonView):
    """The answers of :class:`PersonSelect`."""

    def serialize_result(self, obj: models.Model, to_field_name: str) -> dict[str, str]:
        """Django's answer, with the name and the address."""
        assert isinstance(obj, User)
        return super().serialize_result(obj, to_field_name) | {"text": label_of(obj)}


class NamesPeople:
    """Mixin of admin classes: a key to an account is picked by the name of the person."""

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Django's field, with the names of people."""
        if db_field.remote_field.model is User:
            kwargs["form_class"] = PersonField
            kwargs["widget"] = PersonSelect(db_field, self.admin_site)  # type: ignore[attr-defined]
        return super().formfield_for_foreignkey(db_field, request, **kwargs)  # type: ignore[misc]


class UserForm(forms.ModelForm):
    """An account, without its password: nobody types somebody else's."""

    class Meta:
        model = User
        fields = ["email", "first_name", "last_name", "phone", "is_active", "is_staff"]

    def clean_email(self) -> str:
        """Addresses are kept in lower case, so that a capital never makes a second account."""
        return self.cleaned_data["email"].lower()


@admin.register(User)
class UserAdmin(ReadsHistory, admin.ModelAdmin):
    """Accounts are closed, never deleted: what they did must keep its author."""

    form = UserForm
    list_display = ["email", "last_name", "first_name", "is_active", "is_staff", "last_login"]
    list_filter = ["is_active", "is_staff"]
    search_fields = ["email", "last_name", "first_name"]
    ordering = ["last_name", "first_name", "email"]
    date_hierarchy = "date_joined"
    show_full_result_count = False
    actions = ["forget_factors"]

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> list[str]:
        """Nobody takes the keys from themselves: the last administrator could not come back."""
        return ["is_active", "is_staff"] if obj is not None and obj.pk == request.user.pk else []

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """Never: an account is deactivated."""
        return False

    def save_model(self, request: HttpRequest, obj: User, form: forms.ModelForm, change: bool) -> None:
        """An administrator has all the rights of the administration; a new account waits for its invitation."""
        obj.is_superuser = obj.is_staff
        if not change:
            obj.set_unusable_password()
        super().save_model(request, obj, form, change)
        if change and {"is_active", "is_staff", "email"} & set(form.changed_data):
            # Other rights, another session.
            sessions.end_all(obj.pk)

    @admin.action(description="Retirer la deuxième vérification (téléphone perdu)")
    def forget_factors(self, request: HttpRequest, queryset: models.QuerySet[User]) -> None:
        """For somebody who has lost their telephone and their codes, once they were recognised by other means."""
        others = [user for user in queryset if user.pk != request.user.pk]
        for user in others:
            factors.remove_all(user.pk)
            sessions.end_all(user.pk)
            trail.note(user.pk, trail.FACTOR_REMOVED, how=f"by:{request.user.pk}")
            mails.tell(
                user.pk, "L’administration du portail a retiré la deuxième vérification de votre compte."
            )
        self.message_user(request, f"Deuxième vérification retirée : {len(others)} compte(s).")

    def get_urls(self) -> list[URLPattern]:
        """Django's addresses, and the one that names people."""
        people: Any = PeopleJson.as_view(admin_site=self.admin_site)
        return [
            path("personnes/", self.admin_site.admin_view(reads(people)), name="accounts_user_people"),
            *super().get_urls(),
        ]
