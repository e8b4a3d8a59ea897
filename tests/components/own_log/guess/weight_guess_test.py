import pytest

from components.own_log.guess.event_guess import Answers
from components.own_log.guess.event_guessing import guess_events
from components.own_log.guess.sampled_columns import sample
from components.own_log.guess.weight_guess import WeightGuess, guess_weight
from tests.support.raw_files import write


def suggested(tmp_path, header, *rows, **answers):
    """What is suggested for a log with a user, a time, an item and these columns."""
    text = "".join(f"u{n},{1_700_000_000 + n},i{n},{row}\n" for n, row in enumerate(rows * 5))
    log = write(tmp_path / "log.csv", f"user_id,timestamp,item_id,{header}\n{text}")
    guess = guess_events(sample(log), Answers(**answers))
    assert not guess.questions
    return guess_weight(guess)


@pytest.mark.parametrize(
    ("column", "values", "told"),
    [
        ("dwell_seconds", ("3", "600", "", "nan"), "from 3 to 600"),
        ("DwellTime", ("0.5", "7"), "from 0.5 to 7"),
        ("quantity", ("1", "12"), "from 1 to 12"),
        ("watch_ratio", ("0.2", "1.1"), "from 0.2 to 1.1"),
    ],
)
def test_dwell_time_and_quantities_are_suggested(column, values, told, tmp_path):
    assert suggested(tmp_path, column, *values) == WeightGuess(column, f"{column!r} holds amounts, {told}")


@pytest.mark.parametrize(
    ("column", "values"),
    [
        ("quantity", ("1", "-1")),  # Returned goods.
        ("quantity", ("1", "1")),
        ("quantity", ("1", "many")),
        ("dwell_seconds", ("", "")),
        ("dwell_seconds", ("1", "1e12")),
        ("price", ("1", "2")),
        ("label", ("1", "0")),
        ("event", ("click", "watched")),  # All of one strength.
        ("event", ("click", "impression")),
        ("clicks", ("0", "17")),
    ],
)
def test_what_does_not_weigh_is_not_suggested(column, values, tmp_path):
    assert suggested(tmp_path, column, *values) is None


def test_actions_of_several_strengths_are_suggested_before_amounts(tmp_path):
    values = {"cart": 2, "click": 1, "purchase": 5}
    expected = WeightGuess("event", "'event' tells weak actions from strong ones", values)
    rows = ("click,1", "cart,1", "purchase,3")
    assert suggested(tmp_path, "event,quantity", *rows) == expected
    # What was only shown, and what is neither, weighs nothing.
    assert suggested(tmp_path, "event,quantity", *rows, "impression,0", "refund,1") == expected
    # The user says what a word means.
    found = suggested(tmp_path, "event,quantity", *rows, labels={"purchase": "drop"})
    assert found.values == {"cart": 2, "click": 1}
    found = suggested(tmp_path, "event,quantity", *rows, "impression,0", "zap,1", labels={"zap": "1"})
    assert found.values == {**values, "zap": 1}
