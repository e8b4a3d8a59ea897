"""`preprocessing_fn`: from raw features to the model's inputs, the same graph in training and in serving."""

import math
from collections.abc import Callable, Sequence
from typing import NamedTuple

import tensorflow as tf

from schemas import features
from schemas.canonical_event import Surface
from tfx_pipeline.transform import history_tensors, number_scaling, vocabularies
from tfx_pipeline.transform.texts import UNKNOWN_MOMENT, context_texts
from tfx_pipeline.transform.vocabularies import Build
from tfx_pipeline.transform.words import tokenizers, word_forms


# Nothing here has Python control flow over tensors. AutoGraph would only cost time, and TFT traces this several times.
@tf.autograph.experimental.do_not_convert
def preprocessing_fn(
    inputs: dict[str, tf.SparseTensor], custom_config: dict, build: Build = vocabularies.build
) -> dict[str, tf.Tensor]:
    """Builds the vocabularies and maps strings to indices.

    Each vocabulary is looked up once for all features, because each lookup adds a table to the exported model.

    Args:
        inputs: The raw features, each sparse [batch, values]. A row of the catalog split has only the features of an
            item, a row of the audience split only those of a user, a row of any other split only those of behaviour.
        custom_config: `transform` (a `TransformConfig` as a dict), `recommendation_history`, `search_history`,
            `items_per_session`, `timezone`; the attributes' names: `attributes` for items, `attributes_of_users` for
            users; likewise `numbers` and `numbers_of_users`; whether items have `vectors`; and, if examples have
            weights, `with_weights`.
        build: Makes the vocabularies. The executor of our Transform counts them beforehand.

    Returns:
        The transformed features that `schemas.features` names. Those of the numbers, the vectors, the users' attributes
        and the weights are among them only if there are any.
    """
    transform = custom_config["transform"]
    user = _single(inputs[features.USER_ID])
    users = build(inputs[features.USER_ID], features.USER_VOCABULARY, transform["max_users"])

    candidates, history_items = inputs[features.CANDIDATES], inputs[features.HISTORY_ITEMS]
    items = build(_items_and_clicks(inputs), features.ITEM_VOCABULARY, transform["max_items"])
    candidate_indices, history_indices, item_index = vocabularies.lookup_together(
        [candidates.values, history_items.values, _single(inputs[features.ITEM_ID])], items
    )

    query_words, title_words, category_words, history_words = _word_indices(
        _Text(_single(inputs[features.QUERY]), transform["words_per_query"], is_query=True),
        _Text(_single(inputs[features.TITLE]), transform["words_per_title"]),
        _Text(_joined(inputs[features.CATEGORIES]), transform["words_per_category_path"]),
        # These queries are not counted: each was the query of an example before, and it stands in the history of every
        # later example of its user.
        _Text(inputs[features.HISTORY_QUERIES].values, transform["words_per_query"], counted=False, is_query=True),
        transform=transform,
        build=build,
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
    transformed = {
        features.USER: vocabularies.lookup(user, users),
        features.SURFACE_INDEX: tf.cast(tf.equal(_single(inputs[features.SURFACE]), Surface.SEARCH.value), tf.int64),
        features.QUERY_WORDS: query_words,
        features.CONTEXT: _context_indices(inputs, transform["context"], custom_config["timezone"], build),
        features.CANDIDATE_ITEMS: tf.SparseTensor(candidates.indices, candidate_indices, candidates.dense_shape),
        features.CANDIDATE_LABELS: inputs[features.LABELS],
        features.IS_SEQUENCE_END: _columns(inputs[features.SEQUENCE_END], 1, 0)[:, 0],
        **history_tensors.tensors(
            history,
            custom_config["recommendation_history"],
            custom_config["search_history"],
            custom_config["items_per_session"],
        ),
        features.ITEM: item_index,
        features.ITEM_WORDS: title_words,
        features.ITEM_CATEGORY_WORDS: category_words,
        features.ITEM_CATEGORIES: _indices_by_place(
            inputs[features.CATEGORIES], transform["category_levels"], features.category_vocabulary, build
        ),
        features.ITEM_ATTRIBUTES: _indices_by_place(
            inputs[features.ATTRIBUTES], len(custom_config["attributes"]), features.attribute_vocabulary, build
        ),
        features.ITEM_ENGAGEMENTS: _columns(inputs[features.ENGAGEMENTS], 1, 0)[:, 0],
    }
    attributes_of_users = custom_config["attributes_of_users"]
    if attributes_of_users:
        transformed[features.USER_ATTRIBUTE_INDICES] = _indices_by_place(
            inputs[features.USER_ATTRIBUTES], len(attributes_of_users), features.user_attribute_vocabulary, build
        )
    if custom_config.get("with_weights"):
        transformed[features.EXAMPLE_WEIGHT] = _columns(inputs[features.WEIGHT], 1, 1.0)[:, 0]
        kept = (custom_config[name] for name in ("recommendation_history", "search_history", "items_per_session"))
        of_history = history_tensors.weights_part(history, inputs[features.HISTORY_WEIGHTS].values, *kept)
        transformed[features.RECOMMENDATION_WEIGHTS], transformed[features.SEARCH_WEIGHTS] = of_history
    for names, raw, name in (
        (custom_config["numbers"], features.NUMBERS, features.ITEM_NUMBERS),
        (custom_config["numbers_of_users"], features.USER_NUMBERS, features.USER_NUMBER_VALUES),
    ):
        if names:
            numbers = _columns(inputs[raw], len(names), math.nan)
            transformed[name] = number_scaling.scaled(numbers, transform["number_scale"])
    if custom_config["vectors"]:
        transformed[features.ITEM_VECTOR] = number_scaling.unit_vectors(inputs[features.VECTOR])
    return transformed


def _single(values: tf.SparseTensor) -> tf.Tensor:
    """The first value of each row; the empty string if the row has none. String [batch]."""
    return _columns(values, 1, "")[:, 0]


def _columns(values: tf.SparseTensor, count: int, default: str | float) -> tf.Tensor:
    """The first `count` values of each row, filled up with the default. [batch, count]."""
    first = tf.sparse.retain(values, tf.less(values.indices[:, 1], count))
    shape = tf.stack([values.dense_shape[0], tf.constant(count, tf.int64)])
    return tf.ensure_shape(
        tf.sparse.to_dense(tf.SparseTensor(first.indices, first.values, shape), default), [None, count]
    )


def _context_indices(
    inputs: dict[str, tf.SparseTensor], names: Sequence[str], timezone: str, build: Build
) -> tf.Tensor:
    """The index of each context value. Every name has its own vocabulary. int64 [batch, names]."""
    moment = _columns(inputs[features.TIMESTAMP_MS], 1, UNKNOWN_MOMENT)[:, 0]
    columns = []
    for name in names:
        texts = context_texts(name, moment, inputs[features.CONTEXT_VALUES], timezone)
        vocabulary = build(texts, features.context_vocabulary(name))
        columns.append(vocabularies.lookup_known(texts, vocabulary))
    return tf.stack(columns, axis=1) if columns else _columns(inputs[features.TIMESTAMP_MS], 0, 0)


def _joined(values: tf.SparseTensor) -> tf.Tensor:
    """All values of each row as one text. String [batch]."""
    return tf.strings.reduce_join(tf.sparse.to_dense(values, ""), axis=1, separator=" ")


def _items_and_clicks(inputs: dict[str, tf.SparseTensor]) -> tf.Tensor:
    """Each item once and each click once more, so that the vocabulary is sorted by clicks."""
    clicked = tf.boolean_mask(inputs[features.CANDIDATES].values, tf.greater(inputs[features.LABELS].values, 0.0))
    return tf.concat([inputs[features.ITEM_ID].values, clicked], axis=0)


class _Text(NamedTuple):
    """Texts, string [n].

    Attributes:
        texts: The texts.
        length: The number of words to keep of each.
        counted: Whether the words count for the vocabulary.
        is_query: Whether somebody typed them, who may have misspelt them.
    """

    texts: tf.Tensor
    length: int
    counted: bool = True
    is_query: bool = False


def _word_indices(*texts: _Text, transform: dict, build: Build) -> list[tf.Tensor]:
    """The token indices of several features by one vocabulary, each int64 [n, length * tokens of a word].

    A feature of which no words are kept does not count for the vocabulary.
    """
    # A batch has many texts more than once, above all in histories; each is split once.
    distinct, places = tf.unique(tf.concat([each.texts for each in texts], axis=0))
    sizes = [tf.size(each.texts) for each in texts]
    is_counted = tf.repeat([each.counted and each.length > 0 for each in texts], sizes)
    counts = tf.math.unsorted_segment_sum(tf.cast(is_counted, tf.int64), places, tf.size(distinct))
    split = tf.gather(tokenizers.tokens(distinct, counts, transform), places)
    vocabulary = build(
        tf.ragged.boolean_mask(split, is_counted).flat_values,
        features.WORD_VOCABULARY,
        transform["max_words"],
        transform["min_word_count"],
    )
    lengths = [each.length * tokenizers.tokens_per_word(transform) for each in texts]
    words = split.to_tensor("", shape=[None, max(lengths)])
    is_query = tf.repeat([each.is_query for each in texts], sizes)
    indices = word_forms.meant(vocabularies.lookup(words, vocabulary), words, is_query, vocabulary, transform)
    parts = tf.split(indices, sizes)
    return [part[:, :length] for part, length in zip(parts, lengths, strict=True)]


def _indices_by_place(
    values: tf.SparseTensor, count: int, vocabulary_name: Callable[[int], str], build: Build
) -> tf.Tensor:
    """The indices of the first `count` values of each row. Every place has its own vocabulary. int64 [batch, count]."""
    names = _columns(values, count, "")
    columns = [
        vocabularies.lookup(name, build(name, vocabulary_name(place)))
        for place, name in enumerate(tf.unstack(names, axis=1))
    ]
    return tf.stack(columns, axis=1) if columns else tf.zeros_like(names, tf.int64)
