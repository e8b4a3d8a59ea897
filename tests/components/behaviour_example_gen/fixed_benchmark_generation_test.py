"""A benchmark folder all the way to examples, on Beam, and what a broken one says."""

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


def config_of(folder, **changes):
    settings = {"train_negatives": 2, "evaluation_negatives": 2, "negatives": "popularity", "max_reject_share": 0.0}
    return DataConfig(
        source="fixed_benchmark",
        events=str(folder),
        item_columns=ItemColumns(attributes=("brand",)),
        **{**settings, **changes},
    )


def catalog_of(folder, config):
    for name in ("catalog", "rejects"):
        (folder / name).mkdir(parents=True)
    build_catalog(make_pipeline, config, str(folder / "catalog"), str(folder / "rejects"), NOW_MS)
    return list(read_table(str(folder / "catalog")))


@pytest.fixture(scope="module")
def catalog(tmp_path_factory):
    folder = tmp_path_factory.mktemp("catalog")
    return catalog_of(folder, config_of(write_benchmark(folder / "benchmark")))


@pytest.fixture(scope="module")
def made(tmp_path_factory, catalog):
    folder = tmp_path_factory.mktemp("made")
    config = config_of(write_benchmark(folder / "benchmark"), negatives="uniform")
    return generate(folder, config, catalog)


def test_the_catalogue_counts_engagements_of_train_only(catalog):
    assert {row.item.item_id: row.engagements for row in catalog} == {
        "a": 1, "b": 2, "c": 0, "d": 0, "e": 0, "f": 0, "g": 0, "h": 0, "i": 0
    }  # fmt: skip
    assert catalog[0].item.attributes == {"brand": "Bolt"}


def test_splits_and_candidates_are_the_benchmarks_own(made):
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
    (of_u1,) = (candidates[1:] for candidates in found["train"] if candidates[0] == "a")
    assert set(of_u1) <= {"g", "h", "i"}


def test_a_history_is_all_that_stands_at_smaller_positions(made):
    (example,) = (each for each in made.splits["test"] if each[features.CANDIDATES][0] == "f")
    assert example[features.TIMESTAMP_MS] == [172_800_000]
    assert example[features.HISTORY_KINDS] == [1, 2, 2, 1, 2]
    # The two searches for "red mug" are two sessions.
    assert example[features.HISTORY_ITEM_COUNTS] == [1, 1, 1, 1, 1]
    assert example[features.HISTORY_ITEMS] == ["a", "b", "c", "d", "e"]
    assert example[features.HISTORY_QUERIES] == ["red mug", "red mug", "tea pot"]


def test_the_summary_counts_candidates(made):
    counts = {"users": 2, "train": 3, "validation": 2, "test": 2, "catalog": 9}
    assert {name: made.summary.counts[name] for name in counts} == counts
    assert (made.summary.reports["event"].rows, made.summary.reports["candidate"].rows) == (8, 4)


def test_candidates_of_a_user_without_events(tmp_path, catalog):
    header, row = CANDIDATES["search_test"]
    folder = write_benchmark(tmp_path / "benchmark", search_test=[header, row, ("u9", 0, 3, "0 1")])
    message = f"{folder}/candidates_search_test.tsv.gz:3: user_id 'u9', position 0: the event file has no such event."
    with pytest.raises(DataError, match="^" + re.escape(message)):
        generate(tmp_path, config_of(folder), catalog)


def test_a_broken_event_is_told_before_the_candidates_that_miss_it(tmp_path, catalog):
    events = [*EVENTS[:5], (*EVENTS[5][:6], "final"), *EVENTS[6:]]
    folder = write_benchmark(tmp_path / "benchmark", events=events)
    with pytest.raises(DataError) as error:
        generate(tmp_path, config_of(folder), catalog)
    assert str(error.value).startswith("1 of 8 event rows (12.50%) cannot be used")
    assert f"{folder}/events.tsv.gz:6: unknown split: column 'split' holds 'final'" in str(error.value)


def test_a_benchmark_without_training_events(tmp_path, catalog):
    events = [EVENTS[0], *(event for event in EVENTS[1:] if event[-1] != "train")]
    folder = write_benchmark(tmp_path / "benchmark", events=events)
    with pytest.raises(DataError) as error:
        generate(tmp_path, config_of(folder), catalog)
    assert str(error.value) == (
        f"data.events = {folder}: no example falls into train. Training needs events of the split train, evaluation "
        "rows in the files of candidates."
    )
