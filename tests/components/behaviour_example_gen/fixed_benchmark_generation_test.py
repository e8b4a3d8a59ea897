"""A benchmark folder all the way to examples, on Beam, and what a broken one says."""

import dataclasses
import re

import pytest

from components.item_catalog.catalog import build_catalog
from components.item_catalog.table import read_table
from components.raw_files.refusal import DataError
from components.sources.data_config import DataConfig
from components.sources.event_rows import ItemColumns
from schemas import features
from tests.support.fixed_benchmark import CANDIDATES, EVENTS, write_benchmark
from tests.support.generated_examples import NOW_MS, generate
from tests.support.raw_files import make_pipeline


def config_of(folder):
    return DataConfig(
        source="fixed_benchmark",
        events=folder,
        item_columns=ItemColumns(attributes=("brand",)),
        train_negatives=2,
        evaluation_negatives=2,
        max_reject_share=0.0,
    )


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("benchmark")


@pytest.fixture(scope="module")
def catalog(folder):
    build_catalog(make_pipeline, config_of(write_benchmark(folder)), str(folder), str(folder), NOW_MS)
    return list(read_table(str(folder)))


@pytest.fixture(scope="module")
def made(folder, catalog):
    return generate(folder / "made", config_of(str(folder)), catalog)


def test_splits_and_candidates_are_the_benchmarks_own(made, catalog):
    # The catalogue counts engagements of train only.
    assert {row.item.item_id: row.engagements for row in catalog} == {**dict.fromkeys("cdefghi", 0), "a": 1, "b": 2}
    assert catalog[0].item.attributes == {"brand": "Bolt"}
    found = {
        split: sorted(example[features.CANDIDATES] for example in made.splits[split])
        for split in features.BEHAVIOUR_SPLITS
    }
    # u2's test event has no row of candidates.
    assert found["validation"] == [["c", "h", "g"], ["d", "i", "h"]]
    assert found["test"] == [["e", "g", "i"], ["f", "h", "i"]]
    # u1's first event is a target although its history is empty; what is drawn is of no event of the user.
    assert [candidates[0] for candidates in found["train"]] == ["a", "b", "b"]
    assert all(len(candidates) == 3 for candidates in found["train"])
    assert set(found["train"][0][1:]) <= {"g", "h", "i"}
    counts = {"users": 2, "train": 3, "validation": 2, "test": 2, "catalog": 9}
    assert {name: made.summary.counts[name] for name in counts} == counts
    assert (made.summary.reports["event"].rows, made.summary.reports["candidate"].rows) == (8, 4)


def test_negatives_of_the_history_are_drawn_for_training_alone(folder, catalog, made):
    """Candidates that are given stay as they are. u1's second event has its first one's item as its only history."""
    config = dataclasses.replace(config_of(str(folder)), history_negatives=0.5)
    own = generate(folder / "own", config, catalog)
    for split in ("validation", "test"):
        assert own.splits[split] == made.splits[split]
    train = [example[features.CANDIDATES] for example in own.splits["train"]]
    assert [(of[0], "a" in of[1:], len(of)) for of in sorted(train, key=lambda of: (of[0], "a" in of[1:]))] == [
        ("a", False, 3), ("b", False, 3), ("b", True, 3)
    ]  # fmt: skip


def test_a_history_is_all_that_stands_at_smaller_positions(made):
    (example,) = (each for each in made.splits["test"] if each[features.CANDIDATES][0] == "f")
    assert example[features.TIMESTAMP_MS] == [172_800_000]
    assert example[features.HISTORY_KINDS] == [1, 2, 2, 1, 2]
    # The two searches for "red mug" are two sessions.
    assert example[features.HISTORY_ITEM_COUNTS] == [1, 1, 1, 1, 1]
    assert example[features.HISTORY_ITEMS] == ["a", "b", "c", "d", "e"]
    assert example[features.HISTORY_QUERIES] == ["red mug", "red mug", "tea pot"]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        # Candidates of a user without events.
        (
            {"search_test": [*CANDIDATES["search_test"], ("u9", 0, 3, "0 1")]},
            "{}/candidates_search_test.tsv.gz:3: user_id 'u9', position 0: the event file has no such event.",
        ),
        # A broken event is told before the candidates that miss it.
        ({"events": [*EVENTS[:5], (*EVENTS[5][:6], "final")]}, "1 of 5 event rows (20.00%) cannot be used"),
        (
            {"events": [each for each in EVENTS if each[-1] != "train"]},
            "data.events = {}: no example falls into train. Training needs events of the split train, evaluation rows "
            "in the files of candidates.",
        ),
    ],
)
def test_broken_benchmarks(tmp_path, catalog, changes, message):
    folder = write_benchmark(tmp_path / "benchmark", **changes)
    with pytest.raises(DataError, match="^" + re.escape(message.format(folder))):
        generate(tmp_path, config_of(folder), catalog)
