import pytest

from components.behaviour_example_gen.examples.splits import assign_splits
from components.sources.data_config import DataConfig
from schemas.canonical_event import Event, Surface

BY_TIME = {"split": "time", "validation_from": "1970-01-01T00:00:10", "test_from": "1970-01-01T00:00:20"}


@pytest.mark.parametrize(
    ("settings", "surfaces", "seconds", "splits"),
    [
        # The last of each surface is test, and the second last validation.
        ({}, "rrsrss", range(6), ["train", "validation", "train", "test", "validation", "test"]),
        ({}, "r", [0], ["test"]),
        ({}, "srs", range(3), ["validation", "test", "test"]),
        ({}, "", [], []),
        # A moment belongs to what follows it.
        (BY_TIME, "rsrs", [9, 10, 19, 20], ["train", "validation", "validation", "test"]),
    ],
)
def test_the_split_of_each_target(settings, surfaces, seconds, splits):
    kinds = {"r": Surface.RECOMMENDATION, "s": Surface.SEARCH}
    targets = [Event("u", 1_000 * time, kinds[each], item_id="a") for each, time in zip(surfaces, seconds, strict=True)]
    assert assign_splits(targets, DataConfig(**settings)) == splits
