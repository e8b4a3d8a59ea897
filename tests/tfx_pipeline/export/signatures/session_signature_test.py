import keras
import numpy as np
import pytest
import tensorflow as tf

from schemas import features, signatures
from schemas.canonical_event import Surface, Token
from tests.support.exported_retriever import ITEMS, NEWEST_CLICKS, SESSIONS, history_inputs, texts

CLICKS = [Token(Surface.RECOMMENDATION, (item,)) for item in ITEMS]
SEARCHES = [Token(Surface.SEARCH, (ITEMS[2], ITEMS[3]), "red mug"), Token(Surface.SEARCH, (), "lamp")]
HISTORY = (CLICKS[0], CLICKS[1], SEARCHES[0], CLICKS[4], SEARCHES[1], CLICKS[5])


def sessions(servable, histories, surfaces):
    inputs = history_inputs(histories, ["u1"] * len(histories))
    return servable.run(signatures.SESSIONS, inputs | {signatures.SESSIONS_SURFACE: texts(surfaces)})


def test_events_are_told_by_their_places_in_the_history(servable):
    answer = sessions(servable, [HISTORY, HISTORY, ()], ["recommendation", "search", "search"])
    # The oldest click is one more than the model keeps.
    assert answer[signatures.SESSION_TOKENS].tolist() == [[1, 3, 5], [2, 4, -1], [-1, -1, -1]]


def test_windows_and_shares_are_those_of_the_model(servable, exported):
    answer = sessions(servable, [HISTORY, HISTORY], ["recommendation", "search"])
    items = [exported.index(item) for item in ITEMS[:6]]
    red, mug, lamp = (exported.index(word, features.WORD_VOCABULARY) for word in ("red", "mug", "lamp"))
    inputs = {
        features.USER: [exported.index("u1", features.USER_VOCABULARY)],
        features.RECOMMENDATION_ITEMS: [[items[1], items[4], items[5]]],
        features.SEARCH_ITEMS: [[[items[2], items[3]], [0, 0]]],
        features.SEARCH_KINDS: [[1, 1]],
        features.SEARCH_WORDS: [[[red, mug], [lamp, 0]]],
        features.QUERY_WORDS: [[0, 0]],
    }
    inputs = {name: keras.ops.convert_to_tensor(value, "int32") for name, value in inputs.items()}
    (clicks,) = exported.model.sessions(inputs, Surface.RECOMMENDATION)
    clicked, searched = exported.model.sessions(inputs, Surface.SEARCH)
    for row, windows, shares, expected in [
        (0, signatures.SESSION_WINDOWS, signatures.SESSION_SHARES, clicks),
        (1, signatures.SESSION_WINDOWS, signatures.SESSION_SHARES, clicked),
        (1, signatures.QUERY_WINDOWS, signatures.QUERY_SHARES, searched),
    ]:
        np.testing.assert_allclose(answer[windows][row], expected.windows[0], atol=1e-5)
        events = expected.membership.shape[-1]
        assert answer[shares].shape == (2, SESSIONS, NEWEST_CLICKS)
        np.testing.assert_allclose(answer[shares][row, :, :events], expected.membership[0], atol=1e-5)
        assert not answer[shares][row, :, events:].any()
    assert not answer[signatures.QUERY_WINDOWS][0].any() and not answer[signatures.QUERY_SHARES][0].any()


def test_a_surface_that_is_none_is_refused(servable):
    with pytest.raises(tf.errors.InvalidArgumentError, match="`surface` should be recommendation or search. Received"):
        sessions(servable, [HISTORY], ["feed"])
