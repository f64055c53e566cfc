"""The addresses written from patterns are those that Django finds."""

from uuid import UUID, uuid4

import pytest
from django.conf import settings
from django.template import Context, Template
from django.test import override_settings
from django.urls import NoReverseMatch, get_resolver, reverse, set_script_prefix

from core.addresses import address


def names(resolver, prefix=""):
    for key in resolver.reverse_dict:
        if isinstance(key, str):
            yield f"{prefix}{key}"
    for namespace, (_, below) in resolver.namespace_dict.items():
        if namespace != "admin":
            yield from names(below, f"{prefix}{namespace}:")


@pytest.mark.parametrize("count", [0, 1, 2])
def test_every_page_has_the_address_that_django_finds(count):
    args = [uuid4() for _ in range(count)]
    found = 0
    for name in set(names(get_resolver(settings.ROOT_URLCONF))):
        try:
            expected = reverse(name, args=args)
        except NoReverseMatch:
            with pytest.raises(NoReverseMatch):
                address(name, *args)
            continue
        found += 1
        for _ in range(2):  # the second time it is not looked for
            assert address(name, *args) == expected
        shown = Template(
            "{% url name a b %}" if count == 2 else "{% url name a %}" if count else "{% url name %}"
        )
        assert shown.render(Context({"name": name, **dict(zip("ab", args, strict=False))})) == expected
    assert found > 2


def test_what_is_no_identifier_is_asked_of_django():
    one = uuid4()
    assert address("youths:detail", str(one)) == reverse("youths:detail", args=[one])
    with pytest.raises(NoReverseMatch):
        address("youths:detail", "x")


def test_the_tag_answers_as_django_does():
    render = lambda text, **values: Template(text).render(Context(values))  # noqa: E731
    one = UUID(int=7)
    assert render("{% url 'youths:detail' uuid=one %}", one=one) == reverse("youths:detail", args=[one])
    assert (
        render("{% url 'youths:detail' one as here %}[{{ here }}]", one=one)
        == f"[{reverse('youths:detail', args=[one])}]"
    )
    assert render("{% url none as here %}[{{ here }}]", none=None) == "[]"
    assert render("{% url 'nowhere' as here %}[{{ here }}]") == "[]"
    assert render("{% url 'admin:index' %}") == reverse("admin:index")
    with pytest.raises(NoReverseMatch):
        render("{% url 'nowhere' %}")


def test_it_follows_where_the_portal_is_served():
    here = address("youths:list")
    try:
        set_script_prefix("/portail/")
        assert address("youths:list") == f"/portail{here}"
    finally:
        set_script_prefix("/")
    assert address("youths:list") == here
    with override_settings(ROOT_URLCONF="tests.front.urls"):
        assert address("home") == reverse("home")
