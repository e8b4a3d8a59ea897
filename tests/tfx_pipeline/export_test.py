"""Which signatures an export has, and that the gate lets it pass; `tests/e2e/serving_test.py` serves one."""

import pytest
import tensorflow as tf

from components.servability_gate.check import check
from components.servability_gate.config import GateConfig
from schemas import signatures
from schemas.canonical_event import Surface, Token
from tests.support.behaviour_examples import behaviour_example, write_examples
from tests.support.exported_retriever import retriever
from tfx_pipeline import export

ALL = {
    signatures.SERVING_DEFAULT,
    signatures.RANK,
    signatures.RECOMMEND,
    signatures.SEARCH,
    signatures.CATALOGUE_RANKS,
    signatures.SESSIONS,
}
HISTORY = (Token(Surface.RECOMMENDATION, ("item-a",)), Token(Surface.SEARCH, ("item-c", "item-d"), "red"))


def test_a_model_that_retrieves_and_divides_histories_has_all_signatures(servable):
    assert {name for name in servable.signature_defs if not name.startswith("__")} == ALL


def test_without_sessions_there_is_no_such_signature(exported):
    model = retriever(exported.transform_output, sessions=0)
    _, functions = export.assemble(model, exported.transform_output)
    assert set(functions) == ALL - {signatures.SESSIONS}


def test_a_model_whose_items_are_no_single_matrix_only_ranks(exported):
    model = retriever(exported.transform_output)
    model.item_embeddings = lambda: (tf.zeros([14, 4]), tf.zeros([14, 4]))
    _, functions = export.assemble(model, exported.transform_output)
    assert set(functions) == {signatures.SERVING_DEFAULT, signatures.RANK, signatures.SESSIONS}


def test_the_gate_lets_it_pass(exported, tmp_path):
    examples = [
        behaviour_example(["item-a", "item-b"], history=HISTORY),
        behaviour_example(["item-c", "item-d"], surface=Surface.SEARCH, query="mug", history=HISTORY),
        behaviour_example(["item-e", "item-f"], surface=Surface.SEARCH, query="blue lamp", user="u2"),
    ]
    file = write_examples(tmp_path / "test.gz", examples)
    assert check(exported.model_dir, [file], GateConfig(examples=4)).reasons == ()


def test_a_model_of_another_transform_is_refused(exported):
    model = retriever(exported.transform_output)
    model.item_embeddings = lambda: tf.zeros([5, 4])
    # Padding, twelve items and the unknown.
    with pytest.raises(ValueError, match="The model has 5 item indices, the Transform output 14. Was it built for ano"):
        export.assemble(model, exported.transform_output)
