from components.behaviour_example_gen.examples.splits import assign_splits, by_time, leave_one_out
from components.sources.data_config import DataConfig
from schemas.canonical_event import Event, Surface


def targets(surfaces, times=None):
    kinds = {"r": Surface.RECOMMENDATION, "s": Surface.SEARCH}
    return [
        Event("u", time, kinds[surface], item_id="a")
        for surface, time in zip(surfaces, times or range(len(surfaces)), strict=True)
    ]


def test_the_last_of_each_surface_is_test_and_the_second_last_validation():
    assert leave_one_out(targets("rrsrss")) == ["train", "validation", "train", "test", "validation", "test"]


def test_users_with_few_targets():
    assert leave_one_out(targets("r")) == ["test"]
    assert leave_one_out(targets("srs")) == ["validation", "test", "test"]
    assert leave_one_out([]) == []


def test_a_moment_belongs_to_what_follows_it():
    found = by_time(targets("rsrs", [9, 10, 19, 20]), validation_from_ms=10, test_from_ms=20)
    assert found == ["train", "validation", "validation", "test"]


def test_the_configuration_chooses():
    some = targets("rrr", [0, 30_000, 120_000])
    assert assign_splits(some, DataConfig()) == ["train", "validation", "test"]
    config = DataConfig(split="time", validation_from="1970-01-01T00:01", test_from="1970-01-01T00:02")
    assert assign_splits(some, config) == ["train", "train", "test"]
