import math

import numpy as np
import pytest
import tensorflow as tf

from components.metrics.by_user.user_ranking import gains_by_user
from schemas.canonical_event import Surface
from schemas.rank_metrics import rank_metrics
from tests.support.behaviour_examples import behaviour_example, write_examples
from tests.support.rank_models import save_rank_model


def test_the_gains_of_each_user_s_examples_are_summed_up_by_surface(tmp_path):
    model_dir = save_rank_model(tmp_path / "model")  # Longer names first.
    search = Surface.SEARCH
    first = [
        behaviour_example(["aaa", "b", "cc"], user="zoe"),  # Rank 1.
        behaviour_example(["a", "bb"], user="zoe"),  # Rank 2.
        behaviour_example(["aa", "b"], positive=-1, user="zoe"),  # No positive: does not count.
        behaviour_example(["aa", "bb", "cc"], positive=1, user="ann"),  # Ties count against it: rank 3.
    ]
    # In another file; lists of unequal length, so that scores of the first are padded.
    second = [
        behaviour_example(["aa", "b"], surface=search, query="mug", user="zoe"),
        behaviour_example(["a", "bb", "ccc", "dddd", "eeeee", "ffffff"], surface=search, query="mug", user="bob"),
    ]
    files = [write_examples(tmp_path / "1.gz", first), write_examples(tmp_path / "2.gz", second)]
    found = gains_by_user(model_dir, files)
    assert list(found) == ["recommendation", "search"]
    feed, searches = found["recommendation"], found["search"]
    assert (feed.users.tolist(), feed.counts.tolist()) == ([b"ann", b"zoe"], [1, 2])
    assert (searches.users.tolist(), searches.counts.tolist()) == ([b"bob", b"zoe"], [1, 1])
    column = {metric.name: place for place, metric in enumerate(rank_metrics())}
    second_place, third_place = 1 / math.log2(3), 1 / math.log2(4)
    np.testing.assert_allclose(feed.sums[:, column["ndcg_at_5"]], [third_place, 1 + second_place])
    np.testing.assert_allclose(feed.sums[:, column["hit_rate_at_1"]], [0, 1])
    # Sixth of six.
    np.testing.assert_allclose(searches.sums[:, column["hit_rate_at_5"]], [0, 1])
    np.testing.assert_allclose(searches.sums[:, column["mrr"]], [1 / 6, 1])
    assert feed.sums.shape == (2, len(column))


def test_a_model_that_leaves_candidates_without_a_score_is_refused(tmp_path):
    model_dir = save_rank_model(tmp_path / "model", _one_score)
    files = [write_examples(tmp_path / "1.gz", [behaviour_example(["a", "bb"])])]
    with pytest.raises(ValueError, match="Every candidate needs a score. Received: 1 scores for 2 candidates"):
        gains_by_user(model_dir, files)


def _one_score(candidates):
    return tf.cast(tf.strings.length(candidates[:, :1]), tf.float32)
