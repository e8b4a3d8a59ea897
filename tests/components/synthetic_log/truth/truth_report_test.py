import itertools
import math

import numpy as np
import pytest

from components.synthetic_log.generator_config import GeneratorConfig
from components.synthetic_log.truth.truth_report import VERSION, identity, metrics, truth_report


def test_metrics_are_means_with_standard_errors():
    # Ranks 1, 1, 3 and 6.
    found = metrics(np.array([2, 0, 1, 0, 0, 1, 0]))
    assert found["hit_rate_at_1"]["mean"] == 0.5
    assert found["hit_rate_at_5"]["mean"] == 0.75
    assert found["hit_rate_at_10"] == {"mean": 1.0, "standard_error": 0.0}
    assert found["ndcg_at_5"]["mean"] == pytest.approx((1 + 1 + 1 / math.log2(4)) / 4)
    assert found["ndcg_at_10"]["mean"] == pytest.approx((1 + 1 + 1 / 2 + 1 / math.log2(7)) / 4)
    # The deviation of 1, 1, 0, 0 is 1 / sqrt(3), over four users.
    assert found["hit_rate_at_1"]["standard_error"] == pytest.approx(1 / math.sqrt(3) / 2)


def test_the_report_has_all_that_there_is_to_know():
    config = GeneratorConfig(events=7)
    rankers = ["process", "unordered", "own_surface", "interests", "popularity"]
    surfaces = ["recommendation", "search"]
    ranks = {key: np.array([1, 3]) for key in itertools.product(surfaces[::-1], rankers[::-1])}
    report = truth_report(config, "events", 1, {"users": 2, "events": 7}, ranks)
    assert {name: report[name] for name in identity(config, "events", 1)} == identity(config, "events", 1)
    assert (report["version"], report["layout"], report["negatives"]) == (VERSION, "events", 1)
    assert report["settings"]["events"] == 7
    assert report["settings"]["transitions"]["s2r"] == config.transitions.s2r
    assert report["counts"] == {"events": 7, "users": 2}
    assert list(report["achievable"]) == surfaces
    assert list(report["achievable"]["search"]) == rankers
    assert report["achievable"]["search"]["process"]["users"] == 4
    assert report["achievable"]["search"]["process"]["hit_rate_at_1"]["mean"] == 0.25


def test_where_items_come_and_go_one_ranker_does_not_know_it():
    config = GeneratorConfig(item_life_days=9.0)
    rankers = ["process", "timeless", "unordered", "own_surface", "interests", "popularity"]
    ranks = {("search", ranker): np.array([1, 3]) for ranker in rankers}
    assert list(truth_report(config, "events", 1, {}, ranks)["achievable"]["search"]) == rankers


def test_settings_that_came_later_make_no_other_set_of_an_old_one():
    """A log that was made before them is still there, and `tandem generate` has nothing to do."""
    later = {"world", "item_life_days", "repeats", "place_names", "list_length", "place_bias"}
    assert not later & set(identity(GeneratorConfig(), "events", 9)["settings"])
    cold = identity(GeneratorConfig.of_world("cold"), "events", 9)["settings"]
    assert later & set(cold) == {"world", "item_life_days"}


def test_where_lists_have_places_the_truth_has_how_likely_each_is_seen():
    config = GeneratorConfig(list_length=5, place_bias=2.0)
    assert truth_report(config, "events", 1, {}, {})["examination"] == pytest.approx([1, 1 / 4, 1 / 9, 1 / 16, 1 / 25])
    assert "examination" not in truth_report(GeneratorConfig(), "events", 1, {}, {})
    assert identity(config, "events", 9)["settings"]["list_length"] == 5
