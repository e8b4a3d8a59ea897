import json

import pytest

from components.baselines.example_ranking import is_chosen
from components.metrics.among_all_items.evaluate import evaluate
from components.metrics.among_all_items.metrics_file import read_catalogue_metrics, read_lists, read_vector_metrics
from components.retrieve_then_rank.composed_model import save_composed_model
from schemas import signatures
from schemas.canonical_event import Surface, Token
from tests.support.behaviour_examples import behaviour_example, write_examples
from tests.support.catalogue_models import save_model_of_ranks, vector_ranks
from tests.support.rank_models import save_rank_model
from tests.support.raw_files import make_pipeline
from tests.support.retrieval_models import save_retrieval_model
from tests.support.rule_logs import write_numbers


def test_metrics_of_all_files_and_both_surfaces(tmp_path):
    model_dir = save_model_of_ranks(tmp_path / "model")
    # The name of the positive is its rank; candidates of unequal number, and the positive anywhere.
    first = [behaviour_example(["2", "9"]), behaviour_example(["9", "12", "8"], positive=1)]
    second = [
        behaviour_example(["1"], surface=Surface.SEARCH, query="mug"),
        behaviour_example(["0"], surface=Surface.SEARCH, query="mug"),
        behaviour_example(["4", "5"], positive=-1),
    ]
    files = [write_examples(tmp_path / "1.gz", first), write_examples(tmp_path / "2.gz", second)]
    items = [write_numbers(tmp_path, 200)]
    ranked = evaluate(make_pipeline, files, items, model_dir, str(tmp_path), batch_size=2, exclude_seen=False)
    assert ranked == {"recommendation": 2, "search": 2, "overall": 4}
    metrics = read_catalogue_metrics(str(tmp_path))
    assert metrics["recommendation"]["mrr"] == pytest.approx((1 / 2 + 1 / 12) / 2)
    assert (metrics["search"]["mrr"], metrics["overall"]["hit_rate_at_100"]) == (0.5, 0.75)
    # Nobody was asked for lists.
    assert read_lists(str(tmp_path)) == {}
    none = write_examples(tmp_path / "none.gz", second[2:])
    with pytest.raises(ValueError, match="No example has a positive to be ranked. Received: 1 files: .*none.gz"):
        evaluate(make_pipeline, [none], items, model_dir, str(tmp_path), batch_size=2)


@pytest.mark.parametrize(("exclude_seen", "ranks"), [(True, (4, 3)), (False, (5, 3))])
def test_without_the_history_s_items_but_a_positive_among_them_is_ranked_with_them(tmp_path, exclude_seen, ranks):
    past = [Token(Surface.RECOMMENDATION, ("3",)), Token(Surface.SEARCH, ("8", "9"), "mug")]
    examples = [behaviour_example(["1", "5"], positive=1, history=past), behaviour_example(["3", "1"], history=past)]
    files = [write_examples(tmp_path / "1.gz", examples)]
    model_dir = save_model_of_ranks(tmp_path / "model")
    evaluate(make_pipeline, files, [write_numbers(tmp_path, 9)], model_dir, str(tmp_path), 2, exclude_seen=exclude_seen)
    found = json.loads((tmp_path / "metrics.json").read_text())
    assert found["metrics"]["recommendation"]["mrr"] == pytest.approx(sum(1 / rank for rank in ranks) / 2)
    assert found["repeated_positives"] == {"recommendation": 1, "overall": 1}
    assert found["exclude_seen"] is exclude_seen


def test_where_another_model_orders_the_items_it_is_what_is_served(tmp_path):
    """Of four items in the order of the vectors, two are handed over to a ranker that prefers long names."""
    catalogue = {"fig": 4.0, "apple": 3.0, "banana": 2.0, "cranberry": 1.0}
    retriever = save_retrieval_model(
        tmp_path / "retriever", catalogue, further={signatures.CATALOGUE_RANKS: vector_ranks(catalogue)}
    )
    ranker = save_rank_model(tmp_path / "ranker")
    save_composed_model(retriever, ranker, str(tmp_path / "composed"), retrieved=2)
    seen = [Token(Surface.RECOMMENDATION, ("fig",))]
    examples = [
        behaviour_example(["fig", "?"]),  # apple, fig
        behaviour_example(["banana", "?"], history=seen),  # Without fig: banana, apple
        behaviour_example(["fig", "?"], history=seen),  # A repeat: apple, fig
        behaviour_example(["cranberry", "?"], history=seen),  # Behind banana and apple, third by vectors without fig
        behaviour_example(["cranberry"], surface=Surface.SEARCH, query="cranberry"),  # cranberry, fig
    ]
    files, items = [write_examples(tmp_path / "1.gz", examples)], [write_numbers(tmp_path, 4)]
    evaluate(make_pipeline, files, items, str(tmp_path / "composed"), str(tmp_path), batch_size=5)
    served, by_vectors = read_catalogue_metrics(str(tmp_path)), read_vector_metrics(str(tmp_path))
    assert served["recommendation"]["mrr"] == pytest.approx((1 / 2 + 1 + 1 / 2 + 1 / (2 + 3)) / 4)
    assert served["search"]["mrr"] == 1
    assert by_vectors["recommendation"]["mrr"] == pytest.approx((1 + 1 / 2 + 1 + 1 / 3) / 4)
    assert by_vectors["search"]["mrr"] == 1 / 4
    assert by_vectors["overall"]["mrr"] == pytest.approx((1 + 1 / 2 + 1 + 1 / 3 + 1 / 4) / 5)
    evaluate(make_pipeline, files, items, str(tmp_path / "composed"), str(tmp_path), batch_size=5, exclude_seen=False)
    # Cranberry is neither with fig nor without it among the two; banana is third by vectors.
    assert read_catalogue_metrics(str(tmp_path))["recommendation"]["mrr"] == pytest.approx(
        (1 / 2 + 1 / (2 + 3) + 1 / 2 + 1 / (2 + 4)) / 4
    )
    assert read_vector_metrics(str(tmp_path))["recommendation"]["mrr"] == pytest.approx((1 + 1 / 3 + 1 + 1 / 4) / 4)


def test_lists_of_the_users_that_a_hash_chooses(tmp_path):
    """The feed is served the ten largest of 30 numbers, searches the number that is typed first."""
    catalogue = {str(number): float(number) for number in range(1, 31)}
    model = save_retrieval_model(
        tmp_path / "model", catalogue, further={signatures.CATALOGUE_RANKS: vector_ranks(catalogue)}
    )
    users = [f"u{number}" for number in range(40)]
    seen = [Token(Surface.RECOMMENDATION, ("30",))]
    examples = [behaviour_example(["30", "29"], user=user, history=seen if user == "u0" else ()) for user in users]
    examples += [behaviour_example(["3", "4"], surface=Surface.SEARCH, query="27", user=user) for user in users]
    examples += [behaviour_example(["3", "4"], positive=-1, user=user) for user in users]
    files, items = [write_examples(tmp_path / "1.gz", examples)], [write_numbers(tmp_path, 30)]
    evaluate(make_pipeline, files, items, model, str(tmp_path), 7, 80, exclude_seen=True, listed_examples=80)
    lists = read_lists(str(tmp_path))
    assert lists["recommendation"]["lists"] == lists["search"]["lists"] == 40
    # u0 had 30, and is served 20 in its place.
    assert lists["recommendation"]["coverage"] == pytest.approx(11 / 30)
    assert lists["recommendation"]["popularity_of_served"] == pytest.approx((39 * 25.5 + 24.5) / 40)
    assert lists["recommendation"]["popularity_of_clicked"] == 30
    assert (lists["search"]["coverage"], lists["search"]["popularity_of_clicked"]) == (pytest.approx(10 / 30), 3)
    evaluate(make_pipeline, files, items, model, str(tmp_path), 7, 80, exclude_seen=False, listed_examples=20)
    chosen = sum(is_chosen(user.encode(), 0.25) for user in users)
    some = read_lists(str(tmp_path))["recommendation"]
    assert 0 < chosen < 40 and (some["lists"], some["coverage"]) == (chosen, pytest.approx(10 / 30))
