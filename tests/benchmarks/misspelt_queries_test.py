import math
import random

import pytest
import tensorflow as tf

from benchmarks import misspelt_queries
from benchmarks.misspelt_queries import swapped
from schemas import features, signatures


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        # The first letter stays, and so do words of three letters, numbers and doubled letters.
        ("lamp", {"lmap", "lapm"}),
        ("red mug", {"red mug"}),
        ("a lamp", {"a lmap", "a lapm"}),
        ("1234 wall", {"1234 wlal"}),
    ],
)
def test_two_letters_of_a_word_are_swapped(query, expected):
    numbers = random.Random(1)
    assert {swapped(query, numbers) for _ in range(50)} == expected


def example(surface, query):
    values = {features.SURFACE: surface, features.QUERY: query}
    of = {name: tf.train.Feature(bytes_list=tf.train.BytesList(value=[text.encode()])) for name, text in values.items()}
    return tf.train.Example(features=tf.train.Features(feature=of)).SerializeToString()


class KnowsLamps(tf.Module):
    """Puts the positive first for the query `lamp`, and second of three for any other."""

    @tf.function(input_signature=[tf.TensorSpec([None], tf.string, signatures.EXAMPLES)])
    def score(self, examples):
        parsed = tf.io.parse_example(examples, {features.QUERY: tf.io.FixedLenFeature([], tf.string)})
        first = tf.where(parsed[features.QUERY] == "lamp", 1.0, 0.5)
        return {signatures.SCORES: tf.stack([first, tf.zeros_like(first), tf.fill(tf.shape(first), 0.7)], axis=1)}


def test_queries_are_ranked_both_ways(report_of, tmp_path):
    split = tmp_path / "artifacts" / "BehaviourExampleGen" / "examples" / "3" / f"Split-{features.TEST_SPLIT}"
    split.mkdir(parents=True)
    with tf.io.TFRecordWriter(str(split / "data.gz"), "GZIP") as file:
        for surface, query in [("search", "lamp"), ("recommendation", ""), ("search", "mug")]:
            file.write(example(surface, query))
    module = KnowsLamps()
    tf.saved_model.save(module, str(tmp_path / "pushed" / "shop" / "7"), signatures=module.score)
    (row,) = report_of(misspelt_queries.main, str(tmp_path))["search"]
    # Of two searches, `lamp` can be misspelt. The positive is then second, as it is for `mug`.
    assert (row["searches"], row["changed"]) == (2, 0.5)
    second = 1 / math.log2(3)
    assert row["ndcg@5 as typed"] == pytest.approx((1 + second) / 2)
    assert row["ndcg@5 misspelt"] == pytest.approx(second)


def test_a_run_without_a_pushed_model_is_told(tmp_path):
    with pytest.raises(SystemExit, match="no model was pushed"):
        misspelt_queries.main([str(tmp_path)])
