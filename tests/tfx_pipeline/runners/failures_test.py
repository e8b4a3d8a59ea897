import errno
import sqlite3
from pathlib import Path

import apache_beam as beam
import pytest

from components.raw_files.refusal import DataError
from tfx_pipeline.runners.failures import failure_of, tell
from tfx_pipeline.runners.watched_runner import ComponentFailed

RUNNER = "apache_beam.runners.portability.fn_api_runner.FnApiRunner"
REFUSED = "events.tsv:7: no time: column 'when' holds 'soon'.\nMend it, or raise data.max_reject_share."


def raised(work):
    with pytest.raises(Exception) as caught:
        work()
    return caught.value


def refused(*_):
    raise DataError(REFUSED)


def in_a_worker(work):
    """What comes of an error in a worker of Beam's own runner."""

    def run():
        with beam.Pipeline(argv=[f"--runner={RUNNER}", "--direct_running_mode=in_memory"]) as pipeline:
            _ = pipeline | beam.Create([1]) | "Examples/Of each" >> beam.Map(work)

    return raised(run)


def test_an_error_in_a_worker_is_told_without_what_beam_makes_of_it():
    error = in_a_worker(refused)
    assert len(str(error)) > len(REFUSED), "Beam no longer wraps it, so the test shows nothing"
    assert failure_of(error, "/run").text == REFUSED
    error = in_a_worker(lambda _: int("soon"))
    assert failure_of(error, "/run").text == "ValueError: invalid literal for int() with base 10: 'soon'"


def test_a_refusal_that_something_else_came_of_is_what_is_told():
    error = ValueError("no output")
    error.__cause__ = DataError(REFUSED)
    assert failure_of(error, "/run").text == REFUSED


FULL = OSError(errno.ENOSPC, "No space left on device", "/run/a")
FULL_STORE = sqlite3.OperationalError("database or disk is full")
ROOM = "Make room for /run, or set `root` elsewhere."
LESS_MEMORY = "Lower data.max_events_per_user, or beam.workers, or give the machine more."
DENIED = PermissionError(errno.EACCES, "Permission denied", "/run/a")


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (FULL, f"the disk is full: {FULL}. {ROOM}"),
        (FULL_STORE, f"the disk is full: {FULL_STORE}. {ROOM}"),
        (MemoryError("Unable to allocate 9 GiB"), f"memory ran out: Unable to allocate 9 GiB. {LESS_MEMORY}"),
        (DENIED, "/run/a cannot be written or read: Permission denied. Mend its rights."),
        # What the worker cannot make anew is found in the text.
        (RuntimeError("components.raw_files.refusal.DataError: u1 has none [while running 'Map']"), "u1 has none"),
        (ValueError("\nfirst\nsecond"), "ValueError: first"),
        (KeyboardInterrupt(), "KeyboardInterrupt"),
        (ValueError("x" * 900), f"ValueError: {'x' * 399}…"),
    ],
)
def test_what_is_known_of_an_error_is_told_with_the_mend(error, text):
    assert failure_of(error, "/run").text == text


def no_memory():
    raise MemoryError("big")


def test_the_component_is_named_and_the_whole_lies_below_the_root(tmp_path):
    cause = raised(no_memory)
    error = ComponentFailed("SearchTrainer", cause)
    error.__cause__ = cause
    told = tell(error, "tandem run", str(tmp_path), libraries="W0000 Allocation exceeds 10%")
    file = tmp_path / "failures" / "SearchTrainer.txt"
    assert told == (
        "tandem run: SearchTrainer failed: memory ran out: big. Lower train.batch_size or train.shuffle_buffer, or "
        f"give the machine more. The full traceback: {file}"
    )
    whole = file.read_text()
    assert "in no_memory\n" in whole and whole.rstrip().endswith(
        "ComponentFailed: SearchTrainer: big\n\n\nWhat libraries said last:\nW0000 Allocation exceeds 10%"
    )


def test_an_error_outside_of_components_is_the_pipelines(tmp_path):
    where = f"The full traceback: {tmp_path}/failures/pipeline.txt"
    assert tell(DataError("no events"), "tandem run", str(tmp_path)) == f"tandem run: failed: no events. {where}"
    # After several lines the traceback has one of its own.
    told = tell(DataError("user a: no items.\nuser b: no items."), "tandem run", str(tmp_path))
    assert told == f"tandem run: failed: user a: no items.\nuser b: no items.\n{where}"


def test_without_a_root_to_write_to_it_lies_among_the_temporary_files(tmp_path):
    (tmp_path / "file").write_text("")
    path = Path(tell(DataError("no events."), "tandem run", str(tmp_path / "file")).partition("traceback: ")[2])
    assert "no events." in path.read_text() and path.name.startswith("tandem-pipeline-")
    path.unlink()
