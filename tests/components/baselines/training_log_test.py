from components.baselines.training_log import read_training_log
from components.behaviour_example_gen.examples import behaviour_examples
from schemas.canonical_event import Event, Surface, Token
from tests.support.behaviour_examples import write_examples
from tests.support.rule_logs import hotels


def example(item, moment, history="", ends=True, query=""):
    surface = Surface.SEARCH if query else Surface.RECOMMENDATION
    target = Event(user_id="u", timestamp_ms=moment, surface=surface, item_id=item, query=query)
    past = [Token(Surface.SEARCH, (each,), "earlier") for each in history]
    return behaviour_examples.behaviour_example(target, past, ["d"], ends)


def test_positives_times_queries_and_baskets_of_all_files(tmp_path):
    first = [
        example("b", 5, "aab"),
        example("a", 7, "bbb", ends=False, query="mug"),
        example("z", 8, "cz", query="lamp"),
    ]
    files = [write_examples(tmp_path / "1.gz", first), write_examples(tmp_path / "2.gz", [example("b", 9, "e")])]
    log = read_training_log(files, hotels(tmp_path))
    # z is not in the catalogue.
    assert (log.positives.tolist(), log.times.tolist()) == ([1, 0, 1], [5, 7, 9])
    # A query of the history did not lead to what followed.
    assert log.queries == ["", "mug", ""]
    # In each history an item stands once; the second ends no sequence, so that its events are in another one.
    assert log.baskets.tolist() == [[0, 0], [0, 1], [2, 2], [3, 1], [3, 4]]
    # The example of z counts as one of its user.
    assert log.users == {b"u": 4}
    assert log.counts(5).tolist() == [1, 2, 0, 0, 0, 0]
    assert log.counts(5, since_ms=7).tolist() == [1, 1, 0, 0, 0, 0]


def test_no_file_is_an_empty_log(tmp_path):
    log = read_training_log([], hotels(tmp_path))
    assert log.positives.shape == log.times.shape == (0,) and log.baskets.shape == (0, 2) and log.queries == []
    assert log.counts(2).tolist() == [0, 0, 0]
