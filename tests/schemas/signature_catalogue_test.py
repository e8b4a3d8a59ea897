"""The table of signatures; `tests/tfx_pipeline/export/saved_model_test.py` compares it with an exported model."""

import pytest

from schemas import signatures
from schemas.signature_catalogue import SIGNATURES, AnsweredBy, OfferedBy, names


def test_every_model_ranks():
    assert names(offered_by=OfferedBy.EVERY_MODEL) == ("serving_default", "rank")
    assert [each.name for each in SIGNATURES["rank"].inputs] == list(signatures.RANK_INPUTS)


def test_a_composed_model_has_each_signature_of_one_part_or_of_both():
    of_parts = [names(answered_by=part) for part in AnsweredBy]
    assert sorted(name for of_part in of_parts for name in of_part) == sorted(SIGNATURES)
    assert names(answered_by=AnsweredBy.BOTH) == ("recommend", "search")
    assert names(answered_by=AnsweredBy.RANKER) == ("serving_default", "rank", "explain")


@pytest.mark.parametrize("name", ["rank", "explain", "recommend", "search", "embed_user"])
def test_what_is_told_of_the_moment_comes_last(name):
    row = SIGNATURES[name]
    told = row.all_inputs(["device", "hour"])[len(row.inputs) :]
    assert [(each.name, each.dtype, each.axes) for each in told] == [
        ("timestamp_ms", "int64", ("batch",)),
        ("device", "string", ("batch",)),
    ]
    assert row.all_inputs() == row.inputs


@pytest.mark.parametrize("name", ["serving_default", "embed_query", "embed_item", "similar_items", "sessions"])
def test_others_are_told_nothing_of_it(name):
    assert SIGNATURES[name].all_inputs(["device", "hour"]) == SIGNATURES[name].inputs


def test_a_name_means_the_same_in_every_signature():
    """So that a client or the gate can fill an input by its name alone."""
    kinds = {}
    for row in SIGNATURES.values():
        for each in row.inputs:
            kinds.setdefault(each.name, set()).add((each.dtype, each.axes))
    assert all(len(found) == 1 for found in kinds.values())
