import io
import sys

import pytest

from components.own_log.guess.event_guess import Question
from tfx_pipeline.cli.own_log.log_questions import Undecided, ask

COLUMN = Question("--column user=", "Which column is the user?", ("who", "what"))
TIME = Question("--time ", "How is the time told?")


@pytest.fixture
def typed(monkeypatch):
    return lambda text: monkeypatch.setattr(sys, "stdin", io.StringIO(text))


@pytest.mark.parametrize(("text", "answer"), [("what\n", "what"), ("2\n", "what"), ("\n0\n7\nnobody\nwho\n", "who")])
def test_an_answer_is_a_name_or_its_number_and_is_asked_for_until_it_is_one(text, answer, typed, capsys):
    typed(text)
    assert ask(COLUMN) == answer
    assert capsys.readouterr().out.startswith("Which column is the user?\n  1 who\n  2 what\n> ")


def test_the_format_of_the_time_is_checked(typed, capsys):
    typed("minutes\n%d.%m.%Y\n")
    assert ask(TIME) == "%d.%m.%Y"
    assert "'minutes' is no way of telling the time" in capsys.readouterr().out


def test_where_nobody_can_be_asked_the_options_are_told():
    assert str(Undecided("log.csv: CSV", [COLUMN, TIME])) == (
        "log.csv: CSV. Not everything can be told from it:\n"
        "  Which column is the user? Decide by --column user=who|what\n"
        "  How is the time told? Decide by --time …"
    )
