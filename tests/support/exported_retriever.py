"""A UnifiedSSR behind a real Transform graph, both tiny, and its export."""

import functools
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import apache_beam as beam
import keras
import numpy as np
import tensorflow as tf
import tensorflow_transform as tft
from tensorflow_transform import beam as tft_beam
from tensorflow_transform.tf_metadata import dataset_metadata, metadata_io, schema_utils

from models.unifiedssr.unifiedssr_config import UnifiedSSRConfig
from models.unifiedssr.unifiedssr_model import UnifiedSSR
from models.vocabulary import Vocabulary
from schemas import features, signatures
from schemas.canonical_event import Token
from tests.support.raw_files import make_pipeline
from tfx_pipeline import preprocessing
from tfx_pipeline.export import saved_model
from tfx_pipeline.transform import vocabularies

ITEMS = [f"item-{letter}" for letter in "abcdefghijkl"]
CATEGORIES = {
    **dict.fromkeys(ITEMS[0:4], ("home", "mugs")),
    **dict.fromkeys(ITEMS[4:6], ("home", "lamps")),
    **dict.fromkeys(ITEMS[6:9], ("garden", "lamps")),
    ITEMS[9]: ("garden",),
}
"""From broad to narrow; the last two items have none."""
USER_LEVELS = {"u1": "5", "u2": "3"}
"""What is known of the users; the retriever itself makes nothing of it."""
NEWEST_CLICKS, NEWEST_SEARCHES, ITEMS_PER_SESSION = 3, 2, 2
SESSIONS = 2
_SETTINGS = {
    "transform": {
        "words_per_query": 2,
        "words_per_title": 0,
        "words_per_category_path": 0,
        "category_levels": 2,
        "context": [],
        "min_word_count": 1,
        "max_users": 0,
        "max_items": 0,
        "max_words": 0,
    },
    "recommendation_history": NEWEST_CLICKS,
    "search_history": NEWEST_SEARCHES,
    "items_per_session": ITEMS_PER_SESSION,
    "attributes": [],
    "attributes_of_users": ["level"],
}


@dataclass(frozen=True)
class Exported:
    """What a test looks at: the Transform output, the model behind it, and where the SavedModel lies."""

    transform_output: tft.TFTransformOutput
    model: UnifiedSSR
    model_dir: str


def exported_retriever(folder: Path) -> Exported:
    """Makes everything below a folder."""
    output = _transform(folder)
    model = retriever(output)
    saved_model.save(model, output, str(folder / "model"), category_indices(output))
    return Exported(output, model, str(folder / "model"))


def retriever(output: tft.TFTransformOutput, **settings) -> UnifiedSSR:
    """A model for a Transform output, with random weights: no two items score alike."""
    keras.utils.set_random_seed(7)
    rows = functools.partial(vocabularies.table_rows, output)
    vocabulary = Vocabulary(
        rows(features.USER_VOCABULARY), rows(features.ITEM_VOCABULARY), rows(features.WORD_VOCABULARY)
    )
    fields = {"dim": 4, "num_heads": 2, "num_layers": 1, "sessions": SESSIONS, **settings}
    sizes = {"recommendation_history": NEWEST_CLICKS, "search_history": NEWEST_SEARCHES}
    model = UnifiedSSR(UnifiedSSRConfig(**fields, **sizes), vocabulary)
    model.build()
    for weight in model.trainable_weights:
        weight.assign(keras.random.normal(weight.shape, stddev=0.7))
    return model


def category_indices(output: tft.TFTransformOutput) -> np.ndarray:
    """What the catalogue of a training would hold: int [items, levels]."""
    items = output.vocabulary_by_name(features.ITEM_VOCABULARY)
    indices = np.zeros((len(items) + 2, 2), np.int32)
    for item, names in CATEGORIES.items():
        for level, name in enumerate(names):
            known = output.vocabulary_by_name(features.category_vocabulary(level))
            indices[1 + items.index(item.encode()), level] = 1 + known.index(name.encode())
    return indices


def _transform(folder: Path) -> tft.TFTransformOutput:
    names = features.BEHAVIOUR_FEATURES + features.CATALOG_FEATURES + features.AUDIENCE_FEATURES
    spec = {name: tf.io.VarLenFeature(_dtype(name)) for name in names}
    metadata = dataset_metadata.DatasetMetadata(schema_utils.schema_from_feature_spec(spec))
    rows = [
        {
            **{name: [] for name in spec},
            features.ITEM_ID: [item.encode()],
            features.CATEGORIES: [name.encode() for name in CATEGORIES.get(item, ())],
        }
        for item in ITEMS
    ]
    for user, item, query in (("u1", ITEMS[3], "red mug"), ("u2", ITEMS[5], "blue lamp")):
        rows.append(
            {
                **{name: [] for name in spec},
                features.USER_ID: [user.encode()],
                features.SURFACE: [b"search"],
                features.QUERY: [query.encode()],
                features.CANDIDATES: [item.encode()],
                features.LABELS: [1.0],
            }
        )
    for user, level in USER_LEVELS.items():
        known = {features.USER_ID: [user.encode()], features.USER_ATTRIBUTES: [level.encode()]}
        rows.append({**{name: [] for name in spec}, **known})
    function = functools.partial(preprocessing.preprocessing_fn, custom_config=_SETTINGS)
    with make_pipeline() as pipeline, tft_beam.Context(temp_dir=str(folder / "temporary")):
        data = (pipeline | beam.Create(rows), metadata)
        transform_fn = data | tft_beam.AnalyzeDataset(function)
        _ = transform_fn | tft_beam.WriteTransformFn(str(folder / "transform"))
    metadata_io.write_metadata(metadata, str(folder / "transform" / tft.TFTransformOutput.RAW_METADATA_DIR))
    return tft.TFTransformOutput(str(folder / "transform"))


def _dtype(name: str) -> tf.DType:
    return tf.int64 if name in features.INT_FEATURES else tf.float32 if name in features.FLOAT_FEATURES else tf.string


def history_inputs(histories: Sequence[Sequence[Token]], users: Sequence[str]) -> dict[str, np.ndarray]:
    """The inputs of a request that say who asks and what they did, a row each."""
    tokens = max(1, *map(len, histories))
    items = max([1, *(len(token.items) for history in histories for token in history)])
    inputs = {
        signatures.RANK_USER_ID: np.array([user.encode() for user in users], object),
        signatures.RANK_HISTORY_SURFACES: np.full([len(histories), tokens], b"", object),
        signatures.RANK_HISTORY_QUERIES: np.full([len(histories), tokens], b"", object),
        signatures.RANK_HISTORY_ITEMS: np.full([len(histories), tokens, items], b"", object),
    }
    for row, history in enumerate(histories):
        for place, token in enumerate(history):
            inputs[signatures.RANK_HISTORY_SURFACES][row, place] = token.surface.value.encode()
            inputs[signatures.RANK_HISTORY_QUERIES][row, place] = token.query.encode()
            inputs[signatures.RANK_HISTORY_ITEMS][row, place, : len(token.items)] = [
                each.encode() for each in token.items
            ]
    return inputs


def texts(values: Sequence[str]) -> np.ndarray:
    """Strings as a servable takes them."""
    return np.array([value.encode() for value in values], object)
