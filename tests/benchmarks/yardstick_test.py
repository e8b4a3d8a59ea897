import gzip

import keras
import numpy as np
import pytest

from benchmarks import yardstick
from benchmarks.data_sets.item_sequences import ItemSequences
from benchmarks.yardstick import ALL_ITEMS, NDCG, RECALL, WITHOUT_OWN
from schemas import features
from tfx_pipeline.config.pipeline_config import load_config

ITEMS, USERS = 12, 30
SMALL = ["--set=unifiedssr.dim=8", "--set=unifiedssr.softmax_negatives=8", "--set=train.batch_size=16"]


def cycle(user):
    """The items of a user, who goes through all of them in a circle: the next one is known from the last."""
    return [(user + step) % ITEMS + 1 for step in range(4 + user % 3)]


@pytest.fixture
def folder(tmp_path):
    lines = [f"{user}\t{item}\t{time}\n" for user in range(USERS) for time, item in enumerate(cycle(user))]
    with gzip.open(tmp_path / "interactions.tsv.gz", "wt") as stream:
        stream.write("user_id\titem_id\ttimestamp\n" + "".join(lines))
    return tmp_path


@pytest.fixture
def log():
    sequences = tuple(np.array(cycle(user), "int32") for user in range(USERS))
    return ItemSequences(tuple(map(str, range(1, ITEMS + 1))), sequences)


def config(*overrides):
    return load_config(str(yardstick.CONFIG), [each.removeprefix("--set=") for each in (*SMALL, *overrides)])


def test_what_follows_from_the_last_item_is_learned(log):
    settings = config("train.epochs=25", "train.learning_rate=0.02", "unifiedssr.dropout=0")
    lines = []
    found = yardstick.train(log, settings, seed=1, say=lines.append)
    # By chance, a tenth place among twelve items has an NDCG@10 below 0.4.
    assert found["test"][WITHOUT_OWN][NDCG] > 0.8
    assert lines[0].startswith("seed 1 epoch 1: loss ")


def test_the_best_epoch_of_validation_is_asked_for_the_test(log, monkeypatch):
    steps = iter([0.2, 0.5, 0.4, 0.3])
    weights = []

    def evaluate(model, _, split, history):
        assert history == 50
        weights.append(keras.ops.convert_to_numpy(model.item_embeddings()))
        value = next(steps) if split == "validation" else 0.9
        return {WITHOUT_OWN: {RECALL: 1 - value, NDCG: value}, ALL_ITEMS: {RECALL: value, NDCG: 1 - value}}

    monkeypatch.setattr(yardstick, "evaluate", evaluate)
    found = yardstick.train(log, config("train.epochs=9", "train.early_stopping_patience=2"), seed=1)
    assert (found["epoch"], found["validation"][WITHOUT_OWN][NDCG], found["test"][ALL_ITEMS][RECALL]) == (2, 0.5, 0.9)
    # Four epochs were validated, the test came last and saw the weights of the second.
    assert len(weights) == 5
    np.testing.assert_array_equal(weights[4], weights[1])
    assert np.abs(weights[4] - weights[3]).max() > 0


def test_items_of_the_history_count_only_among_all_items(log):
    class Oracle:
        """Puts the wanted item behind all that the user has."""

        def item_embeddings(self):
            return keras.ops.eye(ITEMS + 2)

        def encode_requests(self, inputs, surface):
            users = inputs[features.USER] - 1
            scores = np.zeros((USERS, ITEMS + 2), "float32")
            for user in range(USERS):
                *own, wanted = cycle(user)
                scores[user, own], scores[user, wanted] = 2, 1
            return keras.ops.take(scores, users, axis=0)

    found = yardstick.evaluate(Oracle(), log, "test", 50)
    # Users have 3, 4 or 5 items before the last, all different: the ranks with them are 4, 5 and 6.
    assert found[WITHOUT_OWN] == {RECALL: 1.0, NDCG: 1.0}
    assert found[ALL_ITEMS][RECALL] == 1.0
    assert found[ALL_ITEMS][NDCG] == pytest.approx(np.mean([1 / np.log2(rank + 1) for rank in (4, 5, 6)]))


def test_every_user_is_in_one_batch_with_users_of_like_length():
    lengths = [9, 1, 9, 1, 9, 1, 9]
    batches = yardstick._users_of_batches(lengths, 3, np.random.default_rng(1))
    assert sorted(np.concatenate(batches).tolist()) == list(range(7))
    assert sorted(tuple(sorted(lengths[user] for user in batch)) for batch in batches) == [(1, 1, 1), (9,), (9, 9, 9)]


def test_a_seed_that_has_a_result_is_not_trained_again(folder, report_of, monkeypatch):
    trained = []

    def train(log, config, seed, say):
        trained.append((seed, config.unifiedssr.dim, len(log.items), len(log.sequences)))
        figures = {RECALL: seed / 10, NDCG: seed / 20}
        both = {WITHOUT_OWN: figures, ALL_ITEMS: {RECALL: 0.0, NDCG: 0.0}}
        return {"seed": seed, "epoch": 7, "validation": both, "test": both, "seconds": 1.0}

    monkeypatch.setattr(yardstick, "train", train)
    common = ["--data", str(folder), "--folder", str(folder / "kept"), *SMALL]
    report_of(yardstick.main, *common, "--seeds", "1")
    report = report_of(yardstick.main, *common, "--seeds", "1", "3")
    assert trained == [(1, 8, ITEMS, USERS), (3, 8, ITEMS, USERS)]
    *published, ours, among_all = report["test"]
    assert ours == {"model": f"UnifiedSSR, {WITHOUT_OWN}", RECALL: pytest.approx(0.2), NDCG: pytest.approx(0.1)}
    assert among_all[RECALL] == 0
    assert published[-1] == {"model": "eSASRec", RECALL: 0.0928, NDCG: 0.0523}
    assert [each["seed"] for each in report["seeds"]] == [1, 3]
    # Other settings have results of their own.
    report_of(yardstick.main, *common, "--seeds", "1", "--set", "unifiedssr.dim=4")
    assert trained[2:] == [(1, 4, ITEMS, USERS)]


def test_without_the_log_nothing_is_measured_and_that_is_said(tmp_path, capsys):
    yardstick.main(["--data", str(tmp_path)])
    said = capsys.readouterr()
    assert f"{tmp_path / 'interactions.tsv.gz'} is not here, so nothing is measured" in said.err
    assert not said.out
