"""What is said of what was left out, and when a run fails for it."""

import dataclasses
import re

import pytest

from components.behaviour_example_gen.left_out import check_left_out, left_out_of
from components.raw_files.refusal import DataError
from components.sources.data_config import DataConfig

CONFIG = DataConfig(max_events_per_user=50, max_events_per_user_day=200)


@pytest.mark.parametrize(
    ("counts", "said"),
    [
        ({"users_cut": 0, "events_cut": 0, "robots": 0, "left_out_train": 0}, []),
        (
            {"users_cut": 2, "events_cut": 1234},
            ["2 users have more than data.max_events_per_user = 50 events; their 1,234 oldest ones were left out."],
        ),
        (
            {"events_repeated": 1234},
            [
                "1,234 events stand in the log more than once, equal in all that they say; each is taken once. Was a "
                "file shipped twice, or does data.events match a file and its copy?"
            ],
        ),
        (
            {"weaker_actions": 1234},
            [
                "1,234 events are further actions with an item in the same list, such as a purchase after a click; the "
                "strongest counts (data.columns.weight_values)."
            ],
        ),
        (
            {"robots": 3, "robot_events": 4567},
            [
                "3 users have more than data.max_events_per_user_day = 200 events on some day; they were left out with "
                "all of their 4,567 events."
            ],
        ),
        (
            {"left_out_train": 5, "left_out_test": 2, "users_with_nearly_all_items": 1, "catalog": 60},
            [
                "7 targets of 1 users were left out, because too few of the catalogue's 60 items are left that these "
                "users did not engage with (data.train_negatives = 4, data.evaluation_negatives = 99). If they are "
                "crawlers, data.max_events_per_user_day leaves them out whole."
            ],
        ),
    ],
)
def test_each_kind_is_a_sentence(counts, said):
    assert left_out_of(CONFIG, counts) == said


@pytest.mark.parametrize(
    ("counts", "field"),
    [
        ({"train": 4, "left_out_train": 5}, "train_negatives = 4"),
        ({"validation": 0, "left_out_validation": 1}, "evaluation_negatives = 99"),
        ({"left_out_pretrain": 1}, "train_negatives = 4"),
    ],
)
def test_a_split_that_loses_more_than_it_keeps_ends_the_run(counts, field):
    with pytest.raises(DataError, match=f"^data.{field}: for .* Lower data.{field.split()[0]}, or give more items"):
        check_left_out(CONFIG, {"catalog": 60, **counts})


def test_what_ends_the_run_says_which_negatives_may_be_the_users_own():
    for share, said in ((0.0, ""), (0.5, ", but for those of the history (data.history_negatives = 0.5)")):
        config = dataclasses.replace(CONFIG, history_negatives=share)
        with pytest.raises(DataError, match=re.escape(f"the user engaged with is no negative{said}. Lower data.")):
            check_left_out(config, {"catalog": 60, "train": 1, "left_out_train": 5})


def test_a_split_that_loses_as_many_as_it_keeps_goes_on():
    check_left_out(CONFIG, {"catalog": 60, "train": 5, "left_out_train": 5})
