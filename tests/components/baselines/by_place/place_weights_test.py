"""Weights by place, and what is told of places. `examination_test.py` has how examination is estimated."""

import apache_beam as beam
import numpy as np
import pytest

from components.baselines.by_place.place_weights import PlaceWeights, SurfacePlaces, place_tables, places_of
from components.shown_places.count_files import WriteCounts, count_files
from components.shown_places.examination import NOTHING_MOVED, Examination
from components.shown_places.showings import BEYOND, Times
from tests.support.raw_files import make_pipeline

PLACES = {
    "search": SurfacePlaces({1: Times(9, 3)}, Examination({1: 1.0, 3: 0.25}, {1: 0.0, 3: 0.01}, 1)),
    "recommendation": SurfacePlaces({1: Times(9, 3), BEYOND: Times(4, 1)}, Examination(why_not=NOTHING_MOVED)),
}


@pytest.mark.parametrize(("cap", "third", "is_cut"), [(0.0, 4.0, False), (4.0, 4.0, False), (3.0, 3.0, True)])
def test_a_weight_is_one_over_the_examination_of_the_place(cap, third, is_cut):
    surfaces = ["search"] * 6 + ["recommendation", "elsewhere"]
    weights, are_cut = PlaceWeights.of(PLACES, cap).of_examples(surfaces, np.array([1, 3, 0, 2, 4, BEYOND, 1, 1]))
    # Nobody knows of the place 0, of the second, and of what is deeper.
    assert weights.tolist() == [1, third, 0, 0, 0, 0, 0, 0]
    assert are_cut.tolist() == [False, is_cut, *[False] * 6]


def test_without_places_nothing_is_weighed():
    weights, are_cut = PlaceWeights.of({}, 0.0).of_examples(["search"], np.array([1]))
    assert (weights.tolist(), are_cut.tolist()) == ([0.0], [False])


def test_what_is_told_of_places():
    tables = place_tables(PLACES, given=["search"])
    assert tables["search"] == {
        # Of the third place the examination is known, though nothing was shown there in training.
        "places": [[1, 9, 3, 1.0, 0.0], [3, 0, 0, 0.25, 0.01]],
        "beyond": [0, 0],
        "reference": 1,
        "given": True,
        "why_not": "",
    }
    feed = tables["recommendation"]
    assert (feed["places"], feed["beyond"], feed["given"]) == ([[1, 9, 3, None, None]], [4, 1], False)
    assert feed["why_not"] == NOTHING_MOVED


def test_examination_is_estimated_on_surfaces_for_which_it_is_not_given(tmp_path):
    moved = {1: Times(8, 4), 2: Times(8, 2)}
    things = [(("search", "mug", "a"), moved), (("recommendation", "", "a"), moved)]
    with make_pipeline() as pipeline:
        _ = pipeline | beam.Create(things) | WriteCounts(str(tmp_path))
    found = places_of(count_files(str(tmp_path)), {"search": (1.0, 0.9)})
    assert found["search"].examination.chances == {1: 1.0, 2: 0.9}
    assert found["recommendation"].examination.chances == pytest.approx({1: 1.0, 2: 0.5})
    assert found["search"].totals == found["recommendation"].totals == moved
