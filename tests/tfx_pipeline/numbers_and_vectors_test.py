"""Prices, ages and content vectors, from a real Transform and its tables to an export that is asked for ids alone."""

import contextlib
import dataclasses
import math

import numpy as np
import pytest
import tensorflow as tf
import tensorflow_transform as tft

from models.unifiedssr.unifiedssr_config import UnifiedSSRConfig
from models.unisar.unisar_config import UniSARConfig
from schemas import features, signatures
from serving.local_server.models.servable import Servable
from tests.support.behaviour_examples import behaviour_example, write_examples
from tests.support.exported_retriever import HISTORY, ITEMS, analyzed, rank_inputs, texts
from tfx_pipeline.config.loading import as_dict
from tfx_pipeline.config.pipeline_config import TransformConfig
from tfx_pipeline.config.training_config import TrainConfig
from tfx_pipeline.export import saved_model
from tfx_pipeline.export.serving_transform import ServingTransform
from tfx_pipeline.training import training_job

SETTINGS = {
    "transform": as_dict(TransformConfig(words_per_query=2, words_per_title=0)),
    **dict.fromkeys(("recommendation_history", "search_history", "items_per_session"), 2),
    "timezone": "UTC",
    "attributes": [],
    "attributes_of_users": [],
    "numbers": ["price"],
    "numbers_of_users": ["age"],
    "vectors": True,
}
PRICES = {item: float(place) for place, item in enumerate(ITEMS[:8])}
"""The last four items have none."""
VECTORS = {item: [float(place), 1.0, -2.0] for place, item in enumerate(ITEMS[2:])}
"""The first two items have none."""
LENGTHS = {"recommendation_history": 2, "search_history": 2}
MODELS = {
    "unisar": UniSARConfig(dim=4, user_dim=2, item_dim=2, word_dim=2, **LENGTHS),
    "unifiedssr": UnifiedSSRConfig(dim=4, num_layers=1, item_attributes=True, **LENGTHS),
}


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """The Transform output, and the examples of all items and all users behind it."""
    folder = tmp_path_factory.mktemp("numbers")
    items = [
        {
            features.ITEM_ID: [item],
            features.NUMBERS: [PRICES.get(item.decode(), math.nan)],
            features.VECTOR: VECTORS.get(item.decode(), []),
        }
        for item in texts(ITEMS)
    ]
    users = [
        {features.USER_ID: [user], features.USER_NUMBERS: [age]} for user, age in ((b"u1", 20.0), (b"u2", math.nan))
    ]
    search = {features.SURFACE: [b"search"], features.QUERY: [b"red mug"], features.USER_ID: [b"u1"]}
    clicks = [search | {features.CANDIDATES: [b"item-a"], features.LABELS: [1.0]}]
    data, output = analyzed(folder, [*items, *users, *clicks], SETTINGS)
    encoded = [tft.coders.ExampleProtoCoder(output.transformed_metadata.schema).encode(row) for row in data]
    catalog = write_examples(folder / "catalog.gz", encoded[: len(items)])
    audience = write_examples(folder / "audience.gz", encoded[len(items) : len(items) + len(users)])
    return output, catalog, audience


@pytest.fixture(scope="module", params=list(MODELS))
def built(files, request):
    """The Transform output; a model as a Trainer would build it; and its catalogue."""
    output, catalog_file, audience_file = files
    nowhere = dict.fromkeys(("transform_graph", "model_dir", "log_dir", "checkpoint_dir"), "")
    job = training_job.TrainingJob(
        request.param,
        MODELS[request.param],
        TrainConfig(),
        (),
        (),
        catalog_files=(catalog_file,),
        audience_files=(audience_file,),
        **nowhere,
    )
    catalog = training_job.read_catalog(job, output)
    return output, training_job.build_model(job, output, catalog), catalog


@pytest.fixture(scope="module")
def served(built, tmp_path_factory):
    """Scores of items for users, as the exported model answers once it is loaded."""
    output, model, catalog = built
    folder = str(tmp_path_factory.mktemp("export") / "1")
    saved_model.save(model, output, folder, catalog.categories)
    with contextlib.closing(Servable(folder)) as servable:
        yield lambda users, items: servable.run(
            signatures.RANK, rank_inputs([HISTORY] * len(users), users, [""] * len(users), items)
        )[signatures.SCORES]


def scores(output, model, users, items):
    """As in training: the features of examples through the whole model, as probabilities."""
    transform = ServingTransform(output)
    examples = [behaviour_example(items, user=user, history=HISTORY) for user in users]
    return 1 / (1 + np.exp(-np.asarray(model(transform(transform.parse(tf.constant(examples)))))))


def test_the_export_answers_with_ids_alone_what_training_computes(built, served):
    output, model, _ = built
    users = ["u1", "u2", "nobody"]
    np.testing.assert_allclose(served(users, ITEMS), scores(output, model, users, ITEMS), rtol=1e-4, atol=1e-5)


def test_the_tables_hold_what_is_known_by_index(built):
    output, model, catalog = built
    items = [name.decode() for name in output.vocabulary_by_name(features.ITEM_VOCABULARY)]
    logs = np.log1p(list(PRICES.values()))
    wanted = {item: [(math.log1p(price) - logs.mean()) / logs.std(), 1] for item, price in PRICES.items()}
    np.testing.assert_allclose(
        catalog.numbers, [[0, 0], *(wanted.get(item, [0, 0]) for item in items), [0, 0]], rtol=1e-4, atol=1e-6
    )
    directions = {item: np.array(vector) / np.linalg.norm(vector) for item, vector in VECTORS.items()}
    nothing = [0.0] * 3
    np.testing.assert_allclose(
        catalog.vectors, [nothing, *(directions.get(item, nothing) for item in items), nothing], rtol=1e-5
    )
    encoder = model.embedding.users if hasattr(model.embedding, "context") else model.embedding.user_encoder
    # One known age is its own mean. Padding, u1, u2, the unknown.
    ages = {"u1": [0, 1], "u2": [0, 0]}
    users = [name.decode() for name in output.vocabulary_by_name(features.USER_VOCABULARY)]
    table = np.asarray(encoder.attribute_values[features.USER_NUMBER_VALUES])
    assert table.tolist() == [[0, 0], *(ages[user] for user in users), [0, 0]]


@pytest.mark.parametrize("field", ["numbers", "vectors"])
def test_a_price_or_a_vector_moves_the_scores_of_its_item(built, field):
    output, model, catalog = built
    candidates = ["item-e", "item-f", "item-g"]
    before = scores(output, model, ["u1"], candidates)
    table = getattr(catalog, field).copy()
    table[1 + output.vocabulary_by_name(features.ITEM_VOCABULARY).index(b"item-f")] *= -1
    tables = dataclasses.asdict(catalog) | {field: table}
    names = {"numbers": features.ITEM_NUMBERS, "vectors": features.ITEM_VECTOR}
    kept = {name: getattr(catalog, each) for each, name in names.items()}
    model.set_item_attributes({name: tables[each] for each, name in names.items()})
    moved = np.abs(scores(output, model, ["u1"], candidates) - before)[0] > 1e-6
    model.set_item_attributes(kept)
    assert moved.tolist() == [False, True, False]
