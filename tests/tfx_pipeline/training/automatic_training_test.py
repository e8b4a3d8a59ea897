"""The rule of `train: auto`, and a real training by it that is interrupted and goes on."""

import json
import logging

import pytest
import tensorflow_transform as tft

from models.unifiedssr.unifiedssr_config import UnifiedSSRConfig
from schemas import features
from tests.support.behaviour_examples import write_examples
from tests.support.event_logs import scalars_of, texts_of
from tests.support.exported_retriever import ITEMS, analyzed, texts
from tfx_pipeline.config.loading import as_dict
from tfx_pipeline.config.pipeline_config import TransformConfig
from tfx_pipeline.config.training_config import SettledTrainConfig, TrainConfig
from tfx_pipeline.training import automatic_training, training_job
from tfx_pipeline.training.event_logs.step_logs import EVERY

LENGTHS = {"recommendation_history": 2, "search_history": 2}
TRAINING_ROWS = 200


@pytest.mark.parametrize(
    ("examples", "batch", "epochs", "patience", "plateau"),
    [
        # 7 steps of 32: 10,000 steps would be 1,429 epochs, 500 without progress 72.
        (200, 32, 100, 10, 5),
        # 93 steps: 10,000 / 93 = 107.5 epochs; 500 / 93 = 5.4.
        (2_965, 32, 100, 6, 3),
        # 200 steps, since 64 rows would make less than 100 of them; and just 100.
        (6_399, 32, 50, 3, 1),
        (6_400, 64, 100, 5, 2),
        # 50,000 / 256 = 195.3, so 196 steps; 10,000 / 196 = 51.02; 500 / 196 = 2.6.
        (50_000, 256, 52, 3, 1),
        # 977 steps of 1,024: 10,000 / 977 = 10.2.
        (1_000_000, 1024, 11, 3, 1),
        (100_000_000, 1024, 5, 3, 1),
        (0, 32, 100, 10, 5),
    ],
)
def test_what_follows_from_the_number_of_examples(examples, batch, epochs, patience, plateau):
    settled = automatic_training.settle(TrainConfig(seed=3), examples)
    assert settled == SettledTrainConfig(
        epochs=epochs,
        batch_size=batch,
        learning_rate=0.001,
        early_stopping_patience=patience,
        plateau_patience=plateau,
        seed=3,
    )


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("epochs", 3),
        ("batch_size", 7),
        ("learning_rate", 0.5),
        ("early_stopping_patience", 0),
        ("plateau_patience", 0),
    ],
)
def test_what_is_said_is_kept(name, value):
    settled = automatic_training.settle(TrainConfig(**{name: value}), 1_000)
    assert getattr(settled, name) == value
    others = {"epochs", "batch_size", "learning_rate", "early_stopping_patience", "plateau_patience"} - {name}
    train = TrainConfig(**{name: value})
    assert set(automatic_training.told(train, settled, 1_000)["chosen"]) == others


def test_the_rest_follows_from_what_is_said():
    # 200 steps of 5: 10,000 / 200 epochs, 500 / 200 validations.
    settled = automatic_training.settle(TrainConfig(batch_size=5), 1_000)
    assert (settled.epochs, settled.early_stopping_patience) == (50, 3)
    assert automatic_training.settle(TrainConfig(early_stopping_patience=9), 1_000).plateau_patience == 4
    assert automatic_training.settle(TrainConfig(warmup_steps=4), 1_000).plateau_patience == 0
    assert automatic_training.settle(TrainConfig(validate_every=120), 1_000).epochs == 120


def test_it_is_said_in_one_line_that_is_read_again(tmp_path):
    train = TrainConfig(epochs=4)
    choice = automatic_training.told(train, automatic_training.settle(train, 2_965), 2_965)
    assert choice == {
        "examples": 2_965,
        "chosen": {
            "batch_size": 32,
            "learning_rate": 0.001,
            "early_stopping_patience": 6,
            "plateau_patience": 3,
        },
        "text": "batches of 32, learning rate 0.001, ends after 6 validations without progress, a lower rate after 3 "
        "(2,965 examples, 93 steps an epoch)",
    }
    assert automatic_training.read(str(tmp_path)) == ""
    automatic_training.write(choice, str(tmp_path / "logs"))
    assert automatic_training.read(str(tmp_path / "logs")) == choice["text"]


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """A folder with a Transform output, and files of training, validation and catalogue rows: a word names its item."""
    folder = tmp_path_factory.mktemp("automatic")
    rows = [{features.ITEM_ID: [item]} for item in texts(ITEMS)]
    for place in range(TRAINING_ROWS + 40):
        item, other = ITEMS[place % 12], ITEMS[(place * 5 + 1) % 12]
        is_search = place % 2 == 0
        rows.append(
            {
                features.USER_ID: [b"u%d" % (place % 10)],
                features.SURFACE: [b"search" if is_search else b"recommendation"],
                features.QUERY: [item.encode()] if is_search else [b""],
                features.CANDIDATES: texts([item, *(each for each in ITEMS if each not in (item, other))][:8]),
                features.LABELS: [1.0] + [0.0] * 7,
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
    items = len(ITEMS)
    split = {
        "catalog": encoded[:items],
        "train": encoded[items : items + TRAINING_ROWS],
        "validation": encoded[items + TRAINING_ROWS :],
    }
    return folder, {name: write_examples(folder / f"{name}.gz", rows) for name, rows in split.items()}


def job_of(files, folder, train=None):
    at, paths = files
    return training_job.TrainingJob(
        "unifiedssr",
        UnifiedSSRConfig(dim=4, num_heads=2, num_layers=1, **LENGTHS),
        train or TrainConfig(gradient_cosine=True),
        (paths["train"],),
        (paths["validation"],),
        (paths["catalog"],),
        transform_graph=str(at / "transform"),
        model_dir=str(folder / "model"),
        log_dir=str(folder / "logs"),
        checkpoint_dir=str(folder / "checkpoints"),
    )


def test_an_interrupted_training_goes_on_with_what_it_had_chosen_until_nothing_improves(
    files, tmp_path, monkeypatch, caplog
):
    caplog.set_level(logging.INFO)
    monkeypatch.setattr(training_job.saved_model, "save", lambda *_: None)  # It takes most of the time.
    # 7 steps an epoch: batches of 32, at most 100 epochs, patience 10.
    line = (
        "at most 100 epochs, batches of 32, learning rate 0.001, ends after 10 validations without progress, "
        "a lower rate after 5 (200 examples, 7 steps an epoch)"
    )

    def dies(self, epoch, logs=None):
        if epoch == 2:
            raise KeyboardInterrupt

    with monkeypatch.context() as dying, pytest.raises(KeyboardInterrupt):
        dying.setattr(training_job.EpochLines, "on_epoch_end", dies)
        training_job.run(job_of(files, tmp_path))
    assert f"Chosen (train: auto): {line}" in caplog.text
    assert "Going on" not in caplog.text
    (state,) = (tmp_path / "checkpoints").iterdir()

    # Had the user said these very numbers, it would be the same training.
    said = TrainConfig(
        gradient_cosine=True,
        epochs=100,
        batch_size=32,
        learning_rate=1e-3,
        early_stopping_patience=10,
        plateau_patience=5,
    )
    assert job_of(files, tmp_path, said).state_dir == state

    history = training_job.run(job_of(files, tmp_path))
    assert "Going on where an interrupted training stopped" in caplog.text
    assert caplog.text.count(f"Chosen (train: auto): {line}") == 2
    assert history.epoch[0] == 3
    assert automatic_training.read(str(tmp_path / "logs")) == line
    best = json.loads((tmp_path / "logs" / training_job.VALIDATION_FILE).read_text())
    last = history.epoch[-1] + 1
    assert last == min(best["epoch"] + 10, 100)
    assert best["val_ndcg_at_5"] == max(best["val_ndcg_at_5"], *history.history["val_ndcg_at_5"])
    assert [text for _, text in texts_of(tmp_path / "logs")["settings/chosen by train: auto"]] == [line, line]
    # Beside the losses, of each epoch before the interruption and after it.
    steps = [step for step, _ in scalars_of(tmp_path / "logs" / "train")["gradient_cosine/embedding"]]
    assert steps == list(range(1, last + 1))
    # Within the epochs too, before the interruption and after it; and what is exported is marked and can be looked at.
    steps = [step for step, _ in scalars_of(tmp_path / "logs" / "train")["loss_by_step/total"]]
    assert steps == sorted(set(steps)) and not any(step % EVERY for step in steps) and steps[-1] > 5 * 7
    ndcg = pytest.approx(best["val_ndcg_at_5"], abs=1e-6)
    assert scalars_of(tmp_path / "logs" / "best epoch")["ndcg@5/mean"] == [(best["epoch"], ndcg)]
    rows = (tmp_path / "logs" / "projector" / "items_names.tsv").read_text().splitlines()
    assert {row.split("\t")[1] for row in rows[1:]} == set(ITEMS)
