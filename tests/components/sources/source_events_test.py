import apache_beam as beam
import pytest
from apache_beam.testing.util import assert_that, equal_to

from components.sources.data_config import DataConfig
from components.sources.event_rows import EventColumns
from components.sources.source_events import source_events
from schemas.canonical_event import Event, Surface
from tests.support.generated_examples import NOW_MS
from tests.support.raw_files import lines, make_pipeline, write

LOG = [("u1", 1, "a"), ("u1", 2, "b"), ("u2", 3, "a"), ("u2", 4, "b"), ("u3", 5, "b"), ("", 6, "b")]
EVENTS = [
    (0, line, Event(user, time, Surface.RECOMMENDATION, item_id=item)) for line, (user, time, item) in enumerate(LOG, 2)
]


@pytest.mark.parametrize(("core", "kept"), [(0, 5), (2, 4)])
def test_rows_that_the_core_leaves_out_are_read_all_the_same(tmp_path, core, kept):
    log = write(tmp_path / "log.tsv", lines(("who", "when", "what"), *LOG))
    columns = EventColumns(user_id="who", timestamp="when", surface="", item_id="what")
    with make_pipeline() as pipeline:
        events = source_events(pipeline, DataConfig(columns=columns, core=core, earliest=""), [log], NOW_MS)
        assert_that(events.rows, equal_to(EVENTS[:5]), label="rows")
        assert_that(events.kept, equal_to(EVENTS[:kept]), label="kept")
        assert_that(events.rejects | beam.Map(str), equal_to([f"{log}:7: missing user: column 'who' is empty"]))
