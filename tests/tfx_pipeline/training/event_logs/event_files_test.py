import pytest

from tests.support.own_process import python
from tfx_pipeline.training.event_logs.event_files import events_of, files_of
from tfx_pipeline.training.event_logs.event_writers import TRAIN, EventWriters


@pytest.fixture
def written(tmp_path):
    """The file of a training that wrote a number in each of two epochs."""
    writers = EventWriters(str(tmp_path))
    for epoch, loss in ((1, 0.5), (2, 0.25)):
        writers.scalars(TRAIN, {"loss/total": loss}, epoch)
    writers.close()
    (tmp_path / TRAIN / "notes.txt").write_text("no events")
    (file,) = files_of(tmp_path / TRAIN)
    return file


def test_what_tensorflow_writes_is_read(written):
    # The first event is the version of the format.
    assert [(event.step, [value.tag for value in event.summary.value]) for event in events_of(written)] == [
        (0, []),
        (1, ["loss/total"]),
        (2, ["loss/total"]),
    ]


@pytest.mark.parametrize("missing", [1, 5, 30])
def test_a_file_of_a_killed_process_is_read_up_to_its_last_whole_event(missing, written):
    written.write_bytes(written.read_bytes()[:-missing])
    assert [event.step for event in events_of(written)] == [0, 1]


def test_a_folder_that_is_not_there_has_no_files(tmp_path):
    assert files_of(tmp_path / "nowhere") == []


def test_tensorflow_is_not_imported(written):
    code = """
        import sys
        from pathlib import Path
        from tfx_pipeline.training.event_logs.event_files import events_of
        assert list(events_of(Path(sys.argv[1])))
        print({"tensorflow", "keras"} & sys.modules.keys())
        """
    assert python(code, str(written)).stdout == "set()\n"
