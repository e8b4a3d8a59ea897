"""Weights go over by token; and two real trainings, of which the second begins with what the first has learned."""

import dataclasses
import json
import logging
import os
import re

import keras
import numpy as np
import pytest
import tensorflow_transform as tft

from components.warm_start.start_folder import EARLIER, Start, copy_folder, left_by, read_start, write_start
from models.unifiedssr.unifiedssr_config import UnifiedSSRConfig
from models.unifiedssr.unifiedssr_model import UnifiedSSR
from models.unisar.unisar_config import UniSARConfig
from models.unisar.unisar_model import UniSAR
from schemas import features
from schemas.canonical_event import Surface
from tests.support import unisar_batches
from tests.support.behaviour_examples import write_examples
from tests.support.event_logs import scalars_of
from tests.support.exported_retriever import ITEMS, analyzed, texts
from tests.support.small_models import UNISAR_SIZES
from tfx_pipeline.config.loading import as_dict
from tfx_pipeline.config.pipeline_config import TransformConfig
from tfx_pipeline.config.training_config import TrainConfig
from tfx_pipeline.training import training_job, warm_start

VOCABULARY = unisar_batches.vocabulary()
MODELS = {
    "unisar": (UniSAR, UniSARConfig(**UNISAR_SIZES, matching=True, text_matching=True, overlap_features=True)),
    "unifiedssr": (UnifiedSSR, UnifiedSSRConfig(dim=8, item_attributes=True)),
    "unifiedssr of ids": (UnifiedSSR, UnifiedSSRConfig(dim=8)),
}
IDS = {
    features.USER: features.USER_VOCABULARY,
    **dict.fromkeys((features.QUERY_WORDS, features.SEARCH_WORDS, features.ITEM_WORDS), features.WORD_VOCABULARY),
    **dict.fromkeys(
        (features.CANDIDATE_ITEMS, features.RECOMMENDATION_ITEMS, features.SEARCH_ITEMS), features.ITEM_VOCABULARY
    ),
}
"""The vocabulary that the numbers of a feature are of."""


class Vocabularies:
    """Stands for a Transform output: the values of each vocabulary in order."""

    def __init__(self, values):
        self._values = values

    def vocabulary_by_name(self, name):
        return self._values[name]


def values_of(vocabulary):
    """Values `name 1`, `name 2` ... for all rows but padding's and, where there is one, that of the unknown."""
    rows = {features.USER_VOCABULARY: vocabulary.users, features.ITEM_VOCABULARY: vocabulary.items}
    rows |= {features.WORD_VOCABULARY: vocabulary.words}
    rows |= {each.name: each.size for each in vocabulary.item_attributes if each.size}
    values = {name: [f"{name} {place}".encode() for place in range(1, count - 1)] for name, count in rows.items()}
    of_context = {features.context_vocabulary(each.name): each.size for each in vocabulary.context}
    return values | {name: [b"%d" % place for place in range(1, count)] for name, count in of_context.items()}


def built(name, vocabulary, seed):
    kind, config = MODELS[name]
    keras.utils.set_random_seed(seed)
    model = kind(config, vocabulary)
    model.build()
    for weight in model.trainable_weights:
        weight.assign(keras.random.normal(weight.shape, stddev=0.5))
    return model


@pytest.fixture
def handed_over(tmp_path):
    """Leaves a model's weights as a push would keep them, and hands them to the next training: its folder."""

    def hand_over(name, model, values, config=None, read=None):
        first, pushed, second = (str(tmp_path / each) for each in ("first", "pushed", "second"))
        write_start(first, Start("Trainer", "monday", "", read or {}, "there was no version"))
        plain = as_dict(config or MODELS[name][1])
        warm_start.leave(model, name.split()[0], plain, Vocabularies(values), first, pushed)
        copy_folder(left_by(pushed, "Trainer"), os.path.join(second, EARLIER))
        write_start(second, Start("Trainer", "tuesday", "17"))
        return second

    return hand_over


@pytest.mark.parametrize("name", MODELS)
def test_a_model_of_the_same_values_in_another_order_scores_as_the_earlier_one(name, handed_over):
    random = np.random.default_rng(3)
    then = values_of(VOCABULARY)
    now = {key: [values[place] for place in random.permutation(len(values))] for key, values in then.items()}
    # The number that each one has today, by its number of then; padding and the unknown keep theirs.
    places = {
        key: np.array([0, *(now[key].index(value) + 1 for value in values), len(values) + 1])
        for key, values in then.items()
    }
    earlier, model = built(name, VOCABULARY, 1), built(name, VOCABULARY, 2)
    tables = unisar_batches.item_attributes(VOCABULARY)
    earlier.set_item_attributes(tables)
    of_items = np.argsort(places[features.ITEM_VOCABULARY])
    model.set_item_attributes({key: places[IDS.get(key, key)][table][of_items] for key, table in tables.items()})
    begun = warm_start.begin(
        model, name.split()[0], as_dict(MODELS[name][1]), Vocabularies(now), handed_over(name, earlier, then)
    )
    assert begun.is_warm and begun.text.startswith("Begins with the weights of version 17")
    for surface in Surface:
        rows = unisar_batches.rows(VOCABULARY, surface)
        renumbered = {key: places[IDS[key]][value] if key in IDS else value for key, value in rows.items()}
        of_context = [features.context_vocabulary(each.name) for each in VOCABULARY.context]
        renumbered[features.CONTEXT] = np.stack(
            [places[key][rows[features.CONTEXT][:, place]] for place, key in enumerate(of_context)], axis=1
        )
        scores = np.asarray(earlier.score(rows))
        np.testing.assert_allclose(np.asarray(model.score(renumbered)), scores, rtol=1e-4, atol=1e-5)
        assert np.ptp(scores) > 1e-2


@pytest.mark.parametrize("name", MODELS)
def test_every_trained_weight_goes_over(name, handed_over):
    earlier, model = built(name, VOCABULARY, 1), built(name, VOCABULARY, 2)
    values = values_of(VOCABULARY)
    start = handed_over(name, earlier, values)
    warm_start.begin(model, name.split()[0], as_dict(MODELS[name][1]), Vocabularies(values), start)
    for old, new in zip(earlier.trainable_weights, model.trainable_weights, strict=True):
        np.testing.assert_array_equal(np.asarray(new), np.asarray(old), err_msg=new.path)


def test_rows_go_with_their_values_and_new_ones_are_fresh():
    # Of then: padding, a, b, c, the unknown. Of now: padding, c, new, a, the unknown; b is gone.
    then = np.array([[0.0], [1.0], [2.0], [3.0], [4.0]])
    fresh = np.array([[10.0], [11.0], [12.0], [13.0], [14.0]])
    carried = warm_start.carried_rows(fresh, then, [b"c", b"new", b"a"], [b"a", b"b", b"c"])
    assert carried.tolist() == [[0], [3], [12], [1], [4]]
    assert fresh.tolist() == [[10], [11], [12], [13], [14]]
    # The last row is no value's: one more value, and it has moved.
    carried = warm_start.carried_rows(
        np.append(fresh, [[15.0]], axis=0), then, [b"z", b"a", b"y", b"b"], [b"a", b"b", b"c"]
    )
    assert carried.tolist() == [[0], [11], [1], [13], [2], [4]]


def test_a_table_without_a_row_for_the_unknown_has_none():
    then, fresh = np.array([[0.0], [1.0], [2.0]]), np.array([[10.0], [11.0]])
    assert warm_start.carried_rows(fresh, then, [b"13"], [b"12", b"13"]).tolist() == [[0], [2]]


@pytest.mark.parametrize("values", [[b"a"], [b"a", b"b", b"c", b"d"]])
def test_tables_of_other_vocabularies_are_refused(values):
    table = np.zeros((4, 1))
    with pytest.raises(ValueError, match=rf"has 4 rows for {len(values)} values, the earlier one 4 for 2: they are of"):
        warm_start.carried_rows(table, table, values, [b"a", b"b"])


def test_new_values_of_a_model_are_fresh_and_those_that_are_gone_are_left(handed_over):
    earlier = built("unifiedssr of ids", VOCABULARY, 1)
    more = dataclasses.replace(VOCABULARY, items=VOCABULARY.items + 1, words=VOCABULARY.words - 1)
    model = built("unifiedssr of ids", more, 2)
    fresh = np.array(model.embedding.item_table)
    values = values_of(VOCABULARY)
    items, words = values[features.ITEM_VOCABULARY], values[features.WORD_VOCABULARY]
    now = values | {features.ITEM_VOCABULARY: [b"new 1", *items[:0:-1], b"new 2"], features.WORD_VOCABULARY: words[1:]}
    start = handed_over("unifiedssr of ids", earlier, values)
    begun = warm_start.begin(model, "unifiedssr", as_dict(MODELS["unifiedssr"][1]), Vocabularies(now), start)
    assert not begun.is_warm and "`unifiedssr.item_attributes` was false and is true" in begun.text
    np.testing.assert_array_equal(np.asarray(model.embedding.item_table), fresh)
    begun = warm_start.begin(model, "unifiedssr", as_dict(MODELS["unifiedssr of ids"][1]), Vocabularies(now), start)
    old, new = np.asarray(earlier.embedding.item_table), np.asarray(model.embedding.item_table)
    np.testing.assert_array_equal(new[[1, -2]], fresh[[1, -2]])
    np.testing.assert_array_equal(new[2:-2], old[2:-1][::-1])
    np.testing.assert_array_equal(new[[0, -1]], old[[0, -1]])
    assert "; items 26 known, 2 new, 1 gone" in begun.text and "; words 20 known, 0 new, 1 gone" in begun.text


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"config": {"dim": 16}}, "`unifiedssr.dim` was 16 and is 8"),
        (
            {"config": {"num_layers": 3, "dropout": 0.25}},
            r"`unifiedssr.dropout` was 0.25 .*; `unifiedssr.num_layers` was 3 and",
        ),
        ({"name": "unisar"}, "it is unisar, and unifiedssr is trained"),
        ({"read": {"transform.tokenizer": "subwords"}}, '`transform.tokenizer` was "subwords" and is null'),
        (
            {"attribute": 6},
            r"its weight `embedding/item_encoder/categories_0_embedding` has the shape \(5, 6\), .* \(5, 3\)",
        ),
        ({"attributes": 2}, "only this model has the weight `embedding/item_encoder/categories_1_embedding`"),
    ],
)
def test_what_does_not_fit_begins_anew_and_says_why(change, why, handed_over):
    vocabulary, (_, config) = VOCABULARY, MODELS["unifiedssr"]
    attributes = list(VOCABULARY.item_attributes)
    if "attribute" in change:
        attributes[1] = dataclasses.replace(attributes[1], dim=change["attribute"])
    vocabulary = dataclasses.replace(vocabulary, item_attributes=tuple(attributes[: change.get("attributes")]))
    of = dataclasses.replace(config, **change.get("config", {}))
    keras.utils.set_random_seed(1)
    earlier = UnifiedSSR(of, vocabulary)
    earlier.build()
    model = built("unifiedssr", VOCABULARY, 2)
    before = [np.array(each) for each in model.trainable_weights]
    start = handed_over(change.get("name", "unifiedssr"), earlier, values_of(VOCABULARY), of, change.get("read"))
    begun = warm_start.begin(model, "unifiedssr", as_dict(config), Vocabularies(values_of(VOCABULARY)), start)
    assert not begun.is_warm
    assert begun.text.startswith("Begins anew: version 17 does not fit, ")
    assert re.search(why, begun.text), begun.text
    for old, new in zip(before, model.trainable_weights, strict=True):
        np.testing.assert_array_equal(np.asarray(new), old)


def test_a_folder_that_warm_start_has_not_made_is_refused(tmp_path):
    with pytest.raises(FileNotFoundError, match="holds no start.json, which WarmStart writes"):
        warm_start.begin(built("unifiedssr", VOCABULARY, 1), "unifiedssr", {}, None, str(tmp_path))


LENGTHS = {"recommendation_history": 2, "search_history": 2}
CONFIGS = {
    "unifiedssr": UnifiedSSRConfig(dim=8, num_heads=2, num_layers=1, **LENGTHS),
    "unisar": UniSARConfig(**{**UNISAR_SIZES, **LENGTHS}, overlap_features=True),
}
NEW_ITEM = "the newcomer"


@pytest.fixture(scope="module")
def days(tmp_path_factory):
    """Two days of a log, each with its own Transform output: each user loves an item, and the second has a new one."""

    def day(folder, items, count):
        rows = [{features.ITEM_ID: [item]} for item in texts(items)]
        for place in range(count):
            item, before = items[place % len(items)], items[place % len(items) - 1]
            rows.append(
                {
                    features.USER_ID: [f"lover of {item}".encode()],
                    features.SURFACE: [b"recommendation"],
                    features.CANDIDATES: texts([item, *(each for each in items if each != item)][:8]),
                    features.LABELS: [1.0] + [0.0] * 7,
                    features.HISTORY_KINDS: [Surface.RECOMMENDATION.token_kind],
                    features.HISTORY_ITEM_COUNTS: [1],
                    features.HISTORY_ITEMS: texts([before]),
                }
            )
        settings = {
            "transform": as_dict(TransformConfig(words_per_query=2, words_per_title=0, category_levels=1)),
            **LENGTHS,
            "items_per_session": 2,
            "timezone": "UTC",
            **{name: [] for name in ("attributes", "attributes_of_users", "numbers", "numbers_of_users")},
            "vectors": False,
        }
        data, output = analyzed(folder, rows, settings)
        encode = tft.coders.ExampleProtoCoder(output.transformed_metadata.schema).encode
        encoded = [encode(row) for row in data]
        ends = {"catalog": (0, len(items)), "train": (len(items), -40), "validation": (-40, None)}
        files = {
            name: write_examples(folder / f"{name}.gz", encoded[first:last]) for name, (first, last) in ends.items()
        }
        return output, folder, files

    folders = tmp_path_factory.mktemp("two days")
    return day(folders / "monday", ITEMS, 240), day(folders / "tuesday", [NEW_ITEM, *ITEMS[::-1]], 260)


def job_of(day, name, folder, start_from, **settings):
    _, at, files = day
    train = {"epochs": 15, "batch_size": 32, "learning_rate": 0.01, "early_stopping_patience": 3, "plateau_patience": 0}
    train |= {"surfaces": ("recommendation",)}
    return training_job.TrainingJob(
        name,
        CONFIGS[name],
        TrainConfig(**train | settings),
        (files["train"],),
        (files["validation"],),
        (files["catalog"],),
        transform_graph=str(at / "transform"),
        model_dir=str(folder / "model"),
        log_dir=str(folder / "logs"),
        checkpoint_dir=str(folder / "checkpoints"),
        start_from=str(start_from) if start_from else "",
    )


def handed(folder, examples, version="", earlier=None):
    """What WarmStart makes."""
    reason = "" if earlier else "the folder has no version yet, so there is no earlier model"
    write_start(str(folder), Start("Trainer", examples, version, {}, reason))
    if earlier:
        copy_folder(left_by(str(earlier), "Trainer"), os.path.join(folder, EARLIER))
    return folder


def validated(folder):
    return json.loads((folder / "logs" / training_job.VALIDATION_FILE).read_text())


@pytest.fixture(scope="module", params=list(CONFIGS))
def first(request, days, tmp_path_factory):
    """The name of a model, the folder of its training on the first day, and what that has logged."""
    folder, lines = tmp_path_factory.mktemp("first"), []
    handler = logging.Handler(logging.WARNING)
    handler.emit = lambda record: lines.append(record.getMessage())
    logging.getLogger().addHandler(handler)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(training_job.saved_model, "save", lambda *_: None)  # It takes most of the time.
        start = handed(folder / "no earlier", "monday")
        training_job.run(job_of(days[0], request.param, folder, start, warm_start=True))
    logging.getLogger().removeHandler(handler)
    return request.param, folder, lines


def test_the_first_training_begins_anew_and_says_so(first):
    _, folder, lines = first
    nothing = "Begins anew: the folder has no version yet, so there is no earlier model"
    assert f"Warm start: {nothing}" in lines
    assert warm_start.read_told(str(folder / "logs")) == nothing
    assert read_start(left_by(str(folder / "model"), "Trainer")) == Start("Trainer", "monday", "")


def test_a_training_begins_as_good_as_the_earlier_one_ended(first, days, tmp_path, monkeypatch):
    """It is measured before the first epoch, and what it exports is no worse."""
    monkeypatch.setattr(training_job.saved_model, "save", lambda *_: None)
    name, folder, _ = first
    start = handed(tmp_path / "start", "tuesday", "1", folder / "model")
    training_job.run(job_of(days[0], name, tmp_path, start, warm_start=True, epochs=1))
    (step, begun), *_ = scalars_of(tmp_path / "logs" / "validation")["ndcg@5/mean"]
    assert step == 0 and begun == pytest.approx(validated(folder)["val_ndcg_at_5"], abs=1e-6)
    assert validated(tmp_path)["val_ndcg_at_5"] >= begun - 1e-6


def test_the_second_day_needs_fewer_epochs_and_leaves_its_own_values(days, tmp_path, monkeypatch, caplog):
    monkeypatch.setattr(training_job.saved_model, "save", lambda *_: None)
    caplog.set_level(logging.INFO)
    monday, tuesday = days
    anew = handed(tmp_path / "no earlier", "monday")
    training_job.run(job_of(monday, "unifiedssr", tmp_path / "first", anew, warm_start=True))
    fresh = training_job.run(job_of(tuesday, "unifiedssr", tmp_path / "fresh", None))
    start = handed(tmp_path / "start", "tuesday", "1", tmp_path / "first" / "model")
    warm = training_job.run(job_of(tuesday, "unifiedssr", tmp_path / "second", start, warm_start=True))
    assert "Warm start: Begins with the weights of version 1; users 12 known, 1 new, 0 gone" in caplog.text
    assert "items 12 known, 1 new, 0 gone" in caplog.text
    assert len(warm.epoch) < len(fresh.epoch)
    assert validated(tmp_path / "second")["epoch"] < validated(tmp_path / "fresh")["epoch"]
    left = left_by(str(tmp_path / "second" / "model"), "Trainer")
    assert read_start(left) == Start("Trainer", "tuesday", "1")
    with open(os.path.join(left, "values", features.ITEM_VOCABULARY), encoding="utf-8") as file:
        assert file.read().split("\n")[:-1] == [
            each.decode() for each in tuesday[0].vocabulary_by_name(features.ITEM_VOCABULARY)
        ]


def test_without_warm_start_nothing_is_left(days, tmp_path, monkeypatch):
    monkeypatch.setattr(training_job.saved_model, "save", lambda *_: None)
    training_job.run(job_of(days[0], "unifiedssr", tmp_path, None, epochs=1))
    assert not os.path.exists(left_by(str(tmp_path / "model"), "Trainer"))
    assert warm_start.read_told(str(tmp_path / "logs")) == ""
    # Nor is a trial of a search, which has nothing to start from.
    assert not job_of(days[0], "unifiedssr", tmp_path, None, warm_start=True).starts_warm
