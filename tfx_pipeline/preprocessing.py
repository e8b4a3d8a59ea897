"""`preprocessing_fn`: from raw features to the model's inputs, the same graph in training and in serving."""

import tensorflow as tf

from schemas import features
from schemas.canonical_event import Surface
from tfx_pipeline import history_tensors, vocabularies
from tfx_pipeline.text_words import words


def preprocessing_fn(inputs: dict[str, tf.SparseTensor], custom_config: dict) -> dict[str, tf.Tensor]:
    """Builds the vocabularies and maps strings to indices.

    Args:
        inputs: The raw features, sparse [batch, values] each; a row of the catalog split has only the item's features,
            a row of the other splits only the behaviour's.
        custom_config: `transform` (a `TransformConfig` as a dict), `recommendation_history`, `search_history`,
            `items_per_session`.

    Returns:
        The transformed features that `schemas.features` names.
    """
    transform = custom_config["transform"]
    query = _single(inputs[features.QUERY])
    query_words = words(query)
    title_words = words(_single(inputs[features.TITLE]))
    candidates = inputs[features.CANDIDATES]

    users = vocabularies.build(inputs[features.USER_ID], features.USER_VOCABULARY, transform["max_users"])
    items = vocabularies.build(_items_and_clicks(inputs), features.ITEM_VOCABULARY, transform["max_items"])
    texts = vocabularies.build(
        tf.concat([query_words, title_words], axis=1),
        features.WORD_VOCABULARY,
        transform["max_words"],
        transform["min_word_count"],
    )

    def word_indices(ragged: tf.RaggedTensor, length: int) -> tf.Tensor:
        return vocabularies.lookup(ragged.to_tensor("", shape=[None, length]), texts)

    history = history_tensors.FlatHistory(
        kinds=tf.RaggedTensor.from_sparse(inputs[features.HISTORY_KINDS]),
        item_counts=tf.RaggedTensor.from_sparse(inputs[features.HISTORY_ITEM_COUNTS]),
        items=vocabularies.lookup(inputs[features.HISTORY_ITEMS].values, items),
        words=word_indices(words(inputs[features.HISTORY_QUERIES].values), transform["words_per_query"]),
    )
    recommendation_items, recommendation_positions = history_tensors.recommendation_part(
        history, custom_config["recommendation_history"]
    )
    search = history_tensors.search_part(history, custom_config["search_history"], custom_config["items_per_session"])
    return {
        features.USER: vocabularies.lookup(_single(inputs[features.USER_ID]), users),
        features.SURFACE_INDEX: tf.cast(tf.equal(_single(inputs[features.SURFACE]), Surface.SEARCH.value), tf.int64),
        features.QUERY_WORDS: word_indices(query_words, transform["words_per_query"]),
        features.CANDIDATE_ITEMS: tf.SparseTensor(
            candidates.indices, vocabularies.lookup(candidates.values, items), candidates.dense_shape
        ),
        features.CANDIDATE_LABELS: inputs[features.LABELS],
        features.RECOMMENDATION_ITEMS: recommendation_items,
        features.RECOMMENDATION_POSITIONS: recommendation_positions,
        features.SEARCH_WORDS: search["words"],
        features.SEARCH_ITEMS: search["items"],
        features.SEARCH_POSITIONS: search["positions"],
        features.SEARCH_KINDS: search["kinds"],
        features.ITEM: vocabularies.lookup(_single(inputs[features.ITEM_ID]), items),
        features.ITEM_WORDS: word_indices(title_words, transform["words_per_title"]),
        features.ITEM_CATEGORIES: _category_indices(inputs[features.CATEGORIES], transform["category_levels"]),
    }


def _single(values: tf.SparseTensor) -> tf.Tensor:
    """The first value of each row, or the empty string. String [batch]."""
    return tf.RaggedTensor.from_sparse(values).to_tensor("", shape=[None, 1])[:, 0]


def _items_and_clicks(inputs: dict[str, tf.SparseTensor]) -> tf.RaggedTensor:
    """All items once, and each click once more, so that the vocabulary runs from the most clicked on."""
    positive = tf.sparse.retain(inputs[features.CANDIDATES], tf.greater(inputs[features.LABELS].values, 0.0))
    return tf.concat(
        [tf.RaggedTensor.from_sparse(inputs[features.ITEM_ID]), _ragged_of_gaps(positive)],
        axis=1,
    )


def _ragged_of_gaps(values: tf.SparseTensor) -> tf.RaggedTensor:
    """A sparse tensor whose rows may have gaps, as a ragged one."""
    return tf.RaggedTensor.from_value_rowids(values.values, values.indices[:, 0], nrows=values.dense_shape[0])


def _category_indices(categories: tf.SparseTensor, levels: int) -> tf.Tensor:
    """One column a level, each with a vocabulary of its own. int64 [batch, levels]."""
    names = tf.RaggedTensor.from_sparse(categories).to_tensor("", shape=[None, max(levels, 1)])
    columns = [
        vocabularies.lookup(
            names[:, level], vocabularies.build(names[:, level : level + 1], features.category_vocabulary(level))
        )
        for level in range(levels)
    ]
    return tf.stack(columns, axis=1) if columns else tf.zeros_like(names[:, :0], tf.int64)
