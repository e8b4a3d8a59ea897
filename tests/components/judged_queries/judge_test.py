import pytest

from components.behaviour_example_gen.examples.behaviour_examples import catalog_example
from components.judged_queries import judge
from components.judged_queries.query_making import JudgedQuery
from schemas.canonical_event import Item
from tests.support.behaviour_examples import write_examples
from tests.support.retrieval_models import save_retrieval_model

TITLES = {"m1": "red mug", "m2": "red mugs", "m3": "blue mug", "u": "umbrella", "n": ""}


@pytest.mark.parametrize(
    ("wanted", "answered", "precision", "out_of_order"),
    [
        (["red", "mug"], ["m1", "m2", "u"], 1.0, False),
        (["red", "mug"], ["m1", "u", "m2"], 0.5, True),  # Two are right, so two count.
        (["red", "mug"], ["m3", "m1", "u"], 0.5, False),  # A blue mug has one of the words.
        (["red", "mug"], ["u", "n"], 0.0, False),  # None that is right is there to stand above.
        (["red", "mug"], ["n", "m1", "m2"], 0.5, True),  # An item without a title has no word.
        (["red", "mug"], [], 0.0, False),
        (["umbrella"], ["u", "m1"], 1.0, False),
        ([], ["u", "m1"], None, None),
        (["red", "umbrella"], ["u"], None, None),  # No title has both.
    ],
)
def test_the_first_items_are_judged(monkeypatch, wanted, answered, precision, out_of_order):
    query = JudgedQuery("misspelt", "typed", tuple(wanted))
    monkeypatch.setattr(judge, "made_queries", lambda titles, of_each: [query])
    monkeypatch.setattr(judge, "search_answers", lambda *_: [answered])
    found = judge.judge("", TITLES, 1)
    (judged,) = found["queries"]
    assert (judged["precision"], judged["out_of_order"], judged["answers"]) == (precision, out_of_order, len(answered))
    assert judged["first"] == [TITLES[item] for item in answered]
    assert found["kinds"]["misspelt"] == {
        "queries": 1, "precision": precision, "out_of_order": out_of_order, "answers": len(answered)
    }  # fmt: skip
    assert found["skipped"] == ""


def test_no_more_than_five_count(monkeypatch):
    titles = {str(number): "mug" for number in range(7)} | {"x": "cup"}
    query = JudgedQuery("one word", "mug", ("mug",))
    monkeypatch.setattr(judge, "made_queries", lambda *_: [query, JudgedQuery("no such words", "?", ())])
    answers = [["0", "x", "1", "2", "x", "3", "4"], ["0", "x"]]
    monkeypatch.setattr(judge, "search_answers", lambda *_: answers)
    found = judge.judge("", titles, 1)
    assert found["kinds"]["one word"]["precision"] == 3 / 5 and found["all"]["precision"] == 3 / 5
    # Queries that nothing is right for are no part of all.
    assert found["all"]["queries"] == 1 and found["kinds"]["no such words"]["answers"] == 2


def test_a_whole_catalogue_from_its_files_to_the_file(tmp_path):
    shop = [Item("a", "Red mug"), Item("b", "Blue umbrella"), Item("c", "Grün"), Item("d")]
    files = [write_examples(tmp_path / "1.gz", [catalog_example(item, [], 0, []) for item in shop])]
    titles = judge.read_titles(files)
    assert titles == {"a": "Red mug", "b": "Blue umbrella", "c": "Grün", "d": ""}
    # It answers all items, in this order, whatever is asked.
    model_dir = save_retrieval_model(tmp_path / "model", {"a": 3.0, "b": 2.0, "c": 1.0, "d": 0.0})
    found = judge.judge(model_dir, titles, 5)
    assert found["kinds"]["full title"] == {"queries": 3, "precision": 1 / 3, "out_of_order": 2 / 3, "answers": 4}
    judge.write_judgement(str(tmp_path), found)
    assert judge.read_judgement(str(tmp_path)) == found


def test_a_catalogue_without_titles_is_skipped_with_a_word():
    found = judge.judge("no model is asked", {"a": "", "b": " - "}, 30)
    assert found == {"kinds": {}, "all": {}, "queries": [], "skipped": "no item has a title to make queries from"}
