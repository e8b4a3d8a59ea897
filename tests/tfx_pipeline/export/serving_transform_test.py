import pytest
import tensorflow as tf

from schemas import features
from schemas.canonical_event import Surface, Token
from tests.support.behaviour_examples import behaviour_example
from tests.support.exported_retriever import ITEMS
from tfx_pipeline.export.serving_transform import ServingTransform

HISTORY = (Token(Surface.RECOMMENDATION, (ITEMS[4],)),)


@pytest.fixture(scope="module")
def transform(exported):
    return ServingTransform(exported.transform_output)


def test_examples_become_the_inputs_of_the_model_and_labels(transform, exported):
    examples = tf.constant([behaviour_example(["item-a", "nothing"], history=HISTORY), behaviour_example(["item-b"])])
    inputs = transform(transform.parse(examples))
    assert set(inputs) == {*features.MODEL_INPUTS, features.CANDIDATE_LABELS}
    assert all(inputs[name].dtype == tf.int32 for name in features.MODEL_INPUTS)
    known, also, clicked = (exported.index(item) for item in ("item-a", "item-b", ITEMS[4]))
    # 13 is the unknown, after twelve items.
    assert inputs[features.CANDIDATE_ITEMS].numpy().tolist() == [[known, 13], [also, 0]]
    assert inputs[features.CANDIDATE_LABELS].numpy().tolist() == [[1, 0], [1, 0]]
    assert inputs[features.RECOMMENDATION_ITEMS].numpy().tolist() == [[clicked, 0, 0], [0, 0, 0]]


def test_labels_of_no_candidate_are_refused(transform):
    example = tf.train.Example.FromString(behaviour_example(["item-a"]))
    example.features.feature[features.LABELS].float_list.value[:] = [0.0, 1.0]
    with pytest.raises(tf.errors.InvalidArgumentError, match="out of bounds"):
        transform(transform.parse(tf.constant([example.SerializeToString()])))
