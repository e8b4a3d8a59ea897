"""A UnifiedSSR, and a UniSAR, behind one real Transform graph, all tiny, their exports, and requests of them."""

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import apache_beam as beam
import keras
import numpy as np
import tensorflow as tf
import tensorflow_transform as tft
from tensorflow_transform import beam as tft_beam
from tensorflow_transform import impl_helper
from tensorflow_transform.tf_metadata import dataset_metadata, metadata_io, schema_utils

from models.unifiedssr.unifiedssr_config import UnifiedSSRConfig
from models.unifiedssr.unifiedssr_model import UnifiedSSR
from models.unisar.unisar_config import UniSARConfig
from models.unisar.unisar_model import UniSAR
from models.vocabulary import Vocabulary
from schemas import features, signatures
from schemas.canonical_event import Surface, Token
from serving.client.requests import RankRequest, rank_call
from serving.local_server.wire.tensor_protos import from_protos
from tests.support.behaviour_examples import behaviour_example, write_examples
from tests.support.raw_files import make_pipeline
from tfx_pipeline import preprocessing
from tfx_pipeline.config.loading import as_dict
from tfx_pipeline.config.pipeline_config import TransformConfig
from tfx_pipeline.export import saved_model
from tfx_pipeline.export.sources.candidate_sources import SourceTables
from tfx_pipeline.transform import transformed_examples, vocabularies, vocabulary_counts

ITEMS = [f"item-{letter}" for letter in "abcdefghijkl"]
CATEGORIES = {
    **dict.fromkeys(ITEMS[0:4], ("home", "mugs")),
    **dict.fromkeys(ITEMS[4:6], ("home", "lamps")),
    **dict.fromkeys(ITEMS[6:9], ("garden", "lamps")),
    ITEMS[9]: ("garden",),
}
"""From broad to narrow; the last two items have none."""
ENGAGEMENTS = {"item-l": 5, "item-b": 4, "item-i": 3, "item-d": 1}
"""How often training was engaged with items, as the catalogue of a training would tell it."""
USER_LEVELS = {"u1": "5", "u2": "3"}
"""What is known of the users; the retriever itself makes nothing of it."""
NEWEST_CLICKS, NEWEST_SEARCHES, ITEMS_PER_SESSION = 3, 2, 2
SESSIONS = 2
HISTORY = (Token(Surface.RECOMMENDATION, ("item-a",)), Token(Surface.SEARCH, ("item-c", "item-d"), "red"))
"""What a user did who has clicked and searched."""
_SIZES = {"recommendation_history": NEWEST_CLICKS, "search_history": NEWEST_SEARCHES}
WEIGHTS = (features.WEIGHT, features.HISTORY_WEIGHTS)
RAW_SPEC = {
    name: tf.io.VarLenFeature(
        tf.int64 if name in features.INT_FEATURES else tf.float32 if name in features.FLOAT_FEATURES else tf.string
    )
    for name in (*features.BEHAVIOUR_FEATURES, *WEIGHTS, *features.CATALOG_FEATURES, *features.AUDIENCE_FEATURES)
}
"""Every feature that the Transform reads."""
_SETTINGS = {
    "transform": as_dict(TransformConfig(words_per_query=2, words_per_title=0, category_levels=2)),
    **_SIZES,
    "items_per_session": ITEMS_PER_SESSION,
    "timezone": "UTC",
    "attributes": [],
    "attributes_of_users": ["level"],
    "numbers": [],
    "numbers_of_users": [],
    "vectors": False,
}


@dataclass(frozen=True)
class Exported:
    """What a test looks at: the Transform output, the model behind it, and where the SavedModel lies."""

    transform_output: tft.TFTransformOutput
    model: keras.Model
    model_dir: str

    def index(self, value: str, vocabulary: str = features.ITEM_VOCABULARY) -> int:
        """The index of a known value: 0 is padding."""
        return 1 + self.transform_output.vocabulary_by_name(vocabulary).index(value.encode())


def exported_retriever(
    folder: Path, output: tft.TFTransformOutput | None = None, sources: SourceTables | None = None, **settings
) -> Exported:
    """Makes everything below a folder; for a Transform output that is there already, the export alone."""
    output = output or transformed(folder)
    return _exported(folder, output, retriever(output, **settings), sources)


def exported_unisar(folder: Path, output: tft.TFTransformOutput, **settings) -> Exported:
    """A UniSAR, which explains and retrieves nothing, for a Transform output."""
    config = UniSARConfig(dim=4, user_dim=2, item_dim=2, word_dim=2, num_heads=2, **_SIZES, **settings)
    return _exported(folder, output, _with_random_weights(UniSAR(config, _vocabulary(output))))


def _exported(
    folder: Path, output: tft.TFTransformOutput, model: keras.Model, sources: SourceTables | None = None
) -> Exported:
    engagements = item_column(output, ENGAGEMENTS)
    saved_model.save(
        model, output, str(folder / "model"), category_indices(output), engagements=engagements, sources=sources
    )
    return Exported(output, model, str(folder / "model"))


def retriever(output: tft.TFTransformOutput, **settings) -> UnifiedSSR:
    """A UnifiedSSR for a Transform output: no two items score alike."""
    fields = {"dim": 4, "num_heads": 2, "num_layers": 1, "sessions": SESSIONS, **settings}
    return _with_random_weights(UnifiedSSR(UnifiedSSRConfig(**fields, **_SIZES), _vocabulary(output)))


def _vocabulary(output: tft.TFTransformOutput) -> Vocabulary:
    rows = functools.partial(vocabularies.table_rows, output)
    return Vocabulary(rows(features.USER_VOCABULARY), rows(features.ITEM_VOCABULARY), rows(features.WORD_VOCABULARY))


def _with_random_weights(model: keras.Model) -> keras.Model:
    keras.utils.set_random_seed(7)
    model.build()
    for weight in model.trainable_weights:
        weight.assign(keras.random.normal(weight.shape, stddev=0.7))
    return model


def item_column(output: tft.TFTransformOutput, values: Mapping[str, int]) -> np.ndarray:
    """One number for each row of an item table, int [items]; 0 for what is not named."""
    items = output.vocabulary_by_name(features.ITEM_VOCABULARY)
    return np.array([0, *(values.get(item.decode(), 0) for item in items), 0])


def category_indices(output: tft.TFTransformOutput) -> np.ndarray:
    """What the catalogue of a training would hold: int [items, levels]."""
    items = output.vocabulary_by_name(features.ITEM_VOCABULARY)
    indices = np.zeros((len(items) + 2, 2), np.int32)
    for item, names in CATEGORIES.items():
        for level, name in enumerate(names):
            known = output.vocabulary_by_name(features.category_vocabulary(level))
            indices[1 + items.index(item.encode()), level] = 1 + known.index(name.encode())
    return indices


def transformed(folder: Path, more: Sequence[Mapping[str, Sequence]] = ()) -> tft.TFTransformOutput:
    """The Transform output of the rows of this module, and of more."""
    rows: list[Mapping[str, Sequence]] = [
        {features.ITEM_ID: [item], features.CATEGORIES: [name.encode() for name in CATEGORIES.get(item.decode(), ())]}
        for item in texts(ITEMS)
    ]
    for user, item, query in (texts(["u1", ITEMS[3], "red mug"]), texts(["u2", ITEMS[5], "blue lamp"])):
        search = {features.USER_ID: [user], features.SURFACE: [b"search"], features.QUERY: [query]}
        rows.append({**search, features.CANDIDATES: [item], features.LABELS: [1.0]})
    for user, level in map(texts, USER_LEVELS.items()):
        rows.append({features.USER_ID: [user], features.USER_ATTRIBUTES: [level]})
    return analyzed(folder, [*rows, *more], _SETTINGS)[1]


def analyzed(
    folder: Path, rows: Sequence[Mapping[str, Sequence]], settings: Mapping[str, Any]
) -> tuple[list[dict[str, np.ndarray]], tft.TFTransformOutput]:
    """Makes the Transform graph of rows as our Transform's executor does, and returns the rows transformed.

    A feature that a row does not name has no values.
    """
    schema = schema_utils.schema_from_feature_spec(RAW_SPEC)
    metadata = dataset_metadata.DatasetMetadata(schema)
    complete = [{name: row.get(name, []) for name in RAW_SPEC} for row in rows]
    raw = write_examples(folder / "raw.gz", list(map(tft.coders.ExampleProtoCoder(schema).encode, complete)))
    graph_dir, counted_dir, written = (str(folder / name) for name in ("transform", "counted", "transformed.gz"))
    function = functools.partial(preprocessing.preprocessing_fn, custom_config=settings)
    graph = vocabulary_counts.counting_graph(function, RAW_SPEC)
    if graph.fields:
        tf.io.gfile.makedirs(counted_dir)
        with make_pipeline(1) as pipeline:
            vocabulary_counts.write(pipeline | "Files" >> beam.Create([raw]), graph, counted_dir)
        counted = vocabularies.CountedFiles(counted_dir, [field.name for field in graph.fields])
        function = functools.partial(function, build=counted)
    metadata_io.write_metadata(metadata, f"{graph_dir}/{tft.TFTransformOutput.RAW_METADATA_DIR}")
    if graph.is_all:
        shapes = {name: tf.SparseTensorSpec([None, None], each.dtype) for name, each in RAW_SPEC.items()}
        impl_helper.analyze_in_place(function, False, RAW_SPEC, shapes, graph_dir)
    else:
        with tft_beam.Context(temp_dir=str(folder / "temporary")):
            (complete, metadata) | tft_beam.AnalyzeDataset(function) | tft_beam.WriteTransformFn(graph_dir)
    with make_pipeline(1) as pipeline:
        transformed_examples.write(pipeline | "Files" >> beam.Create([(raw, written)]), graph_dir)
    output = tft.TFTransformOutput(graph_dir)
    records = tf.data.TFRecordDataset(written, "GZIP")
    parsed = [tf.io.parse_single_example(record, output.transformed_feature_spec()) for record in records]
    return [{name: getattr(each, "values", each).numpy() for name, each in row.items()} for row in parsed], output


def history_inputs(histories: Sequence[Sequence[Token]], users: Sequence[str]) -> dict[str, np.ndarray]:
    """Makes the user ids and histories of a request as the client sends them, one row for each user."""
    asked = [RankRequest(user, ("any",), history=tuple(each)) for user, each in zip(users, histories, strict=True)]
    inputs = from_protos(rank_call(asked).grpc_message("any").inputs)
    return {name: inputs[name] for name in inputs if name not in (signatures.RANK_QUERY, signatures.RANK_CANDIDATES)}


def rank_inputs(
    histories: Sequence[Sequence[Token]], users: Sequence[str], queries: Sequence[str], candidates: Sequence[str]
) -> dict[str, np.ndarray]:
    """Makes the inputs of `rank`, with the same candidates in each row."""
    rows = {
        signatures.RANK_QUERY: texts(queries),
        signatures.RANK_CANDIDATES: np.stack([texts(candidates)] * len(users)),
    }
    return history_inputs(histories, users) | rows


def texts(values: Sequence[str]) -> np.ndarray:
    """Makes a string array as a servable takes it."""
    return np.array([value.encode() for value in values], object)


GATE_EXAMPLES = [
    behaviour_example(["item-a", "item-b"], history=HISTORY),
    behaviour_example(["item-c", "item-d"], surface=Surface.SEARCH, query="mug", history=HISTORY),
    behaviour_example(["item-e", "item-f"], surface=Surface.SEARCH, query="blue lamp", user="u2"),
]
"""What a gate asks about: a feed and two searches, one without a history."""
STRANGE = (Token(Surface.RECOMMENDATION, ("never-seen",)),)


def wanted(rows: int, k: int) -> dict[str, np.ndarray]:
    """The inputs of a row that asks for k items of any category, seen ones too."""
    return {
        signatures.K: np.full([rows], k, np.int32),
        signatures.EXCLUDE_SEEN: np.zeros([rows], bool),
        signatures.CATEGORY: np.full([rows, 1], b"", object),
    }


REQUEST = {
    **history_inputs([HISTORY, (), STRANGE], ["u1", "", "a stranger"]),
    signatures.RANK_QUERY: texts(["", "red mug", "zzz"]),
    signatures.RANK_CANDIDATES: np.stack([texts(each) for each in (["item-a", "item-h"], ["item-b", ""], ["?", "?"])]),
    signatures.K: np.array([4, 20, 1], np.int32),
    signatures.EXCLUDE_SEEN: np.array([True, False, True]),
    signatures.CATEGORY: np.stack([texts(each) for each in (["home", ""], ["", ""], ["zoo", ""])]),
    signatures.ITEM_ID: texts(["item-b", "item-l", "never-seen"]),
    signatures.SESSIONS_SURFACE: texts(["search", "recommendation", "recommendation"]),
    signatures.EXAMPLES: np.array(
        [
            behaviour_example(["item-a", "item-h", "item-b"], history=HISTORY),
            behaviour_example(["item-b"], surface=Surface.SEARCH, query="red mug", user="a stranger"),
            behaviour_example(["never-seen", "item-a"], history=STRANGE),
        ],
        object,
    ),
}
"""Three rows for whatever input a signature has: of a user with a history, without any, and with nothing known."""
