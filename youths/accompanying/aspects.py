"""What an organisation takes care of with a youth, from what it was asked for. Pure."""

from collections.abc import Iterable

from partners.models import Topic
from youths.models import Accompaniment

_ASPECT = Accompaniment.Aspect
_LABELS = dict(_ASPECT.choices)

OF_TOPIC: dict[str, tuple[str, ...]] = {
    Topic.ORIENTATION: (_ASPECT.ORIENTATION,),
    Topic.APPRENTICESHIP: (_ASPECT.TRAINING, _ASPECT.EMPLOYMENT),
    Topic.PREPARATION: (_ASPECT.ORIENTATION, _ASPECT.TRAINING),
    Topic.TRAINING: (_ASPECT.TRAINING,),
    Topic.EMPLOYERS: (_ASPECT.EMPLOYMENT,),
    Topic.SMV: (_ASPECT.TRAINING,),
    Topic.INTERIM: (_ASPECT.EMPLOYMENT,),
    Topic.DIGITAL: (_ASPECT.DIGITAL,),
    Topic.RETURN: (_ASPECT.WHOLE,),
    Topic.BASIC_SKILLS: (_ASPECT.TRAINING,),
    Topic.MOBILITY: (_ASPECT.MOBILITY,),
    Topic.HOUSING: (_ASPECT.HOUSING,),
    Topic.RIGHTS: (_ASPECT.RESOURCES,),
    Topic.BUSINESS: (_ASPECT.EMPLOYMENT,),
    Topic.CULTURE: (_ASPECT.WHOLE,),
    Topic.DROPOUT: (_ASPECT.TRAINING,),
}


def in_order(aspects: Iterable[str]) -> list[str]:
    """The aspects in the order of their list, each once; the whole path when there is none."""
    wanted = set(aspects)
    return [code for code in _LABELS if code in wanted] or [_ASPECT.WHOLE]


def of_topic(topic: str) -> list[str]:
    """What an organisation asked for a topic takes care of; the whole path for a topic that says no more."""
    return in_order(OF_TOPIC.get(topic, ()))


def in_words(aspects: Iterable[str]) -> str:
    """The aspects as people read them: "orientation, formation"."""
    return ", ".join(_LABELS[code] for code in in_order(aspects))
