"""New items with prices and vectors, through a real Transform graph, to an export that is asked for ids alone."""

import contextlib

import keras
import numpy as np
import pytest
import tensorflow_transform as tft

from components.retrieve_then_rank.composed_model import save_composed_model
from components.score_map_file import read_score_maps
from components.warm_start.start_folder import Start, left_by, read_start, write_start
from models.contract import StartsFromFeatures
from models.unifiedssr.unifiedssr_config import UnifiedSSRConfig
from models.unisar.unisar_config import UniSARConfig
from schemas import features, signatures
from schemas.canonical_event import Surface
from schemas.score_map import ScoreMap
from serving.local_server.models.servable import Servable
from tests.support.behaviour_examples import write_examples
from tests.support.exported_retriever import HISTORY, ITEMS, RAW_SPEC, analyzed, rank_inputs, texts, wanted
from tfx_pipeline.config.loading import as_dict
from tfx_pipeline.config.pipeline_config import TransformConfig
from tfx_pipeline.config.training_config import TrainConfig
from tfx_pipeline.export import saved_model
from tfx_pipeline.indexing import indexing_job
from tfx_pipeline.training import trained_weights, training_job

SETTINGS = {
    "transform": as_dict(TransformConfig(words_per_query=2, words_per_title=3, category_levels=1)),
    **dict.fromkeys(("recommendation_history", "search_history", "items_per_session"), 2),
    "timezone": "UTC",
    "attributes": ["brand"],
    "attributes_of_users": [],
    "numbers": ["price"],
    "numbers_of_users": ["age"],
    "vectors": True,
}
LENGTHS = {"recommendation_history": 2, "search_history": 2}
MODELS = {
    "unisar": UniSARConfig(
        **dict.fromkeys(("user_dim", "item_dim", "word_dim"), 2),
        **dict.fromkeys(("matching", "text_matching", "overlap_features", "engagement_features"), True),
        **LENGTHS,
        dim=4,
    ),
    "unifiedssr": UnifiedSSRConfig(dim=4, num_layers=1, item_attributes=True, **LENGTHS),
}


def row(item, title, price, category=b"home"):
    return {
        features.ITEM_ID: [item.encode()],
        features.TITLE: [title.encode()],
        features.CATEGORIES: [category],
        features.ATTRIBUTES: [b"0\x1fours"],
        features.NUMBERS: [price],
        features.VECTOR: [price / 50, 1.0],
    }


MAPS = {"search": ScoreMap(0.5, -2.0, 20.0), "recommendation": ScoreMap(2.0, -3.0, 20.0)}
"""Scores are calibrated."""
START = Start("Trainer", "monday", "17")
"""What the training has left for the next one."""
KNOWN = [row(item, f"mug {place}", float(place)) for place, item in enumerate(ITEMS)]
KNOWN[0][features.ENGAGEMENTS] = [34]
TWIN = row("a twin", "mug 3", 3.0)
NEWCOMER = row("a newcomer", "violet mug", 50.0, category=b"a new category")
USERS = [{features.USER_ID: [b"u1"], features.USER_NUMBERS: [20.0]}]


@pytest.fixture(scope="module")
def transformed(tmp_path_factory):
    """The Transform output, and the transformed files of items and users behind it."""
    folder = tmp_path_factory.mktemp("trained")
    search = {features.SURFACE: [b"search"], features.QUERY: [b"blue mug"], features.USER_ID: [b"u1"]}
    clicks = [search | {features.CANDIDATES: [b"item-a"], features.LABELS: [1.0]}]
    data, output = analyzed(folder, [*KNOWN, *USERS, *clicks], SETTINGS)
    encoded = [tft.coders.ExampleProtoCoder(output.transformed_metadata.schema).encode(each) for each in data]
    items = write_examples(folder / "items.gz", encoded[: len(KNOWN)])
    return output, items, write_examples(folder / "users.gz", encoded[len(KNOWN) : len(KNOWN) + 1])


@pytest.fixture(scope="module", params=list(MODELS))
def exports(request, transformed, tmp_path_factory):
    """The folders of the export of a training, and that of the same with two new items."""
    folder = tmp_path_factory.mktemp("indexed")
    output, items, users = transformed

    def job(items, users, model_dir, start_from=""):
        return training_job.TrainingJob(
            *(request.param, MODELS[request.param], TrainConfig(), (), ()),
            catalog_files=(items,),
            audience_files=(users,),
            transform_graph=output.transform_savedmodel_dir.removesuffix("/transform_fn"),
            model_dir=str(model_dir),
            log_dir="",
            checkpoint_dir="",
            start_from=start_from,
        )

    trained = job(items, users, folder / "trained" / "Format-Serving")
    catalogue = training_job.read_catalog(trained, output)
    keras.utils.set_random_seed(5)
    model = training_job.build_model(trained, output, catalogue)
    for weight in model.trainable_weights:
        weight.assign(keras.random.normal(weight.shape, stddev=0.15))
    if isinstance(model, StartsFromFeatures):  # A part of the scores is that of a start.
        model.set_learned_shares(dict.fromkeys(Surface, 0.75))
    trained_weights.save(model, trained.model_dir)
    saved_model.save(model, output, trained.model_dir, catalogue.categories, score_maps=MAPS)
    write_start(left_by(trained.model_dir, "Trainer"), START)
    raw = tft.coders.ExampleProtoCoder(output.raw_metadata.schema)
    # In another order, and one that is known has got another price.
    rows = [NEWCOMER, *KNOWN[::-1], TWIN]
    rows[1] = row(ITEMS[-1], f"mug {len(ITEMS) - 1}", 99.0)
    raw_items, raw_users = (
        write_examples(
            folder / f"{name}.gz", [raw.encode({each: of.get(each, []) for each in RAW_SPEC}) for of in all_]
        )
        for name, all_ in (("items", rows), ("users", USERS))
    )
    new = job(raw_items, raw_users, folder / "new" / "Format-Serving", start_from=trained.model_dir)
    assert indexing_job.run(new, SETTINGS) == 2
    return trained.model_dir, new.model_dir


@pytest.fixture(scope="module")
def indexed(exports):
    """Both, served."""
    with contextlib.ExitStack() as stack:
        yield [stack.enter_context(contextlib.closing(Servable(folder))) for folder in exports]


def logits(servable, candidates, queries=("", "blue mug", "mug")):
    inputs = rank_inputs([HISTORY, HISTORY, ()], ["u1", "nobody", "u1"], queries, candidates)
    probabilities = servable.run(signatures.RANK, inputs)[signatures.SCORES].astype(float)
    return np.log(probabilities) - np.log1p(-probabilities)


def test_the_next_training_starts_from_what_was_trained(exports):
    assert [read_start(left_by(folder, "Trainer")) for folder in exports] == [START, START]


def test_scores_stay_calibrated(exports):
    assert [read_score_maps(folder) for folder in exports] == [MAPS, MAPS]


def test_known_items_score_as_before_unless_they_changed(indexed):
    old, new = (logits(servable, ITEMS) for servable in indexed)
    np.testing.assert_allclose(new[:, :-1], old[:, :-1], atol=1e-4)
    assert np.abs(new[:, -1] - old[:, -1]).max() > 1e-3


def test_a_new_item_is_what_its_content_says(indexed):
    old, new = indexed
    # Two items of one content differ by their ids alone, and the newcomer differs from both.
    twin, known, newcomer, unknown = logits(new, ["a twin", "item-d", "a newcomer", "never seen"]).T
    assert np.abs(newcomer - unknown).max() > 1e-3 and np.abs(twin - unknown).max() > 1e-3
    assert np.abs(newcomer - twin).max() > 1e-3
    np.testing.assert_allclose(logits(old, ["never seen"])[:, 0], unknown, atol=1e-4)
    vectors = new.run(
        signatures.EMBED_ITEM, {signatures.ITEM_ID: texts(["a twin", "item-d", "a newcomer", "never seen"])}
    )
    assert vectors[signatures.KNOWN].tolist() == [True, True, True, False]
    similar = new.run(
        signatures.SIMILAR_ITEMS, {signatures.ITEM_ID: texts(["a twin"]), signatures.K: np.array([13], np.int32)}
    )
    assert {item.decode() for item in similar[signatures.ITEMS][0]} == {*ITEMS, "a newcomer"}


def test_a_word_that_training_did_not_know_tells_the_items_that_have_it_from_others(indexed):
    """A row's known words and the unknown one's embedding are equal, so only a shared word tells the queries apart."""
    new = indexed[1]
    candidates = ["item-a", "a twin", "a newcomer"]
    of_title, of_nothing = (logits(new, candidates, ["blue", word, word]) for word in ("violet", "orange"))
    np.testing.assert_allclose(of_title[:, :2], of_nothing[:, :2], atol=1e-5)
    differences = np.abs(of_title[1:, 2] - of_nothing[1:, 2])
    compares_words = signatures.SEARCH not in new.signature_defs  # UniSAR; the retriever does not.
    assert differences.min() > 1e-3 if compares_words else differences.max() < 1e-5


def test_a_model_that_retrieves_finds_them(indexed):
    for servable, items in zip(indexed, (ITEMS, [*ITEMS, "a twin", "a newcomer"]), strict=True):
        if signatures.SEARCH not in servable.signature_defs:
            continue
        inputs = rank_inputs([HISTORY], ["u1"], ["blue mug"], [""]) | wanted(1, 20)
        inputs.pop(signatures.RANK_CANDIDATES)
        found = servable.run(signatures.SEARCH, inputs)[signatures.ITEMS][0]
        assert sorted(item.decode() for item in found if item) == sorted(items)


def test_where_lists_add_popularity_new_items_have_a_prior_as_those_without_an_engagement(exports, indexed, tmp_path):
    """Each of 14 items counts once more than it was engaged with: 34 + 14 times in all, 24 / 7 times on average."""
    if signatures.SEARCH not in indexed[1].signature_defs:
        pytest.skip("It finds no items, so it is a part of no such model but the ranker.")
    composed = str(tmp_path / "composed")
    save_composed_model(exports[1], exports[1], composed, 20, popular_negatives=True)
    asked = ["item-a", "item-b", "a twin", "a newcomer", "never seen"]
    with contextlib.closing(Servable(composed)) as servable:
        told = servable.run(signatures.ITEM_PRIOR, {signatures.ITEM_ID: texts(asked)})[signatures.PRIOR]
    np.testing.assert_allclose(np.exp(told), [35 * 7 / 24, 7 / 24, 7 / 24, 7 / 24, 1], rtol=1e-5)


def test_a_model_that_knows_ids_alone_is_refused(transformed, tmp_path):
    output, _, users = transformed
    items = write_examples(tmp_path / "none.gz", [])
    nowhere = dict.fromkeys(("log_dir", "checkpoint_dir", "model_dir"), "")
    job = training_job.TrainingJob(
        *("unifiedssr", UnifiedSSRConfig(dim=4, num_layers=1, **LENGTHS), TrainConfig(), (), ()),
        catalog_files=(items,),
        transform_graph=output.transform_savedmodel_dir.removesuffix("/transform_fn"),
        **nowhere,
    )
    with pytest.raises(ValueError, match="unifiedssr knows of items nothing but their ids"):
        indexing_job.run(job, SETTINGS)
