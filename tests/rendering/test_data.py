"""The frozen data: one way to write it, one hash, and a gate that lets nothing personal through."""

import json
import random

import pytest

from reporting.rendering.data import InvalidPack, canonical_json, data_hash, scrub, validate


def change(pack, path, value):
    """Set the item at a path such as ("regions", "rows", 0, "total")."""
    *way, last = path
    place = pack
    for step in way:
        place = place[step]
    place[last] = value
    return pack


def test_the_samples_are_valid(sample_pack, empty_pack):
    assert validate(sample_pack())
    assert validate(empty_pack)


def test_the_same_figures_have_the_same_hash(sample_pack):
    pack = sample_pack()

    def shuffled(value):
        if isinstance(value, dict):
            keys = list(value)
            random.Random(1).shuffle(keys)
            return {key: shuffled(value[key]) for key in keys}
        return [shuffled(item) for item in value] if isinstance(value, list) else value

    assert data_hash(shuffled(pack)) == data_hash(pack) == data_hash(json.loads(canonical_json(pack)))


def test_a_whole_number_hashes_alike_as_integer_and_as_float(sample_pack):
    path = ("indicators", 0, "value")
    assert data_hash(change(sample_pack(), path, 1284.0)) == data_hash(change(sample_pack(), path, 1284))


def test_another_figure_has_another_hash(sample_pack):
    assert data_hash(change(sample_pack(), ("indicators", 0, "value"), 1285)) != data_hash(sample_pack())


@pytest.mark.parametrize(
    ("path", "value", "where"),
    [
        (("youths",), [], "pack: unknown keys"),
        (("commitments", 0, "first_name"), "Camille", "commitments[0]: unknown keys"),
        (("meeting", "generated_at"), "2026-11-09T10:00:00Z", "meeting: unknown keys"),
        (("schema",), 3, "schema"),
        (("agenda",), "Bilan", "agenda: a list"),
        (("meeting", "version"), True, "meeting.version: int"),
        (("meeting", "version"), 0, "meeting.version"),
        (("meeting", "date"), "24/11/2026", "meeting.date"),
        (("decisions", 0, "due"), "0000-00-00", "decisions[0].due"),
        (("period", "end"), "2020-01-01", "period"),
        (("decisions", 0, "text"), "Écrire à camille.martin@exemple.fr", "decisions[0].text: looks like"),
        (("decisions", 0, "text"), "Appeler le 06 12 34 56 78", "decisions[0].text: looks like"),
        (("decisions", 0, "text"), "Dossier 2 99 01 75 116 001 22", "decisions[0].text: looks like"),
        (("outcomes", "rows", 0, "code"), "INAPTE_MEDICAL", "outcomes.rows[0].code: a medical code"),
        (("commitments", 0, "status"), "kept", "commitments[0].status"),
        (("indicators", 0, "value"), float("nan"), "indicators[0].value"),
        (("indicators", 0, "value"), None, "indicators[0]: a value"),
        (("indicators", 0, "value"), 3, "indicators[0]: a count of 3"),
        (("indicators", 1, "numerator"), 1270, "indicators[1]: a rate about a few"),
        (("indicators", 4, "numerator"), 2, "indicators[4]: hidden, yet"),
        (("stages", "rows", 0, "previous"), 2, "stages.rows[0].previous: a count of 2"),
        (("journey", 0, "count"), 4, "journey[0].count: a count of 4"),
        (("regions", "rows", 0, "cells", 2), 9000, "regions.rows[0].total"),
        (("regions", "rows", 0, "cells"), [5], "regions.rows[0].cells"),
        (("regions", "total"), 9999, "regions.total"),
        (("outcomes", "rows", 4, "count"), 17, "outcomes.total"),
        (("stages", "rows", 0, "count"), None, "stages.total"),
    ],
)
def test_the_gate_refuses_and_says_where(sample_pack, path, value, where):
    pack = change(sample_pack(), path, value)
    with pytest.raises(InvalidPack) as refused:
        validate(pack)
    assert str(refused.value).startswith(where)


def test_a_missing_key_is_refused(sample_pack):
    pack = sample_pack()
    del pack["definitions"]
    with pytest.raises(InvalidPack, match="missing keys"):
        validate(pack)


def test_a_stage_hidden_on_one_side_only_is_refused(sample_pack):
    pack = sample_pack()
    first, second = pack["stages"]["rows"][:2]
    first["count"] = second["count"] = None
    with pytest.raises(InvalidPack, match="territories"):
        validate(pack)


def test_scrub_takes_contacts_out(sample_pack):
    text = scrub("Écrire à camille.martin@exemple.fr ou au 06.12.34.56.78 avant mardi")
    assert text == "Écrire à [coordonnées retirées] ou au [coordonnées retirées] avant mardi"
    validate(change(sample_pack(), ("decisions", 0, "text"), text))
