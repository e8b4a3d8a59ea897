import json
import math
import os
import subprocess
from pathlib import Path

import numpy as np
import pytest

from benchmarks.rivals import recbole_baseline
from benchmarks.rivals.recbole_baseline import LONGEST, atomic_lines, batch_size, place

PYTHON = os.environ.get("TANDEM_RECBOLE_PYTHON", "")
"""The Python of an environment that has RecBole (benchmarks/README.md)."""


def test_rows_are_written_as_recbole_reads_them():
    long = list(range(100, 100 + LONGEST + 5))
    rows = [[7, [3, 0], 2], [7, [], 1], [8, [1], -1], [9, long, 4]]
    header, first, last = atomic_lines(rows)
    assert header == "user_id:token\titem_id_list:token_seq\titem_id:token\n"
    assert first == "7\t3 0\t2\n"
    user, history, wanted = last.rstrip("\n").split("\t")
    assert (user, wanted) == ("9", "4") and history.split(" ") == [str(item) for item in long[5:]]


def test_a_place_counts_equal_scores_against_the_wanted_item_and_leaves_out_what_was_had():
    scores = np.array([0.5, 0.9, 0.5, 0.1, 0.7])
    # Before item 0 stand 1, 4 and its equal 2.
    assert place(scores, [], 0, exclude_seen=True) == 4
    assert place(scores, [1, 3], 0, exclude_seen=True) == 3
    assert place(scores, [1, 3], 0, exclude_seen=False) == 4
    # What was had and is wanted again is ranked with all the rest.
    assert place(scores, [1, 0], 0, exclude_seen=True) == 4
    assert place(scores, [], 1, exclude_seen=True) == 1
    assert place(np.array([np.nan, 0.2, 0.1]), [], 0, exclude_seen=True) == 3
    assert place(np.array([0.3, np.nan, 0.1]), [], 0, exclude_seen=True) == 2


def test_an_epoch_has_a_hundred_steps_where_there_are_rows_enough():
    assert [batch_size(rows) for rows in (100, 6_399, 6_400, 98_000, 204_799, 204_800, 10**9)] == [
        *(32, 32, 64, 512, 1024, 2048, 2048)
    ]


@pytest.mark.parametrize("split", ["train", "validation", "test"])
def test_a_log_without_histories_is_refused_before_recbole_is_asked(tmp_path, split):
    sequences = {"items": 3, "exclude_seen": True, **dict.fromkeys(("train", "validation", "test"), [[0, [1], 2]])}
    (tmp_path / "s.json").write_text(json.dumps(sequences | {split: [[0, [], 2], [0, [1], -1]]}))
    with pytest.raises(SystemExit, match=f"s.json: no example of `{split}` has a history, and RecBole needs one."):
        recbole_baseline.train_and_rank("SASRec", tmp_path / "s.json", tmp_path / "work", 1, 1)
    # RecBole gets the items that nobody engaged with, too.
    assert (tmp_path / "work" / "log" / "log.item").read_text() == "item_id:token\n0\n1\n2\n"


def cycle(users, items, length):
    """Each user goes round the items, from another start: who has seen any item knows the next."""
    train, validation, test = [], [], []
    for user in range(users):
        had = [(user * 7 + step) % items for step in range(length)]
        train += [[user, had[:step], had[step]] for step in range(length - 2)]
        validation.append([user, had[: length - 2], had[length - 2]])
        test.append([user, had[: length - 1], had[length - 1]])
    return {"train": train, "validation": validation, "test": test}


@pytest.fixture
def trained(tmp_path):
    """Trains a model of the real RecBole, in its own environment, and gives back what it wrote."""
    if not PYTHON:
        pytest.skip("TANDEM_RECBOLE_PYTHON names no Python with RecBole")

    def train(model, sequences, *options):
        (tmp_path / "sequences.json").write_text(json.dumps(sequences))
        command = [PYTHON, "-W", "ignore", str(Path(recbole_baseline.__file__).resolve())]
        files = ["--model", model, "--sequences", "sequences.json", "--output", "found.json"]
        done = subprocess.run([*command, *files, *options], cwd=tmp_path, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr[-2000:]
        return json.loads((tmp_path / "found.json").read_text())

    return train


def mean_ndcg(ranks):
    return np.mean([1 / math.log2(rank + 1) if 0 < rank <= 10 else 0.0 for rank in ranks])


def test_sasrec_of_the_real_recbole_learns_a_cycle_and_ranks_all_items(trained):
    # Items 20 to 22 were never engaged with. Two examples cannot be ranked: without history, of an unknown item.
    sequences = {"items": 23, "exclude_seen": False, **cycle(users=40, items=20, length=12)}
    sequences["test"] += [[0, [], 3], [1, [1, 2], -1]]
    found = trained("SASRec", sequences, "--epochs", "25", "--stopping-step", "30")
    *ranks, without_history, unknown = found["ranks"]
    assert (without_history, unknown, found["unanswered"]) == (0, 0, 1)
    assert mean_ndcg(ranks) > 0.9  # By chance it would be 0.2.
    # RecBole's own evaluation asks the same.
    assert found["test_by_recbole"] == pytest.approx(mean_ndcg(ranks), abs=1e-5)
    assert found["epochs"] == 25 and 1 <= found["best_epoch"] <= 25 and found["batch_size"] == 32


def test_bert4rec_of_the_real_recbole_ranks_as_recbole_does_and_stops(trained):
    sequences = {"items": 23, "exclude_seen": False, **cycle(users=40, items=20, length=12)}
    found = trained("BERT4Rec", sequences, "--epochs", "4", "--stopping-step", "0")
    assert found["test_by_recbole"] == pytest.approx(mean_ndcg(found["ranks"]), abs=1e-5)
    assert found["epochs"] <= 4
    # Of 23 items eleven are in the history.
    left_out = trained("BERT4Rec", sequences | {"exclude_seen": True}, "--epochs", "1")
    assert len(set(left_out["ranks"])) > 1 and max(left_out["ranks"]) <= 23 - 11
