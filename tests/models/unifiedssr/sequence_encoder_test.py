import keras
import numpy as np
import pytest

from models.unifiedssr.sequence_encoder import SequenceEncoder
from models.unifiedssr.sequences import Sequences
from models.unifiedssr.unifiedssr_config import UnifiedSSRConfig
from tests.support.layer_case import run_build_test
from tests.support.small_models import SEQUENCES, VOCABULARY, encode, sequence_encoder


def make(**fields):
    return sequence_encoder(SequenceEncoder, **fields)


def test_layer_contract():
    # The start, twenty weights a block and the last norm's two: no branch has its own.
    arguments = {"config": UnifiedSSRConfig(dim=8, num_layers=3)}
    run_build_test(SequenceEncoder, arguments, 1 + 3 * 20 + 2)
    apart = {"config": UnifiedSSRConfig(dim=8, num_layers=3, share_branches=False)}
    run_build_test(SequenceEncoder, apart, 1 + 2 * (3 * 20 + 2))
    # Where there are no queries, they have no weights.
    run_build_test(SequenceEncoder, apart | {"with_queries": False}, 1 + 3 * 20 + 2)


@pytest.mark.parametrize(("shared", "norms"), [(True, 1), (False, 2)])
def test_an_input_norm_has_two_weights_for_each_stack_of_blocks(shared, norms):
    fields = {"dim": 8, "num_layers": 3, "share_branches": shared}
    without = norms * (3 * 20 + 2) + 1
    run_build_test(SequenceEncoder, {"config": UnifiedSSRConfig(**fields, input_norm=True)}, without + norms * 2)


@pytest.mark.parametrize("shared", [True, False])
@pytest.mark.parametrize(("field", "size", "delay"), [("items", VOCABULARY.items, 1), ("queries", VOCABULARY.words, 0)])
def test_a_position_sees_its_query_the_events_before_it_and_nothing_later(field, size, delay, shared):
    made = make(share_branches=shared)
    before = encode(made)
    for place in range(getattr(SEQUENCES, field).shape[1]):
        ids = getattr(SEQUENCES, field).copy()
        ids[:, place] = (ids[:, place] + 1) % size
        first = place + delay
        for old, new in zip(before, encode(made, SEQUENCES._replace(**{field: ids})), strict=True):
            np.testing.assert_allclose(new[:, :first], old[:, :first], atol=1e-6)
            assert np.abs(new[:, first] - old[:, first]).max() > 1e-4


def test_both_branches_share_their_weights():
    encoder, embedding = make()
    # Branches that read the same become the same: a start that is 0, queries and items with equal vectors.
    encoder.start.assign(keras.ops.zeros_like(encoder.start))
    words, items = embedding.texts.word_embedding, embedding.item_table
    items.assign(np.concatenate([words.numpy(), items.numpy()[len(words.numpy()) :]]))
    ids = np.array([[2, 3, 5, 7]])
    same = Sequences(np.array([1]), ids[..., None], np.array([4]), np.pad(ids, ((0, 0), (1, 0)))[..., None])
    products, queries = encode((encoder, embedding), same)
    np.testing.assert_allclose(products, queries, atol=1e-5)


@pytest.mark.parametrize("queries", [SEQUENCES.queries, None], ids=["search", "recommendation"])
def test_every_layer_is_fed_by_the_one_before_with_the_other_branch_as_its_memory(queries):
    encoder, _ = made = make()
    given = []

    def block(tokens, memory, *masks, training):
        given.append((np.asarray(tokens), np.asarray(memory)))
        return 2 * tokens

    encoder.blocks = [block] * 3
    encode(made, SEQUENCES._replace(queries=queries))
    for layer, (tokens, memory) in enumerate(given):
        np.testing.assert_allclose(tokens, 2**layer * given[0][0], rtol=1e-5)
        other = tokens if queries is None else np.concatenate([tokens[3:], tokens[:3]])
        np.testing.assert_array_equal(memory, other)


def test_an_encoder_for_each_branch_computes_what_a_shared_one_would_with_equal_weights():
    (encoder, _), (apart, _) = shared, own = make(), make(share_branches=False)
    own[1].set_weights(shared[1].get_weights())
    start, *rest = encoder.get_weights()
    apart.set_weights([start, *rest, *rest])
    for first, second in zip(encode(shared), encode(own), strict=True):
        np.testing.assert_allclose(first, second, rtol=1e-4, atol=1e-5)
    # The last norm of a branch moves that branch alone.
    before = encode(own)
    apart.query_norm.offset.assign_add(np.ones(8))
    products, queries = encode(own)
    np.testing.assert_array_equal(products, before[0])
    np.testing.assert_allclose(queries, before[1] + 1, rtol=1e-5, atol=1e-5)


def test_every_layer_of_each_branch_has_the_other_branch_as_its_memory():
    encoder, _ = made = make(share_branches=False)
    given = {"products": [], "queries": []}

    def block(name, factor):
        def call(tokens, memory, *masks, training):
            given[name].append((np.asarray(tokens), np.asarray(memory)))
            return factor * tokens

        return call

    encoder.blocks, encoder.query_blocks = [block("products", 2)] * 3, [block("queries", 3)] * 3
    encode(made)
    products, queries = given["products"][0]
    for layer in range(3):
        for found, expected in zip(given["products"][layer], (2**layer * products, 3**layer * queries), strict=True):
            np.testing.assert_allclose(found, expected, rtol=1e-5)
        for found, expected in zip(given["queries"][layer], (3**layer * queries, 2**layer * products), strict=True):
            np.testing.assert_allclose(found, expected, rtol=1e-5)


@pytest.mark.parametrize("shared", [True, False])
def test_an_input_norm_takes_the_length_of_vectors_away_but_not_that_of_positions(shared):
    # The blocks are given normalized vectors and the sinusoids, however long the tables' vectors are.
    for factor in (1, 10):
        encoder, embedding = made = make(input_norm=True, share_branches=shared, user_embedding=False)
        encoder.start.assign(factor * encoder.start)
        embedding.item_table.assign(factor * embedding.item_table)
        embedding.texts.word_embedding.assign(factor * embedding.texts.word_embedding)
        given = []

        def block(tokens, memory, *masks, training, given=given):
            given.append(np.asarray(tokens))
            return tokens

        encoder.blocks, encoder.query_blocks = [block], [] if shared else [block]
        encode(made)
        tokens = np.concatenate(given)
        assert len(tokens) == 2 * len(SEQUENCES.users)
        vectors = tokens - np.asarray(encoder.positions(np.zeros_like(tokens)))
        # An event or a query may have nothing, which stays nothing.
        lengths = np.square(vectors).mean(axis=-1)
        np.testing.assert_allclose(lengths[lengths > 1e-6], 1, atol=0.02)
        assert (lengths > 1e-6).mean() > 0.5


def test_an_event_is_the_mean_of_its_items():
    made = make()
    single = np.array([[[3, 0]], [[5, 5]], [[0, 0]]])
    one = Sequences(SEQUENCES.users, single, np.ones(3, int), None)
    twice = one._replace(items=np.array([[[3, 3]], [[5, 0]], [[0, 0]]]))
    np.testing.assert_allclose(encode(made, one)[0], encode(made, twice)[0], atol=1e-6)


def test_only_training_drops():
    made = make(dropout=0.5)
    np.testing.assert_array_equal(encode(made)[0], encode(made)[0])
    assert np.abs(encode(made, training=True)[0] - encode(made)[0]).max() > 1e-2
