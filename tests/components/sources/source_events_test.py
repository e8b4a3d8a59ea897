import apache_beam as beam
import pytest
from apache_beam.testing.util import assert_that, equal_to

from components.raw_files import file_parts
from components.sources.adapters.event_tables import event_parts
from components.sources.data_config import DataConfig
from components.sources.event_batch import events_of_batch
from components.sources.event_rows import EventColumns
from components.sources.source_events import source_events
from components.sources.source_files import SourceFiles
from schemas.canonical_event import Event, Surface
from tests.support.generated_examples import NOW_MS
from tests.support.raw_files import lines, make_pipeline, write

LOG = [("u1", 1, "a"), ("u1", 2, "b"), ("u2", 3, "a"), ("u2", 4, "b"), ("u3", 5, "b"), ("", 6, "b")]
EVENTS = [
    (0, line, Event(user, time, Surface.RECOMMENDATION, item_id=item)) for line, (user, time, item) in enumerate(LOG, 2)
]


@pytest.mark.parametrize("folder", ["logs[v2]", "two words é", 'it\'s *all* "so"?', "x" * 250])
def test_a_folder_of_any_name_is_read(folder, tmp_path):
    (tmp_path / folder).mkdir()
    write(tmp_path / folder / "log.tsv", lines(("who", "when", "what"), *LOG[:2]))
    columns = EventColumns(user_id="who", timestamp="when", surface="", item_id="what")
    for events in ("log.tsv", "*.tsv"):
        config = DataConfig(path=str(tmp_path / folder), events=events, columns=columns, earliest="")
        files = SourceFiles.of_config(config)
        assert files.event_files == [str(tmp_path / folder / "log.tsv")]
        with make_pipeline() as pipeline:
            found = source_events(pipeline, config, files.event_files, NOW_MS)
            assert_that(found.kept, equal_to(EVENTS[:2]), label="kept")


def test_robots_are_left_out_before_the_core_is_counted(tmp_path):
    """Without u2, who has three events, `a` and `b` have one user each, so that nothing is left."""
    log = write(tmp_path / "log.tsv", lines(("who", "when", "what"), *LOG[:4], ("u2", 9, "c")))
    columns = EventColumns(user_id="who", timestamp="when", surface="", item_id="what")
    config = DataConfig(columns=columns, core=2, max_events_per_user_day=2, earliest="")
    with make_pipeline() as pipeline:
        events = source_events(pipeline, config, [log], NOW_MS)
        assert_that(events.kept, equal_to([]), label="kept")
        assert_that(events.rows | beam.combiners.Count.Globally(), equal_to([5]), label="rows")
        totals = events.counts | beam.CombinePerKey(sum)
        assert_that(totals, equal_to([("robots", 1), ("robot_events", 3)]), label="counts")


def test_a_large_file_is_read_in_parts_as_it_is_read_whole(tmp_path, monkeypatch):
    monkeypatch.setattr(file_parts, "PART_BYTES", 12)
    log = write(tmp_path / "log.tsv", lines(("who", "when", "what"), *LOG))
    columns = EventColumns(user_id="who", timestamp="when", surface="", item_id="what")
    config = DataConfig(columns=columns, earliest="")
    assert len(event_parts(log, config)) == 3
    with make_pipeline() as pipeline:
        events = source_events(pipeline, config, [log], NOW_MS)
        assert_that(events.rows, equal_to(EVENTS[:5]), label="rows")
        assert_that(events.rejects | beam.Map(str), equal_to([f"{log}:7: missing user: column 'who' is empty"]))


@pytest.mark.parametrize(("core", "kept"), [(0, 5), (2, 4)])
def test_rows_that_the_core_leaves_out_are_read_all_the_same(tmp_path, core, kept):
    log = write(tmp_path / "log.tsv", lines(("who", "when", "what"), *LOG))
    columns = EventColumns(user_id="who", timestamp="when", surface="", item_id="what")
    with make_pipeline() as pipeline:
        events = source_events(pipeline, DataConfig(columns=columns, core=core, earliest=""), [log], NOW_MS)
        assert_that(events.rows, equal_to(EVENTS[:5]), label="rows")
        assert_that(events.kept, equal_to(EVENTS[:kept]), label="kept")
        assert_that(events.rejects | beam.Map(str), equal_to([f"{log}:7: missing user: column 'who' is empty"]))


@pytest.mark.parametrize(
    ("settings", "are_batches"), [({}, True), ({"core": 1}, False), ({"max_events_per_user_day": 9}, False)]
)
def test_batches_are_read_where_nothing_looks_at_single_events(tmp_path, settings, are_batches):
    log = write(tmp_path / "log.tsv", lines(("who", "when", "what"), *LOG[:5]))
    columns = EventColumns(user_id="who", timestamp="when", surface="", item_id="what")
    config = DataConfig(columns=columns, earliest="", **settings)

    def check(kept):
        if not are_batches:
            return equal_to(EVENTS[:5])(kept)
        ((file, line, batch),) = kept
        assert (file, line, list(events_of_batch(batch))) == (0, 2, [event for _, _, event in EVENTS[:5]])

    with make_pipeline() as pipeline:
        assert_that(source_events(pipeline, config, [log], NOW_MS, in_batches=True).kept, check, label="in batches")
        assert_that(source_events(pipeline, config, [log], NOW_MS, "Alone").kept, equal_to(EVENTS[:5]), label="alone")
