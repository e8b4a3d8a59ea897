import json

import keras
import numpy as np

from models.unifiedssr.sequence_encoder import SequenceEncoder
from models.unifiedssr.sequences import Sequences
from models.unifiedssr.unifiedssr_config import UnifiedSSRConfig
from models.unifiedssr.unifiedssr_embedding import EmbeddingModule
from tests.support import unisar_batches

VOCABULARY = unisar_batches.vocabulary(attributes=False)
RANDOM = np.random.default_rng(0)
SEQUENCES = Sequences(
    users=np.array([1, 2, 3]),
    items=RANDOM.integers(1, VOCABULARY.items, (3, 4, 2)),
    lengths=np.array([4, 4, 4]),
    queries=RANDOM.integers(1, VOCABULARY.words, (3, 5, 3)),
)
POSITIONS = SEQUENCES.queries.shape[1]


def make(**fields):
    config = UnifiedSSRConfig(**{"dim": 8, "num_layers": 3, **fields})
    embedding, encoder = EmbeddingModule(config, VOCABULARY), SequenceEncoder(config)
    embedding.build()
    encoder.build()
    return encoder, embedding


def encode(sequences, made=None, **options):
    encoder, embedding = made or make()
    return [np.asarray(branch) for branch in encoder.encode(embedding, sequences, **options)]


def test_one_encoding_a_position_and_branch():
    made = make()
    assert [branch.shape for branch in encode(SEQUENCES, made)] == [(3, 5, 8)] * 2
    assert [branch.shape for branch in encode(SEQUENCES._replace(queries=None), made)] == [(3, 5, 8)]


def test_no_position_sees_a_later_event():
    made = make()
    before = encode(SEQUENCES, made)
    for event in range(SEQUENCES.items.shape[1]):
        items = SEQUENCES.items.copy()
        items[:, event] = (items[:, event] + 1) % VOCABULARY.items
        after = encode(SEQUENCES._replace(items=items), made)
        for old, new in zip(before, after, strict=True):
            np.testing.assert_allclose(new[:, : event + 1], old[:, : event + 1], atol=1e-6)
            assert np.abs(new[:, event + 1] - old[:, event + 1]).max() > 1e-4


def test_a_position_sees_its_own_query_and_no_later_one():
    made = make()
    before = encode(SEQUENCES, made)
    for position in range(POSITIONS):
        queries = SEQUENCES.queries.copy()
        queries[:, position] = (queries[:, position] + 1) % VOCABULARY.words
        after = encode(SEQUENCES._replace(queries=queries), made)
        for old, new in zip(before, after, strict=True):
            np.testing.assert_allclose(new[:, :position], old[:, :position], atol=1e-6)
            assert np.abs(new[:, position] - old[:, position]).max() > 1e-4


def test_both_branches_share_their_weights():
    names = {weight.name for weight in make()[0].weights}
    assert not [name for name in names if "query_branch" in name or "product_branch" in name]
    encoder, embedding = make()
    # Branches that read the same become the same: a start that is 0, queries and items with equal vectors.
    encoder.start.assign(keras.ops.zeros_like(encoder.start))
    words, items = embedding.texts.word_embedding, embedding.item_table
    items.assign(np.concatenate([words.numpy(), items.numpy()[len(words.numpy()) :]]))
    ids = np.array([[2, 3, 5, 7]])
    same = Sequences(np.array([1]), ids[..., None], np.array([4]), np.pad(ids, ((0, 0), (1, 0)))[..., None])
    products, queries = encode(same, (encoder, embedding))
    np.testing.assert_allclose(products, queries, atol=1e-5)


def test_every_layer_is_fed_by_the_one_before():
    made = make()
    given = []

    def block(tokens, memory, *masks, training):
        given.append((np.asarray(tokens), np.asarray(memory)))
        return 2 * tokens

    made[0].blocks = [block] * 3
    encode(SEQUENCES, made)
    first = given[0][0]
    assert first.shape == (6, 5, 8)
    for layer, (tokens, memory) in enumerate(given):
        np.testing.assert_allclose(tokens, 2**layer * first, rtol=1e-5)
        # Each branch's memory is the other.
        np.testing.assert_array_equal(memory, np.concatenate([tokens[3:], tokens[:3]]))
    encode(SEQUENCES._replace(queries=None), made)
    alone, memory = given[-1]
    assert alone.shape == (3, 5, 8)
    np.testing.assert_array_equal(memory, alone)


def test_an_event_is_the_mean_of_its_items():
    made = make()
    single = np.array([[[3, 0]], [[5, 5]], [[0, 0]]])
    one = Sequences(SEQUENCES.users, single, np.ones(3, int), None)
    twice = one._replace(items=np.array([[[3, 3]], [[5, 0]], [[0, 0]]]))
    np.testing.assert_allclose(encode(one, made)[0], encode(twice, made)[0], atol=1e-6)


def test_only_training_drops():
    made = make(dropout=0.5)
    np.testing.assert_array_equal(encode(SEQUENCES, made)[0], encode(SEQUENCES, made)[0])
    assert np.abs(encode(SEQUENCES, made, training=True)[0] - encode(SEQUENCES, made)[0]).max() > 1e-2


def test_configuration_survives_json():
    encoder, _ = make()
    assert SequenceEncoder.from_config(json.loads(json.dumps(encoder.get_config()))).config == encoder.config
