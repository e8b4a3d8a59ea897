import pytest

from components.progress import Progress
from tfx_pipeline.display.run_status import RunStatus, duration


@pytest.mark.parametrize(
    ("seconds", "text"), [(0.2, "0 s"), (59.4, "59 s"), (59.6, "1 min 0 s"), (125, "2 min 5 s"), (3840, "1 h 4 min")]
)
def test_durations(seconds, text):
    assert duration(seconds) == text


def test_components_are_numbered_and_stages_are_not():
    status = RunStatus()
    status.begins("Importing TFX", now=0)
    assert (status.title(), status.words()) == ("Importing TFX", "")
    status.components = ("Transform", "SearchTrainer")
    status.begins("SearchTrainer", now=0)
    assert (status.title(), status.words()) == ("[2/2] SearchTrainer", "trains a model and exports it")
    status.ends()
    assert status.title() == ""


def test_a_total_gives_the_share_and_the_time_that_is_left():
    status = RunStatus()
    status.advance(Progress("steps", 200), 1, now=0)
    (task,) = status.tasks()
    # Too early for a rate.
    assert (task.share(), task.numbers()) == (0.005, "1 of 200")
    status.advance(Progress("steps", 200), 49, now=5)
    # 50 steps in 5 seconds, 150 are left.
    assert (task.share(), task.numbers()) == (0.25, "50 of 200, 10/s, 15 s left")


def test_without_a_total_there_is_a_rate():
    status = RunStatus()
    status.advance(Progress("rows"), 500, now=0)
    status.advance(Progress("rows"), 5500, now=4)
    (task,) = status.tasks()
    assert (task.share(), task.numbers()) == (None, "6,000, 1,500/s")


def test_what_went_on_last_is_shown_in_the_order_of_its_begin():
    status = RunStatus()
    for now, what in enumerate(("first", "second", "third", "second")):
        status.advance(Progress(what), 1, now)
    assert [task.progress.what for task in status.tasks()] == ["second", "third"]


def test_what_is_over_is_not_shown_beside_what_goes_on():
    status = RunStatus()
    status.advance(Progress("whole", 1), 1, now=0)
    status.advance(Progress("epoch 1"), 1, now=0)
    status.advance(Progress("epoch 2"), 1, now=1)
    assert [task.progress.what for task in status.tasks()] == ["epoch 1", "epoch 2"]
    status.advance(Progress("epoch 2"), 1, now=5)
    assert [task.progress.what for task in status.tasks()] == ["epoch 2"]
    status.advance(Progress("whole", 2), 1, now=6)
    assert [task.progress.what for task in status.tasks()] == ["whole", "epoch 2"]
