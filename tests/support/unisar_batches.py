"""Random inputs for UniSAR, tiny by default, every axis of another length."""

import numpy as np

from models.vocabulary import Attribute, Vocabulary
from schemas import features
from schemas.canonical_event import Surface


def vocabulary(users=11, items=29, words=23, attributes=True):
    """A vocabulary whose items have a title and two category levels, and whose requests have two context values."""
    if not attributes:
        return Vocabulary(users=users, items=items, words=words)
    return Vocabulary(
        users=users,
        items=items,
        words=words,
        item_attributes=(
            Attribute(features.ITEM_WORDS, words=4),
            Attribute(features.category_vocabulary(0), size=5, dim=3),
            Attribute(features.category_vocabulary(1), size=7, dim=2),
        ),
        context=(Attribute("hour", size=6, dim=3), Attribute("device", size=4, dim=2)),
    )


def item_attributes(vocabulary, seed=0):
    """Random values for all attributes of the items; those of padding are 0."""
    random = np.random.default_rng(seed)
    values = {}
    for each in vocabulary.item_attributes:
        shape = (vocabulary.items, each.words) if each.is_text else (vocabulary.items,)
        values[each.name] = random.integers(0, vocabulary.words if each.is_text else each.size, shape)
        values[each.name][0] = 0
    return values


def rows(vocabulary, surface, count=6, candidates=5, recommendation=7, search=6, session=3, words=4, seed=0):
    """Features of `count` rows of one surface, histories of any length down to none, padding at the end."""
    random = np.random.default_rng(seed + 1000 * surface.model_index)
    batch = {
        features.USER: random.integers(1, vocabulary.users, count),
        features.SURFACE_INDEX: np.full(count, surface.model_index),
        features.QUERY_WORDS: random.integers(0, vocabulary.words, (count, words)) * surface.model_index,
        features.CANDIDATE_ITEMS: random.integers(1, vocabulary.items, (count, candidates)),
        features.RECOMMENDATION_ITEMS: np.zeros((count, recommendation), int),
        features.RECOMMENDATION_POSITIONS: np.zeros((count, recommendation), int),
        features.SEARCH_WORDS: np.zeros((count, search, words), int),
        features.SEARCH_ITEMS: np.zeros((count, search, session), int),
        features.SEARCH_POSITIONS: np.zeros((count, search), int),
        features.SEARCH_KINDS: np.zeros((count, search), int),
        features.CONTEXT: np.zeros((count, len(vocabulary.context)), int),
    }
    for place, each in enumerate(vocabulary.context):
        batch[features.CONTEXT][:, place] = random.integers(0, each.size, count)
    for row in range(count):
        clicks, sessions = random.integers(1, recommendation + 1), random.integers(1, search + 1)
        places = random.permutation(clicks + sessions)
        batch[features.RECOMMENDATION_ITEMS][row, :clicks] = random.integers(1, vocabulary.items, clicks)
        batch[features.RECOMMENDATION_POSITIONS][row, :clicks] = np.sort(places[:clicks])
        batch[features.SEARCH_KINDS][row, :sessions] = 1
        batch[features.SEARCH_POSITIONS][row, :sessions] = np.sort(places[clicks:])
        batch[features.SEARCH_WORDS][row, :sessions] = random.integers(0, vocabulary.words, (sessions, words))
        batch[features.SEARCH_ITEMS][row, :sessions] = random.integers(0, vocabulary.items, (sessions, session))
    return {name: value.astype("int32") for name, value in batch.items()}


def joint(vocabulary, recommendation_rows=6, search_rows=4, **sizes):
    """A joint batch and its labels; the first candidate is what the user engaged with."""
    inputs, labels = {}, {}
    for surface, count in ((Surface.RECOMMENDATION, recommendation_rows), (Surface.SEARCH, search_rows)):
        inputs[surface.value] = rows(vocabulary, surface, count, **sizes)
        labels[surface.value] = np.zeros(inputs[surface.value][features.CANDIDATE_ITEMS].shape, "float32")
        labels[surface.value][:, 0] = 1
    return inputs, labels
