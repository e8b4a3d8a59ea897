import pytest

from components.own_log.guess.event_guess import Answers
from components.own_log.guess.event_guessing import guess_events
from components.own_log.guess.place_guess import PlaceGuess, guess_place
from components.own_log.guess.sampled_columns import sample
from tests.support.raw_files import write


def suggested(tmp_path, header, *rows, label="label", labels="01"):
    """What is suggested for a log with a user, a time, an item, perhaps a label, and these columns."""
    text = "".join(
        ",".join([f"u{n}", f"{1_700_000_000 + n}", f"i{n}", *([labels[n % len(labels)]] if label else []), row]) + "\n"
        for n, row in enumerate(rows * 6)
    )
    names = ",".join(["user_id", "timestamp", "item_id", *([label] if label else []), header])
    guess = guess_events(sample(write(tmp_path / "log.csv", f"{names}\n{text}")), Answers())
    assert not guess.questions
    return guess_place(guess)


@pytest.mark.parametrize(
    ("column", "values", "first", "last"),
    [
        ("position", ("1", "2", "30"), 1, 30),
        ("Rank", ("1.0", "2", "", "NULL"), 1, 2),
        ("slot", ("0", "1", "1000"), 0, 1000),
        ("resultPosition", ("1", "2"), 1, 2),
    ],
)
def test_whole_numbers_from_the_top_are_suggested(column, values, first, last, tmp_path):
    assert suggested(tmp_path, column, *values) == PlaceGuess(column, first, last)


@pytest.mark.parametrize(
    ("column", "values"),
    [
        ("position", ("2", "3")),  # Nothing at the top.
        ("position", ("1", "1")),
        ("position", ("1", "2.5")),
        ("position", ("1", "left")),
        ("position", ("-1", "1")),
        ("rank", ("1", "1001")),  # Of bestsellers.
        ("position", ("", "")),
        ("quantity", ("1", "2")),
    ],
)
def test_what_is_no_place_is_not_suggested(column, values, tmp_path):
    assert suggested(tmp_path, column, *values) is None


def test_a_log_of_engagements_alone_says_nothing_by_place(tmp_path):
    assert suggested(tmp_path, "position", "1", "2", label="") is None


def test_the_usual_name_comes_first(tmp_path):
    assert suggested(tmp_path, "rank,position", "1,1", "2,3") == PlaceGuess("position", 1, 3)
    # The other is no place.
    assert suggested(tmp_path, "rank,position", "1,50", "2,40") == PlaceGuess("rank", 1, 2)
