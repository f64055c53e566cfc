"""What tests start from is shared between them; what each of them changes is not."""

import pytest

from partners.models import Convention, Organisation
from tests.conftest import as_owner
from tests.keeping import staged
from tests.world import World
from youths.models import Youth

BARE, BUILT = "Mission locale du Port", "Mission locale du Sol"
BUILDINGS: list[str] = []


@staged
def ground(world: World) -> Organisation:
    """The Mission Locale under another name, in the database and in the world."""
    BUILDINGS.append("once")
    with as_owner():
        Organisation.objects.filter(key="ML_A").update(name=BUILT)
    world.organisations["ML_A"] = Organisation.objects.get(key="ML_A")
    return world.org("ML_A")


def named() -> str:
    return Organisation.objects.values_list("name", flat=True).get(key="ML_A")


@pytest.mark.parametrize("turn", range(3))
def test_each_finds_the_ground_as_it_was_built(world, ground, turn):
    assert named() == ground.name == BUILT
    assert world.org("ML_A") is ground
    assert len(BUILDINGS) == 1
    with as_owner():
        Organisation.objects.filter(key="ML_A").update(name="Changé")
        Youth.objects.filter(pk=world.youth("yann").pk).update(first_name="Changé")
    ground.name = "Changé"
    world.users.clear()
    assert named() == "Changé"


def test_who_asks_for_none_finds_the_world_alone(world):
    assert named() == world.org("ML_A").name == BARE


def test_who_comes_back_finds_it_built_again(world, ground):
    assert named() == ground.name == BUILT


@pytest.mark.parametrize("turn", range(2))
@pytest.mark.django_db(transaction=True)
def test_who_commits_finds_the_world_alone_and_leaves_it_so(world, turn):
    """Emptied and built again with the same identifiers, whatever was written."""
    assert named() == BARE
    assert Organisation.objects.get(key="ML_A").pk == world.org("ML_A").pk
    assert Convention.objects.count() == 1
    with as_owner():
        assert Youth.objects.get(pk=world.youth("yann").pk).first_name == "Yann"
        Organisation.objects.filter(key="ML_A").update(name="Changé")
        Youth.objects.filter(pk=world.youth("yann").pk).update(first_name="Changé")
        Convention.objects.create(code="ESSAI", title="Essai")
