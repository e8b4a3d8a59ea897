import pytest

from components.progress import Progress
from tfx_pipeline.display.run_status import RunStatus, duration


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.2, "0 s"), (59.4, "59 s"), (59.6, "1 min 0 s"), (125, "2 min 5 s"), (3600, "1 h 0 min"), (3840, "1 h 4 min")],
)
def test_durations(seconds, text):
    assert duration(seconds) == text


def told(*steps):
    """A status that heard of steps: what was counted, how many, and when."""
    status = RunStatus()
    for progress, done, now in steps:
        status.advance(progress, done, now)
    return status


@pytest.mark.parametrize(
    ("steps", "share", "numbers"),
    [
        ([(Progress("steps", 200), 1, 0)], 0.005, "1 of 200"),  # Too early for a rate.
        # 50 steps in 5 seconds, 150 are left.
        ([(Progress("steps", 200), 1, 0), (Progress("steps", 200), 49, 5)], 0.25, "50 of 200, 10/s, 15 s left"),
        ([(Progress("rows"), 500, 0), (Progress("rows"), 5500, 4)], None, "6,000, 1,500/s"),
        ([(Progress("rows"), 1, 0), (Progress("rows"), 2, 2)], None, "3, 1.5/s"),
    ],
)
def test_how_far_it_is(steps, share, numbers):
    (task,) = told(*steps).tasks()
    assert (task.share(), task.numbers()) == (share, numbers)


EPOCHS = [(Progress("whole", 1), 1, 0), (Progress("epoch 1"), 1, 0), (Progress("epoch 2"), 1, 1)]
FIVE_SECONDS_LATER = [*EPOCHS, (Progress("epoch 2"), 1, 5)]


@pytest.mark.parametrize(
    ("steps", "shown"),
    [
        # The two that went on last, in the order of their begin.
        ([(Progress(what), 1, now) for now, what in enumerate("abcb")], ["b", "c"]),
        # What has all its steps is over, and so is what has not gone on for long.
        ([EPOCHS[0], EPOCHS[2]], ["epoch 2"]),
        (EPOCHS, ["epoch 1", "epoch 2"]),
        (FIVE_SECONDS_LATER, ["epoch 2"]),
        ([*FIVE_SECONDS_LATER, (Progress("whole", 2), 1, 6)], ["whole", "epoch 2"]),
    ],
)
def test_what_goes_on_is_shown(steps, shown):
    assert [task.progress.what for task in told(*steps).tasks()] == shown
