"""What stands is said where people act: on the record of who objects, and before an erasure takes a request with it."""

from django.urls import reverse

from tests.youths.rights.test_requests import page, received

SAID = "s’est opposé à l’usage"


def test_an_objection_is_read_on_the_record_before_anything_is_written(world, visit):
    record = reverse("youths:detail", args=[world.youth("yann").uuid])
    before = visit("alice").get(record).content.decode()
    assert "Nouvelle orientation</a></div>" in before
    assert SAID not in before
    received(world, visit, kind="opposition")
    html = visit("alice").get(record).content.decode()
    assert SAID in html
    assert "Nouvelle orientation</a></div>" not in html


def test_erasing_says_which_answer_is_still_awaited(world, visit):
    found = received(world, visit, kind="effacement", name="zoe")
    erase = page(found, "erase")
    assert "attend encore une réponse" not in visit("paul").get(erase).content.decode()
    received(world, visit, kind="acces", name="zoe")
    html = visit("paul").get(erase).content.decode()
    assert "attend encore une réponse" in html
    assert "recevoir ce qui est gardé" in html
