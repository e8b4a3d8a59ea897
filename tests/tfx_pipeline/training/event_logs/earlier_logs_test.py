import shutil

import pytest

from tests.support.event_logs import scalars_of
from tfx_pipeline.training.event_logs import earlier_logs
from tfx_pipeline.training.event_logs.event_writers import BEST, TRAIN, VALIDATION, WHOLE, EventWriters
from tfx_pipeline.training.event_logs.run_links import Earlier


@pytest.fixture
def state(tmp_path):
    return tmp_path / "state of it"


@pytest.fixture
def attempt(tmp_path, state):
    """Begins an attempt after some whole epochs, and writes further epochs of two steps; the folder of its logs."""

    def make(number, after, epochs, half=False):
        log_dir = tmp_path / "model run" / str(number)
        log_dir.mkdir(parents=True)
        earlier_logs.take_over(state, str(log_dir), "unisar 2026-11-27 14:05", after)
        writers = EventWriters(str(log_dir))
        writers.scalars(WHOLE, {"whole": 1.0}, 0)
        if not after:
            writers.scalars(VALIDATION, {"ndcg@5/mean": 0.0}, 0)  # The start.
        for epoch in range(after + 1, after + epochs + 1):
            for step in (2 * epoch - 1, 2 * epoch):
                writers.scalars(TRAIN, {"loss_by_step/total": step + number / 10}, step)
            writers.scalars(TRAIN, {"loss/total": epoch + number / 10}, epoch)
            writers.scalars(VALIDATION, {"ndcg@5/mean": epoch + number / 10}, epoch)
        if half:
            step = 2 * (after + epochs) + 1
            writers.scalars(TRAIN, {"loss_by_step/total": step + number / 10}, step)
        writers.scalars(BEST, {"ndcg@5/mean": 1.0}, after)
        writers.close()
        return log_dir

    return make


def numbers(log_dir, part, tag):
    return [(step, round(value, 1)) for step, value in scalars_of(log_dir / part).get(tag, [])]


def test_a_training_that_goes_on_has_what_it_wrote_of_whole_epochs(attempt):
    attempt(1, after=0, epochs=2, half=True)
    log_dir = attempt(2, after=2, epochs=1)
    assert numbers(log_dir, TRAIN, "loss/total") == [(1, 1.1), (2, 2.1), (3, 3.2)]
    # The fifth step was made again.
    assert numbers(log_dir, TRAIN, "loss_by_step/total") == [(1, 1.1), (2, 2.1), (3, 3.1), (4, 4.1), (5, 5.2), (6, 6.2)]
    assert numbers(log_dir, VALIDATION, "ndcg@5/mean") == [(0, 0.0), (1, 1.1), (2, 2.1), (3, 3.2)]
    # What is of the training as a whole, or of its best epoch, is written anew.
    assert numbers(log_dir, WHOLE, "whole") == [(0, 1.0)]
    assert numbers(log_dir, BEST, "ndcg@5/mean") == [(2, 1.0)]


def test_an_epoch_whose_weights_were_not_kept_is_not_taken_over(attempt):
    """Killed between the last number of its second epoch and the backup."""
    attempt(1, after=0, epochs=2)
    log_dir = attempt(2, after=1, epochs=2)
    assert numbers(log_dir, TRAIN, "loss/total") == [(1, 1.1), (2, 2.2), (3, 3.2)]
    assert [step for step, _ in numbers(log_dir, TRAIN, "loss_by_step/total")] == [1, 2, 3, 4, 5, 6]


def test_of_a_training_without_a_whole_epoch_the_validated_start_is_left(attempt, state, tmp_path):
    attempt(1, after=0, epochs=0, half=True)
    earlier_logs.take_over(state, str(tmp_path / "new"), "", 0)
    assert numbers(tmp_path / "new", VALIDATION, "ndcg@5/mean") == [(0, 0.0)]
    assert not (tmp_path / "new" / TRAIN).exists()


def test_it_goes_on_a_second_time_and_after_a_file_was_cut_off(attempt):
    first = attempt(1, after=0, epochs=1)
    (file,) = (first / TRAIN).iterdir()
    file.write_bytes(file.read_bytes() + b"half a record")
    attempt(2, after=1, epochs=1)
    assert numbers(attempt(3, after=2, epochs=1), TRAIN, "loss/total") == [(1, 1.1), (2, 2.2), (3, 3.3)]


def test_logs_of_an_attempt_that_fails_are_kept_until_it_goes_on(attempt, state):
    first = attempt(1, after=0, epochs=1)
    with pytest.raises(ValueError, match="no memory"), earlier_logs.kept_if_it_fails(state, str(first)):
        raise ValueError("no memory")
    shutil.rmtree(first)  # As TFX does.
    assert earlier_logs.read(state) == Earlier("unisar 2026-11-27 14:05", str(first))
    second = attempt(2, after=1, epochs=1)
    assert numbers(second, TRAIN, "loss/total") == [(1, 1.1), (2, 2.2)]
    # From now on the newest logs count, not what was kept of older ones.
    assert numbers(attempt(3, after=2, epochs=1), TRAIN, "loss/total") == [(1, 1.1), (2, 2.2), (3, 3.3)]


def test_an_error_is_raised_as_it_is_though_nothing_can_be_kept(attempt, state):
    first = attempt(1, after=0, epochs=1)
    state.rename(state.with_name("moved"))
    state.write_text("a file")
    with pytest.raises(ValueError, match="the cause"), earlier_logs.kept_if_it_fails(state, str(first)):
        raise ValueError("the cause")


def test_logs_that_are_gone_or_the_very_same_are_no_matter(attempt, state):
    first = attempt(1, after=0, epochs=1)
    earlier_logs.take_over(state, str(first), "unisar", 1)
    assert numbers(first, TRAIN, "loss/total") == [(1, 1.1)]
    shutil.rmtree(first)
    assert numbers(attempt(2, after=1, epochs=1), TRAIN, "loss/total") == [(2, 2.2)]


def test_before_the_first_attempt_there_is_none(state):
    assert earlier_logs.read(state) == Earlier("", "")
