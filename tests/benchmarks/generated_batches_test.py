import numpy as np
import pytest

from benchmarks import generated_batches
from benchmarks.generated_batches import AMAZON, KUAISAR, SIZES
from schemas import features
from schemas.canonical_event import Surface

TINY = KUAISAR.scaled(0.005)


def test_the_sizes_are_the_papers():
    assert set(SIZES) == {"amazon", "kuaisar"}
    assert (AMAZON.recommendation_rows, AMAZON.search_rows, AMAZON.rows) == (1024, 1030, 2054)
    assert (KUAISAR.recommendation_rows, KUAISAR.search_rows, KUAISAR.rows) == (1024, 88, 1112)
    assert (AMAZON.unisar.recommendation_history, AMAZON.unisar.search_history) == (12, 12)
    assert (KUAISAR.unisar.recommendation_history, KUAISAR.unisar.search_history) == (30, 30)


def test_scaling_shrinks_rows_and_vocabularies_down_to_three_but_no_lengths():
    assert (TINY.recommendation_rows, TINY.search_rows) == (5, 3)
    assert (TINY.vocabulary.items, TINY.vocabulary.words) == (3367, 1975)
    assert TINY.vocabulary.categories == (3, 3)
    assert TINY.unisar == KUAISAR.unisar
    assert TINY.words_per_query == 50


def test_a_scale_of_nothing_is_refused():
    with pytest.raises(ValueError, match="`scale` should be above 0. Received: scale=0"):
        AMAZON.scaled(0)


def test_hyper_parameters_can_be_replaced_and_misspelt_ones_are_refused():
    assert AMAZON.with_unisar({"search_history": 7}).unisar.search_history == 7
    with pytest.raises(ValueError, match="UniSARConfig has no field sarch_history."):
        AMAZON.with_unisar({"sarch_history": 7})


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
    for row in range(40):
        clicks = np.count_nonzero(batch[features.RECOMMENDATION_ITEMS][row])
        sessions = np.count_nonzero(batch[features.SEARCH_KINDS][row])
        assert batch[features.RECOMMENDATION_ITEMS][row, :clicks].all()
        assert batch[features.SEARCH_KINDS][row, :sessions].all()
        assert not batch[features.SEARCH_WORDS][row, sessions:].any()
        assert not batch[features.SEARCH_ITEMS][row, sessions:].any()
        clicked_at = batch[features.RECOMMENDATION_POSITIONS][row]
        searched_at = batch[features.SEARCH_POSITIONS][row]
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


def test_the_catalogue_knows_nothing_of_padding():
    catalogue = generated_batches.catalogue(TINY)
    assert catalogue.words.shape == (3367, 50)
    assert catalogue.categories.shape == (3367, 2)
    assert not catalogue.words[0].any() and not catalogue.categories[0].any()
    assert catalogue.words[1:, 0].all() and catalogue.categories[1:].all()


def test_items_without_titles_and_categories_have_no_columns():
    catalogue = generated_batches.catalogue(AMAZON.scaled(0.005))
    assert (catalogue.words.shape, catalogue.categories.shape) == ((61, 0), (61, 0))
