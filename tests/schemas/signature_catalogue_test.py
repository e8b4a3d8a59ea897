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
    assert names(answered_by=AnsweredBy.BOTH) == ("recommend", "search", "item_prior", "catalogue_ranks")
    assert names(answered_by=AnsweredBy.RANKER) == ("serving_default", "rank", "explain")


@pytest.mark.parametrize("name", SIGNATURES)
def test_the_context_of_a_request_comes_last_and_only_where_a_request_has_one(name):
    row = SIGNATURES[name]
    context = [("timestamp_ms", "int64", ("batch",)), ("device", "string", ("batch",))]
    takes_context = name in ("rank", "explain", "recommend", "search", "embed_user")
    assert row.all_inputs(["device", "hour"]) == (*row.inputs, *(context if takes_context else ()))
    assert row.all_inputs() == row.inputs


def test_a_name_means_the_same_in_every_signature():
    """So that a client or the gate can fill an input by its name alone."""
    distinct = {each for row in SIGNATURES.values() for each in row.inputs}
    assert len({each.name for each in distinct}) == len(distinct)
