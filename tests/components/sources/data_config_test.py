import re

import pytest

from components.raw_files.file_format import FileFormat
from components.raw_files.refusal import DataError
from components.sources.data_config import DataConfig
from components.sources.event_rows import NULL_MARKERS, EventColumns, ItemColumns, RowRules, UserColumns
from components.sources.log_sources import EventSource, ItemSource, UserSource

VALUES = {"surface_values": {"search": ("srp",), "recommendation": ("home", "pdp")}}


def test_json_round_trip():
    config = DataConfig(
        events="log.csv",
        columns=EventColumns(user_id="who", surface="page", context=("device",), **VALUES),
        null_markers=("?", ""),
        label_threshold=3.5,
        item_columns=ItemColumns(title="name", attributes=("brand",)),
        **{"format": "csv", "delimiter": ";", "header": False, "column_names": ("who", "what")},
        item_files=FileFormat(encoding="gb18030", header=False, column_names=("item_id", "name", "brand")),
        users="users.csv",
        user_columns=UserColumns(user_id="who", attributes=("level",), numbers=("age",)),
        seed=3,
    )
    assert DataConfig.from_json(config.to_json()) == config
    several = DataConfig(
        sources=(EventSource("s", "search", 1, columns=EventColumns(context=("device",))), EventSource("f", label=0)),
        item_sources=(
            ItemSource("i", FileFormat(format="tsv"), ItemColumns("sku", attributes=("brand",), numbers=("p",))),
        ),
        user_sources=(UserSource("u", user_columns=UserColumns(attributes=("level",))),),
    )
    assert DataConfig.from_json(several.to_json()) == several


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
        *(("history_negatives", value, "from 0 to 1") for value in (-0.1, 1.1)),
        *((name, 0, "at least 1") for name in ("core_rounds", "train_negatives", "evaluation_negatives")),
        *((name, 0, "at least 1") for name in ("items_per_session", "recommendation_history", "search_history")),
        *(
            (name, -1, "at least 0")
            for name in ("max_events_per_user", "max_events_per_user_day", "core", "last_spans", "seed")
        ),
    ],
)
def test_numbers_out_of_their_range_are_refused(name, value, range_):
    with pytest.raises(ValueError, match=f"^`{name}` should be {range_}. Received: {name}={value}$"):
        DataConfig(**{name: value})


BY_TIME = {"split": "time", "test_from": "2011-12-01"}
NO_SPAN = "needs {SPAN} in data.events, where the number of the day stands."
TOGETHER = "data.users and data.user_columns.attributes or .numbers go together: the files, and which of their columns"
SEVERAL = (EventSource("s.csv"),)
ISO_8601 = "data.validation_from should be ISO 8601, such as 2011-11-01T00:00."
IN_ORDER = "data.validation_from should be before data.test_from."


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"split": "random"}, "data.split should be one of leave_one_out, time. Received: 'random'"),
        ({"negatives": "hard"}, "data.negatives should be one of uniform, popularity, shown, category. Received: 'ha"),
        ({"last_spans": 7, "events": "logs/*.tsv"}, f"data.last_spans = 7 {NO_SPAN} Received: 'logs/*.tsv'"),
        ({"delimiter": "semi"}, "`delimiter` should be a sign such as ; or |, several such as ::, or one of comma, se"),
        ({"source": "kuaisar", "encoding": "gbk"}, "are for `source: events`; the files of other sources have one for"),
        ({"sources": (EventSource(),)}, "data.sources[0].events is empty; give the path or glob of its files."),
        (
            {"sources": SEVERAL, "events": "e"},
            "data.sources takes the place of data.events: leave one of the two out. Received: 'e' and 1 sources",
        ),
        ({"item_sources": (ItemSource("i"),), "items": "j"}, "data.item_sources takes the place of data.items: leave"),
        (
            {"sources": SEVERAL, "delimiter": ";"},
            "are those of data.events: with data.sources, write them into ",
        ),
        ({"sources": SEVERAL, "source": "kuaisar"}, "data.sources is for `source: events`. Received: source='kuaisar'"),
        ({"user_sources": (UserSource("u"),)}, f"{TOGETHER} are read. Received: 'u' and []"),
        ({"sources": SEVERAL, "last_spans": 7}, f"data.last_spans = 7 {NO_SPAN}"),
        ({"users": "users.csv"}, f"{TOGETHER} are read. Received: 'users.csv' and []"),
        ({"user_columns": UserColumns(attributes=("level",))}, f"{TOGETHER} are read. Received: '' and ['level']"),
        (
            {"timezone": "Berlin"},
            "data.timezone: 'Berlin' is no time zone; give an IANA name such as Europe/Berlin or UTC",
        ),
        (
            {"label_threshold": 4.0, "columns": EventColumns(label_values={"buy": 1})},
            "data.label_threshold and data.columns.label_values exclude each other",
        ),
        (
            {"source": "jdsearch", "item_columns": ItemColumns(numbers=("price",))},
            "data.item_columns.numbers and .vectors are for tables of items of the sources events, fixed_benchmark.",
        ),
        ({"source": "kuaisar", "item_columns": ItemColumns(vectors="picture")}, "Received: source='kuaisar'"),
        ({"earliest": "long ago"}, "data.earliest should be ISO 8601, such as 2011-11-01T00:00. Received: 'long ago'"),
        ({**BY_TIME, "validation_from": "soon"}, f"{ISO_8601} Received: 'soon'"),
        ({**BY_TIME, "validation_from": "2011-12-02"}, f"{IN_ORDER} Received: 2011-12-02 and 2011-12-01"),
    ],
)
def test_settings_that_mean_nothing_are_refused(changes, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        DataConfig(**changes)


def test_a_file_belongs_to_the_entry_whose_pattern_its_path_matches():
    config = DataConfig(
        path="logs",
        sources=(EventSource("s/{SPAN}/*.csv", columns=EventColumns(context=("device",))), EventSource("[ab]?.csv")),
        item_sources=(ItemSource("i.csv"), ItemSource("/m/**.csv", item_columns=ItemColumns(attributes=("brand",)))),
        user_sources=(UserSource("u.csv", user_columns=UserColumns(attributes=("level",))),),
        pretraining_events="old.csv",
        columns=EventColumns(user_id="who"),
    )
    for path, place in (("logs/s/20260131/x.csv", 0), ("logs/a1.csv", 1), ("logs/b2.csv", 1)):
        assert config.event_source_of(path) == (f"data.sources[{place}].", config.sources[place])
    # Events of pre-training are no entry.
    assert config.event_source_of("logs/old.csv") == ("data.", EventSource("", columns=EventColumns(user_id="who")))
    with pytest.raises(
        DataError, match=r"^logs/c\.csv: its path is none of those that the entries of data\.sources name"
    ):
        config.event_source_of("logs/c.csv")
    assert config.item_source_of("/m/x/y.csv") == ("data.item_sources[1].", config.item_sources[1])
    assert config.user_source_of("logs/u.csv") == ("data.user_sources[0].", config.user_sources[0])
    assert (config.context, config.item_attributes, config.user_attributes) == (("device",), ("brand",), ("level",))
    single = DataConfig(items="i", users="u", user_columns=UserColumns(attributes=("level",)), seed=3)
    assert single.item_source_of("i") == ("data.", ItemSource("i"))
    assert single.user_source_of("u") == ("data.", UserSource("u", user_columns=single.user_columns))
    assert (single.has_users, config.has_users, DataConfig().has_users) == (True, True, False)


def test_the_actions_of_all_logs_and_their_weights():
    assert not DataConfig().has_weights and not DataConfig().has_actions
    dwell = DataConfig(columns=EventColumns(weight="seconds"))
    assert dwell.has_weights and not dwell.has_actions
    shop = EventColumns(weight="did", weight_values={"buy": 5.0, "cart": 2.0, "click": 1.0})
    app = EventColumns(weight="event", weight_values={"tap": 1.0, "wish": 2.0, "cart": 2.0})
    both = DataConfig(sources=(EventSource("shop.csv", columns=shop), EventSource("app.csv", columns=app)))
    assert both.has_weights and both.has_actions
    assert list(both.action_names.items()) == [(1.0, "click, tap"), (2.0, "cart, wish"), (5.0, "buy")]
    assert DataConfig.from_json(both.to_json()) == both
    # The log of pre-training is read by `data.columns`.
    assert DataConfig(pretraining_events="old.csv", sources=(EventSource("a.csv"),), columns=shop).has_actions


def test_places_of_any_log():
    assert not DataConfig().has_places
    placed = EventColumns(place="rank")
    assert DataConfig(columns=placed).has_places
    assert DataConfig(sources=(EventSource("a.csv"), EventSource("b.csv", columns=placed))).has_places
    listed = DataConfig(columns=EventColumns(lists=("hits",), item_id="hits.id", list_order=True))
    assert listed.has_places and DataConfig.from_json(listed.to_json()) == listed
    # Nobody was measured by what pre-training reads.
    assert not DataConfig(pretraining_events="old.csv", sources=(EventSource("a.csv"),), columns=placed).has_places
    with pytest.raises(ValueError, match="are for `source: events`. Received: source='kuaisar'"):
        DataConfig(source="kuaisar", columns=placed)


def test_the_numbers_of_all_tables_are_known_by_name():
    config = DataConfig(
        item_sources=(
            ItemSource("i", item_columns=ItemColumns(numbers=("price",))),
            ItemSource("j", item_columns=ItemColumns(numbers=("stars", "price"), vectors="picture")),
        ),
        user_sources=(UserSource("u", user_columns=UserColumns(numbers=("age",))),),
    )
    assert (config.item_numbers, config.user_numbers) == (("price", "stars"), ("age",))
    assert config.has_item_vectors and not DataConfig().has_item_vectors


@pytest.mark.parametrize(
    ("share", "negatives", "of_history"),
    # 0.29 * 100 is 28.999999999999996 in floats.
    [(0.0, 99, 0), (0.5, 99, 49), (0.5, 4, 2), (0.5, 1, 0), (0.29, 100, 29), (0.999, 100, 99), (1.0, 7, 7)],
)
def test_the_share_of_negatives_of_the_history_is_rounded_down(share, negatives, of_history):
    assert DataConfig(history_negatives=share).of_history(negatives) == of_history
