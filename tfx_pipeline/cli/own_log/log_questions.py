"""Questions about a log: asked on a terminal, or listed in an error if there is none."""

from collections.abc import Sequence

from components.own_log.guess.event_guess import Question
from components.own_log.guess.time_formats import format_named


class Undecided(Exception):
    """There are questions, and nobody can be asked. The message lists them with the options that answer them."""

    def __init__(self, what: str, questions: Sequence[Question]):
        told = "\n".join(f"  {each.text} Decide by {each.option}{_choices(each)}" for each in questions)
        super().__init__(f"{what}. Not everything can be told from it:\n{told}")


def ask(question: Question) -> str:
    """Asks until the answer is valid. An answer may be given by its number."""
    numbered = "".join(f"\n  {place} {answer}" for place, answer in enumerate(question.answers, start=1))
    while True:
        answer = input(f"{question.text}{numbered}\n> ").strip()
        if not question.answers:
            if _is_time_format(answer):
                return answer
            continue
        if answer in question.answers:
            return answer
        if answer.isdecimal() and 1 <= int(answer) <= len(question.answers):
            return question.answers[int(answer) - 1]


def _is_time_format(answer: str) -> bool:
    """Whether a free answer is valid. Only the question of the time's format has no list of answers."""
    try:
        format_named(answer)
    except ValueError as error:
        print(error)
        return False
    return True


def _choices(question: Question) -> str:
    return "|".join(question.answers[:8]) if question.answers else "…"
