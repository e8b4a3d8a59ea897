import pytest

from tests.support.finished_runs import evaluated, placed
from tfx_pipeline.result_texts.evaluation_text import evaluation_lines
from tfx_pipeline.result_texts.place_text import place_lines, place_sentences


def test_the_end_of_a_run_tells_what_the_metric_is_if_all_places_were_seen_alike():
    estimates, told, seen, weighed, feed = place_lines(placed()["rules"])
    assert estimates.splitlines() == [
        "by place, NDCG@5   plain  seen alike  95 % interval   best rule   its own  difference  95 % interval",
        "search            0.5000      0.4375  0.375 to 0.500  popularity   0.2500     +0.1875  +0.125 to +0.250",
    ]
    assert told.startswith("Seen alike: ") and told.endswith("They decide nothing.")
    assert seen == "search, examination by place, that of place 1 being 1, ± a standard error: 1: 1.00, 2: 0.25 ± 0.06."
    assert weighed == (
        "search: 1,250 examples of 90 users are weighed by place, by 1.50 on average, and say as much as 1,000 equally "
        "weighed ones; 12.5% have the largest weight (evaluation.place_weight_cap); 50 have no place whose examination "
        "is known."
    )
    assert feed == "recommendation: nothing is estimated by place: no luck."


def test_it_stands_before_the_slices_and_nothing_is_said_of_a_log_without_places():
    with_places, without = evaluation_lines(placed()), evaluation_lines(evaluated())
    assert with_places == [*without[:-1], *place_lines(placed()["rules"]), without[-1]]
    assert place_lines(evaluated()["rules"]) == place_lines({}) == []


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        (
            {"given": True, "places": [[1, 9, 3, 1.0, None], [2, 9, 1, 0.25, None]]},
            "search, examination by place (evaluation.examination): 1: 1.00, 2: 0.25.",
        ),
        (
            {"places": [[place, 5, 1, 0.5, 0.1] for place in range(3, 15)], "reference": 3},
            "search, examination by place, that of place 3 being 1, ± a standard error: "
            + ", ".join(f"{place}: 0.50 ± 0.10" for place in range(3, 13))
            + ", and 2 more.",
        ),
    ],
)
def test_where_examination_comes_from(changes, told):
    compared = placed()["rules"]
    compared["by_place"]["search"] |= changes
    assert next(place_sentences(compared, "search")) == told


def test_examples_none_of_which_has_a_known_place():
    compared = placed()["rules"]
    compared["candidates"]["search"]["by_place"] = {"examples": 0, "users": 0, "left_out": 7}
    *_, told = place_sentences(compared, "search")
    assert told == (
        "search: no held-out engagement can be weighed by place; 7 have no place whose examination is known."
    )
    del compared["candidates"]["search"]
    assert len(list(place_sentences(compared, "search"))) == 1
