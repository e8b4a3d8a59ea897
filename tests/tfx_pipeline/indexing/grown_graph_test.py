import pytest
import tensorflow as tf

from schemas import features
from schemas.canonical_event import Surface
from tests.support.behaviour_examples import write_examples
from tests.support.exported_retriever import CATEGORIES, ITEMS, transformed
from tfx_pipeline.export.serving_transform import ServingTransform
from tfx_pipeline.indexing import grown_graph
from tfx_pipeline.transform import vocabularies

NEW = [b"item-z", "größer".encode(), b"item-y"]


@pytest.fixture(scope="module")
def output(tmp_path_factory):
    return transformed(tmp_path_factory.mktemp("trained"))


def numbers(output, *items):
    """The indices of items in the graph."""
    raw = {features.SURFACE: [[Surface.RECOMMENDATION.value]], features.CANDIDATES: [list(items)]}
    inputs = ServingTransform(output)({name: tf.sparse.from_dense(values) for name, values in raw.items()})
    return inputs[features.CANDIDATE_ITEMS].numpy()[0].tolist()


def item(name):
    value = tf.train.Feature(bytes_list=tf.train.BytesList(value=[name]))
    return tf.train.Example(features=tf.train.Features(feature={features.ITEM_ID: value})).SerializeToString()


def test_new_items_are_those_that_the_vocabulary_lacks_each_once(tmp_path, output):
    first = write_examples(tmp_path / "1.gz", [item(NEW[0]), item(ITEMS[3].encode()), item(NEW[1])])
    second = write_examples(tmp_path / "2.gz", [item(NEW[0]), item(NEW[2]), item(ITEMS[0].encode())])
    assert grown_graph.new_items([first, second], output) == NEW
    assert grown_graph.new_items([], output) == []


def test_known_items_keep_their_numbers_and_new_ones_follow(tmp_path, output):
    grown = grown_graph.grown(output, NEW, str(tmp_path / "grown"))
    known = len(ITEMS)
    assert vocabularies.table_rows(grown, features.ITEM_VOCABULARY) == known + 3 + 2
    assert numbers(grown, *ITEMS) == numbers(output, *ITEMS) and sorted(numbers(output, *ITEMS)) == [*range(1, 13)]
    assert numbers(grown, *NEW, "never seen") == [known + 1, known + 2, known + 3, known + 4]
    # The one that it was made of is as it was, and so are all other vocabularies.
    assert numbers(output, *NEW, "never seen") == [known + 1] * 4
    for name in (features.WORD_VOCABULARY, features.USER_VOCABULARY, features.category_vocabulary(0)):
        assert grown.vocabulary_by_name(name) == output.vocabulary_by_name(name)
    assert set(grown.vocabulary_by_name(features.category_vocabulary(0))) == {
        c[0].encode() for c in CATEGORIES.values()
    }


def test_without_new_items_it_is_a_copy(tmp_path, output):
    grown = grown_graph.grown(output, [], str(tmp_path / "grown"))
    assert numbers(grown, *ITEMS, "never seen") == numbers(output, *ITEMS, "never seen")
