import numpy as np
import pytest

from models.unisar.overlap_features import OverlapFeatures
from models.unisar.unisar_model import UniSAR
from models.unisar.words_first import words_first
from models.vocabulary import Vocabulary
from schemas import features
from schemas.canonical_event import Surface
from tests.models.unisar.overlap_features_test import TABLES, VOCABULARY, request
from tests.support.small_models import rows, unisar


@pytest.mark.parametrize(
    ("logits", "none", "all_", "expected"),
    [
        # An item with all words has 2, the others, with none, 5 and 3: both are lowered by 5 - 2 + 1.
        ([2.0, 5.0, 3.0], [1, 2], [0], [2.0, 1.0, -1.0]),
        # One with some words keeps its logit, whatever it is.
        ([2.0, 9.0, 3.0], [2], [0], [2.0, 9.0, 1.0]),
        # The least of those that have all counts.
        ([7.0, 1.0, 3.0], [2], [0, 1], [7.0, 1.0, 0.0]),
        ([2.0, 5.0, 3.0], [], [0], [2.0, 5.0, 3.0]),  # All have some,
        ([2.0, 5.0, 3.0], [0, 1, 2], [], [2.0, 5.0, 3.0]),  # or nothing has all,
        ([2.0, 1.0, 1.5], [1, 2], [0], [2.0, 1.0, 1.5]),  # or they are in order.
        ([2.0, 2.0], [1], [0], [2.0, 1.0]),  # Equal ones are not.
        ([-1.0, 30.0], [1], [0], [-1.0, -2.0]),
    ],
)
def test_items_with_none_of_the_words_are_lowered_together(logits, none, all_, expected):
    def is_in(places):
        return np.array([[place in places for place in range(len(logits))]])

    found = np.asarray(words_first(np.array([logits], np.float32), is_in(none), is_in(all_)))
    np.testing.assert_allclose(found, [expected])
    # A row does not move another, and no row is no error.
    both = words_first(
        np.array([logits, [0.0] * len(logits)], np.float32), *(np.repeat(is_in(each), 2, 0) for each in (none, all_))
    )
    np.testing.assert_allclose(np.asarray(both)[0], expected)
    assert words_first(np.zeros((0, 3), np.float32), np.zeros((0, 3), bool), np.zeros((0, 3), bool)).shape == (0, 3)


def test_which_candidates_have_none_and_all_of_the_known_words():
    """The query is 1 5: items 6 and 7 have both, 8 has none, 5 has the word 5; word 9 is unknown and counts nothing."""
    layer = OverlapFeatures(VOCABULARY)
    layer.build()
    layer.set_texts(TABLES)

    def told(query):
        overlaps = layer(request(**{features.QUERY_WORDS: [query]}), TABLES)
        return [np.flatnonzero(np.asarray(each)[0]).tolist() for each in layer.query_words(overlaps)]

    # The candidates are 6, 7, 8, 4, 5, the unknown item and padding; 4 has no text.
    assert told([1, 5, 0]) == told([1, 5, 9]) == [[2, 3, 5, 6], [0, 1]]
    assert told([9, 0, 0]) == told([0, 0, 0]) == [[*range(7)], []]


def test_without_texts_nothing_is_known_of_words():
    layer = OverlapFeatures(Vocabulary(users=3, items=10, words=10, item_attributes=VOCABULARY.item_attributes[2:]))
    layer.build()
    overlaps = layer(request(), TABLES)
    assert not any(np.asarray(each).any() for each in layer.query_words(overlaps))


def both_models():
    """The same weights, with and without the rule. They have learned that an item with all words is a bad one."""
    plain, strict = (unisar(overlap_features=True, words_first=value) for value in (False, True))
    has_all = np.eye(plain.overlap.width)[:, [-2]]
    for scores in plain.feature_scores:
        scores.kernel.assign(np.asarray(scores.kernel) - 9 * has_all)
    strict.set_weights(plain.get_weights())
    return plain, strict


def test_the_model_ranks_so_in_search_where_it_serves():
    plain, strict = both_models()
    batch, tables = rows(), strict.embedding.items.attribute_values
    # Each query is a word of the first candidate's title.
    titles = np.asarray(tables[features.ITEM_WORDS])[batch[features.CANDIDATE_ITEMS][:, 0]]
    batch[features.QUERY_WORDS] = np.where(np.arange(batch[features.QUERY_WORDS].shape[1]) == 0, titles[:, :1], 0)
    has_none, has_all = map(np.asarray, strict.overlap.query_words(strict.overlap(batch, tables)))
    learned = np.asarray(plain(batch))
    wanted = np.asarray(words_first(learned, has_none, has_all))
    assert np.any(wanted < learned), "no row is out of order, so that nothing is tested"
    real = batch[features.CANDIDATE_ITEMS] != 0
    np.testing.assert_allclose(np.asarray(strict(batch))[real], wanted[real], rtol=1e-5, atol=1e-5)
    served = strict.score(batch, strict.item_embeddings())
    np.testing.assert_allclose(np.asarray(served)[real], wanted[real], rtol=1e-4, atol=1e-4)


def test_clicks_for_the_words_of_the_query_overrule_it():
    plain, strict = (
        unisar(overlap_features=True, engagement_features=True, words_first=value, dropout=0.0)
        for value in (False, True)
    )
    strict.set_weights(plain.get_weights())
    has_all = np.eye(plain.feature_scores[0].kernel.shape[0])[:, [-2]]
    for each in (plain, strict):
        for scores in each.feature_scores:
            scores.kernel.assign(-9 * has_all)
    batch, tables = rows(), strict.embedding.items.attribute_values
    titles = np.asarray(tables[features.ITEM_WORDS])[batch[features.CANDIDATE_ITEMS][:, 0]]
    batch[features.QUERY_WORDS] = np.where(np.arange(batch[features.QUERY_WORDS].shape[1]) == 0, titles[:, :1], 0)
    lowered = np.asarray(strict(batch)) < np.asarray(plain(batch)) - 0.5
    row, place = np.argwhere(lowered)[0]
    # Once a search with that word led to the item, it stays where it is; the others of the row do not.
    led = np.array(strict.engagement.led_words)
    led[batch[features.CANDIDATE_ITEMS][row, place], 3] = titles[row, 0]
    for each in (plain, strict):
        each.engagement.led_words.assign(led)
    now = np.asarray(strict(batch)) < np.asarray(plain(batch)) - 0.5
    assert not now[row, place]
    assert (lowered & ~now).sum() == np.count_nonzero(
        lowered
        & (batch[features.CANDIDATE_ITEMS] == batch[features.CANDIDATE_ITEMS][row, place])
        & (titles[:, :1] == titles[row, 0])
    )


def test_the_feed_stays_as_it_is():
    plain, strict = both_models()
    batch = rows(Surface.RECOMMENDATION)
    np.testing.assert_allclose(np.asarray(strict(batch)), np.asarray(plain(batch)), rtol=1e-6)


def test_a_model_that_knows_nothing_of_items_has_no_such_rule():
    model = UniSAR({"overlap_features": True, "words_first": True}, Vocabulary(users=3, items=7, words=10))
    assert model.overlap is None
