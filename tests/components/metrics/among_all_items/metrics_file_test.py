import json

import pytest

from components.metrics.among_all_items.metrics_file import (
    among_which,
    read_catalogue_metrics,
    read_examples,
    read_lists,
    read_vector_metrics,
    write_metrics,
)

ITEMS = 200


def test_each_surface_and_all_together(tmp_path):
    write_metrics(str(tmp_path), {"search": {1: 1, 3: 1}, "recommendation": {7: 2}}, True, {"search": 1}, ITEMS)
    metrics = read_catalogue_metrics(str(tmp_path))
    assert set(metrics) == {"search", "recommendation", "overall"}
    # 1 / log2(1 + 1) and 1 / log2(3 + 1).
    assert metrics["search"]["ndcg_at_5"] == pytest.approx((1 + 0.5) / 2)
    assert [metrics["search"][f"hit_rate_at_{k}"] for k in (1, 5, 10, 100)] == [0.5, 1, 1, 1]
    assert metrics["recommendation"]["mrr"] == pytest.approx(1 / 7)
    assert metrics["recommendation"]["hit_rate_at_5"] == 0
    assert metrics["overall"]["mrr"] == pytest.approx((1 + 1 / 3 + 2 / 7) / 4)
    assert read_examples(str(tmp_path)) == {"search": 2, "recommendation": 2, "overall": 4}


def test_what_the_model_does_not_know_is_a_miss_and_nothing_ranked_is_no_metric(tmp_path):
    write_metrics(str(tmp_path), {"search": {1: 1, 0: 3}}, True, {}, ITEMS)
    assert set(read_catalogue_metrics(str(tmp_path))["search"].values()) == {0.25}
    assert json.loads((tmp_path / "metrics.json").read_text())["unknown_positives"] == {"search": 3, "overall": 3}
    write_metrics(str(tmp_path), {}, True, {}, ITEMS)
    assert read_catalogue_metrics(str(tmp_path)) == read_examples(str(tmp_path)) == {}


@pytest.mark.parametrize(
    ("exclude_seen", "repeats", "told"),
    [
        (True, {}, "means without those of the user's history (evaluation.exclude_seen)."),
        (
            *(True, {"search": 1}),
            "means without those of the user's history; 1 of 4 positives stands in it and was ranked with it",
        ),
        (
            *(True, {"search": 2, "recommendation": 7}),
            "means without those of the user's history; 2 of 4 positives stand in it and were ranked with it",
        ),
        (False, {"search": 1}, "means those of the user's history, too (evaluation.exclude_seen)."),
    ],
)
def test_it_says_among_which_items_the_positives_of_served_surfaces_were_ranked(tmp_path, exclude_seen, repeats, told):
    write_metrics(str(tmp_path), {"search": {1: 4}, "recommendation": {7: 9}}, exclude_seen, repeats, ITEMS)
    assert among_which(str(tmp_path), ["search"]).startswith(f"Among all items {told}")


def test_what_another_model_orders_stands_beside_the_vectors_and_the_sentence_says_so(tmp_path):
    write_metrics(str(tmp_path), {"search": {2: 1}}, True, {}, ITEMS)
    assert read_vector_metrics(str(tmp_path)) == {}
    assert "served" not in among_which(str(tmp_path), ["search"])
    write_metrics(str(tmp_path), {"search": {2: 1}}, True, {}, ITEMS, {"search": {4: 3, 8: 1}})
    assert read_catalogue_metrics(str(tmp_path))["search"]["mrr"] == 0.5
    assert {name: values["mrr"] for name, values in read_vector_metrics(str(tmp_path)).items()} == {
        "search": (3 / 4 + 1 / 8) / 4,
        "overall": (3 / 4 + 1 / 8) / 4,
    }
    assert among_which(str(tmp_path), ["search"]) == (
        "Among all items means without those of the user's history (evaluation.exclude_seen). A rank is the place in "
        "what is served: the items of all sources, ordered by the ranker. An item that they do not bring stands after "
        "all that they do."
    )


@pytest.mark.parametrize(("items", "cutoffs"), [(199, [1, 5, 10, 20, 50]), (60, [1, 5, 10, 20]), (5, [1])])
def test_cut_offs_beyond_half_of_the_catalogue_are_left_out(tmp_path, items, cutoffs):
    write_metrics(str(tmp_path), {"search": {2: 1}}, True, {}, items, {"search": {3: 1}})
    for metrics in (read_catalogue_metrics(str(tmp_path)), read_vector_metrics(str(tmp_path))):
        assert [name for name in metrics["search"] if name.startswith("hit")] == sorted(
            f"hit_rate_at_{k}" for k in cutoffs
        )
        assert "mrr" in metrics["search"]


def test_figures_of_lists_stand_beside_and_a_surface_without_any_does_not(tmp_path):
    lists = {"search": {"lists": 3, "coverage": 0.5}, "recommendation": {}}
    write_metrics(str(tmp_path), {"search": {2: 1}}, True, {}, ITEMS, lists=lists)
    assert read_lists(str(tmp_path)) == {"search": {"lists": 3, "coverage": 0.5}}
    # An earlier release wrote none.
    content = json.loads((tmp_path / "metrics.json").read_text())
    del content["lists"]
    (tmp_path / "metrics.json").write_text(json.dumps(content))
    assert read_lists(str(tmp_path)) == {}
