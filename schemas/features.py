"""The names of all features: raw (in tf.Examples and requests) and transformed (the model's inputs).

`README.md` beside this file has a row for each feature. Other code uses these constants, never the strings.
"""

from typing import Final

# --- Raw features: what BehaviourExampleGen writes and the Transform graph reads. ---
USER_ID: Final = "user_id"
SURFACE: Final = "surface"
QUERY: Final = "query"
TIMESTAMP_MS: Final = "timestamp_ms"
CONTEXT_VALUES: Final = "context_values"
CANDIDATES: Final = "candidates"
LABELS: Final = "labels"
SEQUENCE_END: Final = "sequence_end"
# A history is a list of tokens. Kinds and item counts have one value per token, and queries one per search token. The
# items of all tokens are stored one after the other.
HISTORY_KINDS: Final = "history_kinds"
HISTORY_ITEM_COUNTS: Final = "history_item_counts"
HISTORY_ITEMS: Final = "history_items"
HISTORY_QUERIES: Final = "history_queries"
# Only in examples of logs that tell weights (`data.columns.weight`).
WEIGHT: Final = "weight"
HISTORY_WEIGHTS: Final = "history_weights"
# Only in examples of logs that tell places (`data.columns.place`). Models do not see it.
SHOWN_PLACE: Final = "shown_place"
# Features of the `catalog` split, which holds one example per item.
ITEM_ID: Final = "item_id"
TITLE: Final = "title"
CATEGORIES: Final = "categories"
ATTRIBUTES: Final = "attributes"
NUMBERS: Final = "numbers"
VECTOR: Final = "vector"
ENGAGEMENTS: Final = "engagements"
# Features of the `audience` split, which holds one example per user: `USER_ID` and what is known of the user.
USER_ATTRIBUTES: Final = "user_attributes"
USER_NUMBERS: Final = "user_numbers"

BEHAVIOUR_FEATURES: Final = (
    USER_ID,
    SURFACE,
    QUERY,
    TIMESTAMP_MS,
    CONTEXT_VALUES,
    CANDIDATES,
    LABELS,
    SEQUENCE_END,
    HISTORY_KINDS,
    HISTORY_ITEM_COUNTS,
    HISTORY_ITEMS,
    HISTORY_QUERIES,
)
CATALOG_FEATURES: Final = (ITEM_ID, TITLE, CATEGORIES, ATTRIBUTES, NUMBERS, VECTOR, ENGAGEMENTS)
AUDIENCE_FEATURES: Final = (USER_ATTRIBUTES, USER_NUMBERS)
"""Beside `USER_ID`."""
INT_FEATURES: Final = (TIMESTAMP_MS, SEQUENCE_END, HISTORY_KINDS, HISTORY_ITEM_COUNTS, SHOWN_PLACE, ENGAGEMENTS)
FLOAT_FEATURES: Final = (LABELS, WEIGHT, HISTORY_WEIGHTS, NUMBERS, VECTOR, USER_NUMBERS)

# --- Transformed features: what the Transform graph yields and the models take. ---
USER: Final = "user"
"""[batch] user index."""
SURFACE_INDEX: Final = "surface_index"
"""[batch] 0 recommendation, 1 search."""
QUERY_WORDS: Final = "query_words"
"""[batch, query words] word indices of the request's query."""
CONTEXT: Final = "context"
"""[batch, context values] one index per value, each from its own vocabulary; 0 if the value is unknown."""
CANDIDATE_ITEMS: Final = "candidate_items"
"""[batch, candidates] item indices to score."""
CANDIDATE_LABELS: Final = "candidate_labels"
"""[batch, candidates] 1.0 for the item that the user engaged with, else 0.0."""
EXAMPLE_WEIGHT: Final = "example_weight"
"""[batch] how much the row counts in the losses of training; missing if the log tells no weights."""
RECOMMENDATION_WEIGHTS: Final = "recommendation_weights"
"""[batch, recommendation history] the weight of each item, 0 for padding; missing if the log tells no weights."""
SEARCH_WEIGHTS: Final = "search_weights"
"""[batch, search history, items per session] likewise."""
IS_SEQUENCE_END: Final = "is_sequence_end"
"""[batch] 1 for the training rows whose histories, together, hold each training event about once; else 0."""
RECOMMENDATION_ITEMS: Final = "recommendation_items"
"""[batch, recommendation history] item indices, oldest first, padding at the end."""
RECOMMENDATION_POSITIONS: Final = "recommendation_positions"
"""[batch, recommendation history] the place of each token in the merged history, from 0."""
SEARCH_WORDS: Final = "search_words"
"""[batch, search history, query words] word indices of each session's query, oldest first, padding at the end."""
SEARCH_ITEMS: Final = "search_items"
"""[batch, search history, items per session] item indices clicked in each session."""
SEARCH_POSITIONS: Final = "search_positions"
"""[batch, search history] the place of each session in the merged history, from 0."""
SEARCH_KINDS: Final = "search_kinds"
"""[batch, search history] 1 for a session, 0 for padding (a session may have neither known words nor clicks)."""
ITEM: Final = "item"
"""[batch] the item's index, in the catalog split."""
ITEM_WORDS: Final = "item_words"
"""[batch, title words] word indices of the item's title, in the catalog split."""
ITEM_CATEGORIES: Final = "item_categories"
"""[batch, category levels] category indices, broad to narrow, in the catalog split."""
ITEM_CATEGORY_WORDS: Final = "item_category_words"
"""[batch, category words] word indices of the category path, in the catalog split."""
ITEM_ATTRIBUTES: Final = "item_attributes"
"""[batch, attributes] one index per attribute, each from its own vocabulary, in the catalog split."""
ITEM_NUMBERS: Final = "item_numbers"
"""[batch, 2 * numbers] each number of the item and whether it is known, in the catalog split; missing if items have
none."""
ITEM_VECTOR: Final = "item_vector"
"""[batch, any] the item's content vector, of length 1, in the catalog split; missing if items have none."""
ITEM_ENGAGEMENTS: Final = "item_engagements"
"""[batch] the number of training examples whose positive is the item, in the catalog split."""
USER_ATTRIBUTE_INDICES: Final = "user_attribute_indices"
"""[batch, user attributes] one index per attribute, in the audience split; missing if users have no attributes."""
USER_NUMBER_VALUES: Final = "user_number_values"
"""[batch, 2 * numbers] each number of the user and whether it is known, in the audience split; missing if users have
none."""

MODEL_INPUTS: Final = (
    USER,
    SURFACE_INDEX,
    QUERY_WORDS,
    CONTEXT,
    CANDIDATE_ITEMS,
    RECOMMENDATION_ITEMS,
    RECOMMENDATION_POSITIONS,
    SEARCH_WORDS,
    SEARCH_ITEMS,
    SEARCH_POSITIONS,
    SEARCH_KINDS,
)

PADDING: Final = 0
"""The index of padding in every vocabulary. Known values start at 1. The out-of-vocabulary index comes last."""

# --- Vocabulary names in the Transform output. ---
USER_VOCABULARY: Final = "users"
ITEM_VOCABULARY: Final = "items"
WORD_VOCABULARY: Final = "words"


def category_vocabulary(level: int) -> str:
    """The name of the vocabulary of one category level, from 0 (broadest)."""
    return f"categories_{level}"


def attribute_vocabulary(place: int) -> str:
    """The name of the vocabulary of one item attribute, by its place in `data.item_columns.attributes`, from 0."""
    return f"attributes_{place}"


def user_attribute_vocabulary(place: int) -> str:
    """The name of the vocabulary of one user attribute, by its place in `data.user_columns.attributes`, from 0."""
    return f"user_attributes_{place}"


def context_vocabulary(name: str) -> str:
    """The name of the vocabulary of one context value, such as `hour` or `device`."""
    return f"context_of_{name}"


# --- Splits. ---
TRAIN_SPLIT: Final = "train"
PRETRAIN_SPLIT: Final = "pretrain"
"""What the joint training learns from where `data.pretraining_events` names a log of its own."""
VALIDATION_SPLIT: Final = "validation"
TEST_SPLIT: Final = "test"
CATALOG_SPLIT: Final = "catalog"
"""One example per item, so that the Transform sees every title and category once."""
AUDIENCE_SPLIT: Final = "audience"
"""One example per user of the user table, if there is one."""
BEHAVIOUR_SPLITS: Final = (TRAIN_SPLIT, VALIDATION_SPLIT, TEST_SPLIT)
