import numpy as np
import pytest

from benchmarks.workloads import generated_batches
from benchmarks.workloads.generated_batches import AMAZON, KUAISAR, SIZES
from schemas import features
from schemas.canonical_event import Surface

TINY = KUAISAR.scaled(0.005)
HISTORY = (
    *(features.RECOMMENDATION_ITEMS, features.SEARCH_KINDS, features.SEARCH_WORDS, features.SEARCH_ITEMS),
    *(features.RECOMMENDATION_POSITIONS, features.SEARCH_POSITIONS),
)


@pytest.mark.parametrize(("name", "rows", "history"), [("amazon", (1024, 1030), 12), ("kuaisar", (1024, 88), 30)])
def test_the_sizes_are_the_papers(name, rows, history):
    size = SIZES[name]
    assert (size.recommendation_rows, size.search_rows, size.rows) == (*rows, sum(rows))
    assert (size.unisar.recommendation_history, size.unisar.search_history) == (history, history)


def test_scaling_shrinks_rows_and_vocabularies_down_to_three_but_no_lengths():
    assert (TINY.recommendation_rows, TINY.search_rows) == (5, 3)
    assert (TINY.vocabulary.items, TINY.vocabulary.words) == (3367, 1975)
    assert TINY.vocabulary.categories == (3, 3)
    assert TINY.unisar == KUAISAR.unisar
    assert TINY.words_per_query == 50


def test_a_joint_batch_has_the_shapes_and_labels_of_the_size():
    inputs, labels = generated_batches.joint(TINY)
    for surface, count in ((Surface.RECOMMENDATION, 5), (Surface.SEARCH, 3)):
        batch = inputs[surface.value]
        assert {name: value.shape for name, value in batch.items()} == {
            features.USER: (count,),
            features.SURFACE_INDEX: (count,),
            features.QUERY_WORDS: (count, 50),
            features.CANDIDATE_ITEMS: (count, 5),
            features.RECOMMENDATION_ITEMS: (count, 30),
            features.RECOMMENDATION_POSITIONS: (count, 30),
            features.SEARCH_WORDS: (count, 30, 50),
            features.SEARCH_ITEMS: (count, 30, 5),
            features.SEARCH_POSITIONS: (count, 30),
            features.SEARCH_KINDS: (count, 30),
        }
        assert {value.dtype for value in batch.values()} == {np.dtype("int32")}
        assert set(batch[features.SURFACE_INDEX]) == {surface.model_index}
        assert labels[surface.value].tolist() == [[1, 0, 0, 0, 0]] * count
    assert not inputs["recommendation"][features.QUERY_WORDS].any()
    assert inputs["search"][features.QUERY_WORDS][:, 0].all()


def test_indices_lie_in_their_vocabularies():
    batch = generated_batches.rows(TINY, Surface.SEARCH, 50, candidates=9)
    assert 1 <= batch[features.USER].min() <= batch[features.USER].max() < TINY.vocabulary.users
    assert 1 <= batch[features.CANDIDATE_ITEMS].min() <= batch[features.CANDIDATE_ITEMS].max() < TINY.vocabulary.items
    assert 0 == batch[features.SEARCH_WORDS].min() < batch[features.SEARCH_WORDS].max() < TINY.vocabulary.words


def test_padding_stands_at_the_end_and_the_merged_history_has_no_gaps():
    batch = generated_batches.rows(TINY, Surface.RECOMMENDATION, 40, candidates=2)
    lengths = set()
    for clicked, kinds, words, items, clicked_at, searched_at in zip(*(batch[name] for name in HISTORY), strict=True):
        clicks, sessions = np.count_nonzero(clicked), np.count_nonzero(kinds)
        assert clicked[:clicks].all() and kinds[:sessions].all()
        assert not words[sessions:].any() and not items[sessions:].any()
        assert not clicked_at[clicks:].any() and not searched_at[sessions:].any()
        assert (np.diff(clicked_at[:clicks]) > 0).all() and (np.diff(searched_at[:sessions]) > 0).all()
        merged = [*clicked_at[:clicks], *searched_at[:sessions]]
        assert sorted(merged) == list(range(clicks + sessions))
        lengths.add((clicks, sessions))
    assert len(lengths) > 20


def test_a_seed_draws_the_same_again_and_another_seed_does_not():
    first, again, other = (generated_batches.rows(TINY, Surface.SEARCH, 4, 5, seed) for seed in (1, 1, 2))
    assert all((first[name] == again[name]).all() for name in first)
    assert (first[features.CANDIDATE_ITEMS] != other[features.CANDIDATE_ITEMS]).any()


@pytest.mark.parametrize(
    ("size", "words", "categories"), [(TINY, (3367, 50), (3367, 2)), (AMAZON.scaled(0.005), (61, 0), (61, 0))]
)
def test_the_catalogue_has_what_items_have_and_knows_nothing_of_padding(size, words, categories):
    catalogue = generated_batches.catalogue(size)
    assert (catalogue.words.shape, catalogue.categories.shape) == (words, categories)
    assert not catalogue.words[0].any() and not catalogue.categories[0].any()
    assert catalogue.words[1:, :1].all() and catalogue.categories[1:].all()
