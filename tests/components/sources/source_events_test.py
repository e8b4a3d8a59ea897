import apache_beam as beam
from apache_beam.testing.util import assert_that, equal_to

from components.sources.adapter import adapter
from components.sources.data_config import DataConfig
from components.sources.source_events import completed, source_events
from schemas.canonical_event import Event, Item, Surface
from tests.support.generated_examples import NOW_MS
from tests.support.raw_files import lines, make_pipeline, write

HEADER = ("user_id", "timestamp_ms", "surface", "item_id")
LOG = [("u1", 1, "recommendation", "a"), ("u1", 2, "recommendation", "b"), ("u2", 3, "recommendation", "a")]


def placed(*rows):
    return [(0, line, Event(row[0], row[1], Surface.RECOMMENDATION, item_id=row[3])) for line, row in rows]


def test_rows_that_the_core_leaves_out_are_read_all_the_same(tmp_path):
    rows = [*LOG, ("u2", 4, "recommendation", "b"), ("u3", 5, "recommendation", "b"), ("", 6, "recommendation", "b")]
    config = DataConfig(events=write(tmp_path / "log.tsv", lines(HEADER, *rows)), core=2)
    with make_pipeline() as pipeline:
        events = source_events(pipeline, config, NOW_MS)
        assert_that(events.rows, equal_to(placed(*enumerate(rows[:5], start=2))), label="rows")
        assert_that(events.kept, equal_to(placed(*enumerate(rows[:4], start=2))), label="kept")
        assert_that(
            events.rejects | beam.Map(str), equal_to([f"{config.events}:7: missing user: column 'user_id' is empty"])
        )


def test_without_a_core_all_is_kept(tmp_path):
    config = DataConfig(events=write(tmp_path / "log.tsv", lines(HEADER, *LOG)))
    with make_pipeline() as pipeline:
        assert_that(source_events(pipeline, config, NOW_MS).kept, equal_to(placed(*enumerate(LOG, start=2))))


def test_events_are_completed_by_their_items():
    events = placed(*enumerate([*LOG, ("u9", 5, "recommendation", "unheard of")]))
    items = [("a", Item("a", queries=("home mugs",))), ("c", Item("c"))]
    source = adapter("amazon_reviews")
    expected = [
        (file, line, source.with_item(event, dict(items).get(event.item_id, Item("")))) for file, line, event in events
    ]
    assert {event.query for *_, event in expected} == {"", "home mugs"}
    with make_pipeline() as pipeline:
        rows = pipeline | "E" >> beam.Create(events)
        assert_that(completed(rows, pipeline | "I" >> beam.Create(items), source), equal_to(expected))
        assert completed(rows, None, adapter("events")) is rows
