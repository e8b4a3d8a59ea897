from tests.support.event_logs import scalars_of, tags_of, texts_of
from tfx_pipeline.training.event_logs.event_writers import TRAIN, VALIDATION, EventWriters


def test_each_part_has_a_run_of_its_own_and_what_was_written_can_be_read_at_once(tmp_path):
    writers = EventWriters(str(tmp_path))
    assert not list(tmp_path.iterdir())  # No run without events.
    writers.scalars(TRAIN, {"loss/total": 0.5, "loss/click": 0.25}, step=1)
    writers.scalars(TRAIN, {"loss/total": 0.125}, step=2)
    writers.scalars(VALIDATION, {"loss/total": 1.0}, step=1)
    writers.text("settings/model", "`dim`: 8")
    assert scalars_of(tmp_path / "train") == {"loss/total": [(1, 0.5), (2, 0.125)], "loss/click": [(1, 0.25)]}
    assert scalars_of(tmp_path / "validation") == {"loss/total": [(1, 1.0)]}
    assert texts_of(tmp_path) == {"settings/model": [(0, "`dim`: 8")]}
    assert tags_of(tmp_path) == {"settings/model": "text"}


def test_after_its_end_a_part_goes_on_in_another_file(tmp_path):
    writers = EventWriters(str(tmp_path))
    for step in (1, 2):
        writers.scalars(TRAIN, {"a": 0.5}, step)
        writers.close()
    assert len(list((tmp_path / "train").iterdir())) == 2
    assert scalars_of(tmp_path / "train") == {"a": [(1, 0.5), (2, 0.5)]}
