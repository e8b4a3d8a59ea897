import json

import numpy as np
import pytest

from benchmarks import session_coherence
from benchmarks.session_coherence import adjusted_rand, covered, in_equal_parts, in_windows, stretches
from components.synthetic_log.generated_set import generate
from components.synthetic_log.generator_config import GeneratorConfig
from components.synthetic_log.made_catalogue import Catalogue
from schemas import features, signatures
from schemas.canonical_event import Surface, Token
from serving.client.answers import Session
from tests.support.behaviour_examples import behaviour_example, write_examples
from tests.support.rank_models import save_rank_model
from tests.support.session_models import sessions_in_halves

CONFIG = GeneratorConfig(events=100, items=40, topics=4, categories=2, truth_users=0)


def test_agreement_is_the_adjusted_rand_index():
    assert adjusted_rand(np.array([0, 0, 1, 1]), np.array([7, 7, 3, 3])) == 1
    # Of six pairs two are together in one, three in the other, one in both; by chance it would be 2 * 3 / 6.
    assert adjusted_rand(np.array([0, 0, 1, 1]), np.array([0, 1, 1, 1])) == 0
    # Of ten pairs four and three, three in both; by chance 4 * 3 / 10, and 3.5 at most.
    one, other = np.array([0, 0, 0, 1, 1]), np.array([0, 0, 0, 1, 2])
    assert adjusted_rand(one, other) == pytest.approx((3 - 1.2) / (3.5 - 1.2))
    assert adjusted_rand(np.array([0, 1, 0, 1]), np.array([0, 0, 1, 1])) < 0
    assert adjusted_rand(np.array([0, 0, 0]), np.array([1, 1, 1])) == 1


def test_a_true_session_is_a_stretch_of_one_topic():
    assert stretches([5, 5, 2, 5, 5]).tolist() == [0, 0, 1, 2, 2]


def test_an_event_belongs_to_the_window_that_covers_most_of_it_or_to_the_nearest():
    windows = (Session(0, 1.25, (1.0, 0.25, 0.0, 0.0)), Session(1.25, 2, (0.0, 0.75, 0.0, 0.0)))
    assert in_windows(windows, 4).tolist() == [0, 1, 1, 1]
    # In the gap from 1 to 5 the second event is nearer to the first window, and the fourth to the second.
    apart = (Session(0, 1, (1.0, 0.0, 0.0, 0.0, 0.0, 0.0)), Session(5, 6, (0.0, 0.0, 0.0, 0.0, 0.0, 1.0)))
    assert in_windows(apart, 6).tolist() == [0, 0, 0, 1, 1, 1]
    # Of the first four events 1 and, in both windows together, the larger share of the second.
    assert covered(windows, 4) == (1 + 0.75) / 4 and covered(apart, 6) == 2 / 6
    # Three events: the second lies in both halves alike.
    assert in_equal_parts(2, 3).tolist() == [0, 0, 1] and in_equal_parts(3, 6).tolist() == [0, 0, 1, 1, 2, 2]


@pytest.fixture
def root(tmp_path):
    """An experiment with a model that divides histories of searches in halves by clicks, after a quarter by queries."""
    generate(CONFIG, "events", str(tmp_path / "log"), negatives=9)
    topics = Catalogue(CONFIG).topic(np.arange(CONFIG.items))
    one, other = (str(1 + int(np.flatnonzero(topics == topic)[0])) for topic in (0, 1))

    def asked(*items, user="1"):
        history = [Token(Surface.SEARCH, (item,), "a query") for item in items]
        return behaviour_example([one], surface=Surface.SEARCH, query="q", history=history, user=user)

    split = tmp_path / "artifacts" / "BehaviourExampleGen" / "examples" / "3" / f"Split-{features.TEST_SPLIT}"
    # The last three tell nothing: one topic, too few events, a search without a click.
    examples = [asked(one, other, other, other), asked(one, one, other, other), asked(*[one] * 4), asked(one, other)]
    history = [Token(Surface.SEARCH, (item,) if item else (), "a query") for item in (one, "", other, other)]
    examples.append(behaviour_example([one], surface=Surface.SEARCH, query="q", history=history))
    write_examples(split / "data.gz", examples)
    folder = tmp_path / "artifacts" / "Trainer" / "model" / "12" / "Format-Serving"
    save_rank_model(folder, further={signatures.SESSIONS: sessions_in_halves()})
    shown, logs = tmp_path / "tensorboard" / "few", tmp_path / "artifacts" / "Trainer" / "model_run" / "12"
    shown.mkdir(parents=True)
    logs.mkdir(parents=True)
    (shown / "complete").symlink_to(logs)
    return tmp_path


def test_a_models_sessions_are_compared_with_the_topics_and_with_equal_parts(root, report_of):
    rows = report_of(session_coherence.main, str(root / "log" / "truth.json"), str(root))[root.name]
    by_clicks, by_queries = rows
    # Halves are equal parts. Of a, b b b they tell nothing (0), of a a, b b all (1).
    assert (by_clicks["model"], by_clicks["surface"], by_clicks["by"]) == ("few/complete", "search", "clicks")
    assert (by_clicks["histories"], by_clicks["agreement"], by_clicks["of equal parts"]) == (2, 0.5, 0.5)
    assert by_clicks["covered"] == 1
    assert (by_clicks["difference"], by_clicks["from"], by_clicks["to"]) == (0, 0, 0)
    # After a quarter it is the other way round. The differences are 1 and -1, of which the deviation is 2 ** 0.5.
    assert (by_queries["by"], by_queries["agreement"], by_queries["difference"]) == ("queries", 0.5, 0)
    assert by_queries["to"] == pytest.approx(1.96) and by_queries["from"] == pytest.approx(-1.96)


def test_what_cannot_be_measured_is_told(root, tmp_path):
    truth = str(root / "log" / "truth.json")
    with pytest.raises(SystemExit, match="no examples. Give the `root` of a run or an experiment"):
        session_coherence.main([truth, str(tmp_path / "elsewhere")])
    model = root / "artifacts" / "Trainer" / "model"
    model.rename(root / "moved")
    save_rank_model(model / "9" / "Format-Serving")
    with pytest.raises(SystemExit, match="no model divides histories"):
        session_coherence.main([truth, str(root)])
    assert "settings" in json.loads((root / "log" / "truth.json").read_text())
