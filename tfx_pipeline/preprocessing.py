"""`preprocessing_fn`: from raw features to the model's inputs, the same graph in training and in serving."""

import tensorflow as tf

from schemas import features
from schemas.canonical_event import Surface
from tfx_pipeline import history_tensors, vocabularies
from tfx_pipeline.text_words import words


# Nothing here has Python control flow over tensors, so AutoGraph would only cost time, each of the several times that
# the Transform traces this.
@tf.autograph.experimental.do_not_convert
def preprocessing_fn(inputs: dict[str, tf.SparseTensor], custom_config: dict) -> dict[str, tf.Tensor]:
    """Builds the vocabularies and maps strings to indices.

    Each vocabulary is looked up once, for all features together: a lookup is a table of its own in the exported model.

    Args:
        inputs: The raw features, sparse [batch, values] each; a row of the catalog split has only the item's features,
            a row of the other splits only the behaviour's.
        custom_config: `transform` (a `TransformConfig` as a dict), `recommendation_history`, `search_history`,
            `items_per_session`.

    Returns:
        The transformed features that `schemas.features` names.
    """
    transform = custom_config["transform"]
    user = _single(inputs[features.USER_ID])
    users = vocabularies.build(inputs[features.USER_ID], features.USER_VOCABULARY, transform["max_users"])

    candidates, history_items = inputs[features.CANDIDATES], inputs[features.HISTORY_ITEMS]
    items = vocabularies.build(_items_and_clicks(inputs), features.ITEM_VOCABULARY, transform["max_items"])
    candidate_indices, history_indices, item_index = vocabularies.lookup_together(
        [candidates.values, history_items.values, _single(inputs[features.ITEM_ID])], items
    )

    query_words, title_words, history_words = _word_indices(
        [_single(inputs[features.QUERY]), _single(inputs[features.TITLE]), inputs[features.HISTORY_QUERIES].values],
        transform,
    )
    history = history_tensors.checked(
        history_tensors.FlatHistory(
            kinds=inputs[features.HISTORY_KINDS],
            item_counts=inputs[features.HISTORY_ITEM_COUNTS],
            item_rows=history_items.indices[:, 0],
            items=history_indices,
            words=history_words,
        )
    )
    recommendation_items, recommendation_positions = history_tensors.recommendation_part(
        history, custom_config["recommendation_history"]
    )
    search = history_tensors.search_part(history, custom_config["search_history"], custom_config["items_per_session"])
    return {
        features.USER: vocabularies.lookup(user, users),
        features.SURFACE_INDEX: tf.cast(tf.equal(_single(inputs[features.SURFACE]), Surface.SEARCH.value), tf.int64),
        features.QUERY_WORDS: query_words,
        features.CANDIDATE_ITEMS: tf.SparseTensor(candidates.indices, candidate_indices, candidates.dense_shape),
        features.CANDIDATE_LABELS: inputs[features.LABELS],
        features.RECOMMENDATION_ITEMS: recommendation_items,
        features.RECOMMENDATION_POSITIONS: recommendation_positions,
        features.SEARCH_WORDS: search["words"],
        features.SEARCH_ITEMS: search["items"],
        features.SEARCH_POSITIONS: search["positions"],
        features.SEARCH_KINDS: search["kinds"],
        features.ITEM: item_index,
        features.ITEM_WORDS: title_words,
        features.ITEM_CATEGORIES: _category_indices(inputs[features.CATEGORIES], transform["category_levels"]),
    }


def _single(values: tf.SparseTensor) -> tf.Tensor:
    """The first value of each row, or the empty string. String [batch]."""
    return _columns(values, 1)[:, 0]


def _columns(values: tf.SparseTensor, count: int) -> tf.Tensor:
    """The first values of each row, the empty string where there are fewer. String [batch, count]."""
    first = tf.sparse.retain(values, tf.less(values.indices[:, 1], count))
    shape = tf.stack([values.dense_shape[0], tf.constant(count, tf.int64)])
    return tf.ensure_shape(tf.sparse.to_dense(tf.SparseTensor(first.indices, first.values, shape), ""), [None, count])


def _items_and_clicks(inputs: dict[str, tf.SparseTensor]) -> tf.Tensor:
    """All items once, and each click once more, so that the vocabulary runs from the most clicked on."""
    clicked = tf.boolean_mask(inputs[features.CANDIDATES].values, tf.greater(inputs[features.LABELS].values, 0.0))
    return tf.concat([inputs[features.ITEM_ID].values, clicked], axis=0)


def _word_indices(texts: list[tf.Tensor], transform: dict) -> list[tf.Tensor]:
    """Word indices of queries, titles and the histories' queries; the first two make the vocabulary.

    A history's queries are left out of it because they are some examples' own queries already, and would be counted
    anew in every later example of their user.
    """
    lengths = [transform["words_per_query"], transform["words_per_title"], transform["words_per_query"]]
    split = words(tf.concat(texts, axis=0))
    counted = split[: tf.size(texts[0]) + tf.size(texts[1])].flat_values
    vocabulary = vocabularies.build(
        counted, features.WORD_VOCABULARY, transform["max_words"], transform["min_word_count"]
    )
    indices = vocabularies.lookup(split.to_tensor("", shape=[None, max(lengths)]), vocabulary)
    parts = tf.split(indices, [tf.size(text) for text in texts])
    return [part[:, :length] for part, length in zip(parts, lengths, strict=True)]


def _category_indices(categories: tf.SparseTensor, levels: int) -> tf.Tensor:
    """One column a level, each with a vocabulary of its own. int64 [batch, levels]."""
    names = _columns(categories, levels)
    columns = [
        vocabularies.lookup(name, vocabularies.build(name, features.category_vocabulary(level)))
        for level, name in enumerate(tf.unstack(names, axis=1))
    ]
    return tf.stack(columns, axis=1) if columns else tf.zeros_like(names, tf.int64)
