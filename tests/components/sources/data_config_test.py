import re

import pytest

from components.sources.data_config import DataConfig
from components.sources.event_rows import NULL_MARKERS, EventColumns, ItemColumns, RowRules, UserColumns

VALUES = {"surface_values": {"search": ("srp",), "recommendation": ("home", "pdp")}}


def test_json_round_trip():
    config = DataConfig(
        events="log.csv",
        columns=EventColumns(user_id="who", surface="page", context=("device",), **VALUES),
        null_markers=("?", ""),
        label_threshold=3.5,
        item_columns=ItemColumns(title="name", attributes=("brand",)),
        users="users.csv",
        user_columns=UserColumns(user_id="who", attributes=("level",)),
        seed=3,
    )
    assert DataConfig.from_json(config.to_json()) == config


def test_the_rules_of_rows_are_those_of_the_settings():
    rules = DataConfig(timezone="Asia/Kolkata", earliest="1980-01-01").row_rules
    # Ten years, two of them leap years; Kolkata is five and a half hours ahead.
    assert rules.earliest_ms == (10 * 365 + 2) * 86_400_000 - 19_800_000
    assert str(rules.zone) == "Asia/Kolkata"
    assert DataConfig().row_rules.earliest_ms == 631_152_000_000
    assert DataConfig(earliest="").row_rules.earliest_ms == 0
    assert (rules.null_markers, rules.label_threshold) == (frozenset(NULL_MARKERS), None)
    # Layouts that are published fix what their values mean.
    assert DataConfig(source="kuaisar", timezone="Asia/Kolkata").row_rules == RowRules()


def test_moments_are_utc_unless_they_say_otherwise_and_paths_are_taken_from_the_folder():
    config = DataConfig(split="time", validation_from="1970-01-01T00:01", test_from="1970-01-01T02:00+01:00")
    assert (config.validation_from_ms, config.test_from_ms) == (60_000, 3_600_000)
    local = DataConfig(split="time", timezone="Asia/Kolkata", validation_from="2011-11-01", test_from="2011-11-02")
    # 1 November 2011, 00:00 UTC is 1,320,105,600 s.
    assert local.validation_from_ms == 1_320_105_600_000 - 19_800_000
    for path in ("e.tsv", "/mnt/e.tsv", "s3://other/e.tsv", ""):
        located = "gs://bucket/logs/e.tsv" if path == "e.tsv" else path
        assert DataConfig(path="gs://bucket/logs/").located(path) == located
        assert DataConfig().located(path) == path


@pytest.mark.parametrize(
    ("name", "value", "range_"),
    [
        ("max_reject_share", 1.5, "from 0 to 1"),
        *((name, 0, "at least 1") for name in ("core_rounds", "train_negatives", "evaluation_negatives")),
        *((name, 0, "at least 1") for name in ("items_per_session", "recommendation_history", "search_history")),
        *((name, -1, "at least 0") for name in ("max_events_per_user", "core", "last_spans", "seed")),
    ],
)
def test_numbers_out_of_their_range_are_refused(name, value, range_):
    with pytest.raises(ValueError, match=f"^`{name}` should be {range_}. Received: {name}={value}$"):
        DataConfig(**{name: value})


BY_TIME = {"split": "time", "test_from": "2011-12-01"}
NO_SPAN = "needs {SPAN} in data.events, where the number of the day stands."
TOGETHER = "data.users and data.user_columns.attributes go together: the files, and which of their columns are read."
ISO_8601 = "data.validation_from should be ISO 8601, such as 2011-11-01T00:00."
IN_ORDER = "data.validation_from should be before data.test_from."


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"split": "random"}, "data.split should be one of leave_one_out, time. Received: 'random'"),
        ({"negatives": "hard"}, "data.negatives should be one of uniform, popularity, shown, category. Received: 'ha"),
        ({"last_spans": 7, "events": "logs/*.tsv"}, f"data.last_spans = 7 {NO_SPAN} Received: 'logs/*.tsv'"),
        ({"users": "users.csv"}, f"{TOGETHER} Received: 'users.csv' and []"),
        ({"user_columns": UserColumns(attributes=("level",))}, f"{TOGETHER} Received: '' and ['level']"),
        (
            {"timezone": "Berlin"},
            "data.timezone: 'Berlin' is no time zone; give an IANA name such as Europe/Berlin or UTC",
        ),
        (
            {"label_threshold": 4.0, "columns": EventColumns(label_values={"buy": 1})},
            "data.label_threshold and data.columns.label_values exclude each other",
        ),
        ({"earliest": "long ago"}, "data.earliest should be ISO 8601, such as 2011-11-01T00:00. Received: 'long ago'"),
        ({**BY_TIME, "validation_from": "soon"}, f"{ISO_8601} Received: 'soon'"),
        ({**BY_TIME, "validation_from": "2011-12-02"}, f"{IN_ORDER} Received: 2011-12-02 and 2011-12-01"),
    ],
)
def test_settings_that_mean_nothing_are_refused(changes, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        DataConfig(**changes)
