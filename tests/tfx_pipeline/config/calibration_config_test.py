import re

import pytest

from schemas.canonical_event import Surface
from tfx_pipeline.config.calibration_config import CalibrationConfig
from tfx_pipeline.config.loading import ConfigError
from tfx_pipeline.config.pipeline_config import load_config

PLATT = "calibration.method=platt"


def config(*changes):
    return load_config("configs/generated.yaml", changes)


def test_scores_are_left_alone_by_default():
    assert not config().calibration.is_on
    assert config(PLATT, "calibration.candidates=20").calibration == CalibrationConfig("platt", 20.0)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        (["calibration.method=isotonic"], "`method` should be one of none, platt. Received: method='isotonic'"),
        ([PLATT, "calibration.candidates=1"], "`candidates` should be above 1, such as 20. Received: candidates=1"),
        ([PLATT, "calibration.search_candidates=.inf"], "`search_candidates` should be above 1"),
        ([PLATT], "`calibration.method: platt` needs `calibration.candidates`: of how many candidates one is clicked"),
        ([PLATT, "calibration.candidates=given"], "`calibration.candidates: given` is for a source that brings"),
        (
            [PLATT, "calibration.candidates=9", "calibration.search_candidates=given", "data.negatives=shown"],
            "`calibration.search_candidates: given` is for .*Here `data.negatives: shown` draws",
        ),
        (
            [PLATT, "calibration.candidates=shown"],
            "`calibration.candidates: shown` needs candidates that users were shown: `data.negatives: shown`. Received",
        ),
        (
            [PLATT, "calibration.candidates=all_items", "data.negatives=popularity"],
            "`calibration.candidates: all_items` needs .* They are drawn otherwise (data.negatives: popularity).",
        ),
        (
            [PLATT, "calibration.candidates=all_items", "data.history_negatives=0.5"],
            "`calibration.candidates: all_items` needs .* They are partly of the history (0.5).",
        ),
        (
            [PLATT, "calibration.candidates=several"],
            "`calibration.candidates` wants a number or `shown` or",
        ),
    ],
)
def test_what_would_be_the_probability_of_nothing_is_refused(changes, reason):
    with pytest.raises(ConfigError, match=re.escape(reason).replace(r"\.\*", ".*")):
        config(*changes)


def test_a_source_with_candidates_of_its_own_needs_no_number_and_is_no_sample_of_all_items():
    of = CalibrationConfig("platt")
    assert of.why_meaningless(True, "uniform", 0.0) == "" and of.of_surface(True, 50) is None
    told = CalibrationConfig("platt", "all_items").why_meaningless(True, "uniform", 0.0)
    assert "They are given by the source" in told
    assert CalibrationConfig(candidates="given").why_meaningless(False, "shown", 0.0) == ""  # It is off.


def test_search_may_have_a_number_of_its_own():
    of = CalibrationConfig("platt", 20.0, "all_items")
    assert [of.of_surface(is_search, 50) for is_search in (False, True)] == [20.0, 50.0]
    assert CalibrationConfig("platt", 20.0).of_surface(True, 50) == 20.0


FEED, SEARCH = Surface.RECOMMENDATION, Surface.SEARCH


@pytest.mark.parametrize(
    ("of", "negatives", "surfaces"),
    [
        (CalibrationConfig("platt"), "shown", (FEED, SEARCH)),
        (CalibrationConfig("platt", "shown", 9.0), "shown", (FEED,)),
        (CalibrationConfig("platt", 9.0, "shown"), "shown", (SEARCH,)),
        (CalibrationConfig("platt", 9.0), "shown", ()),
        (CalibrationConfig("platt", 9.0), "uniform", ()),
        (CalibrationConfig(), "shown", ()),
    ],
)
def test_what_is_shown_is_counted_where_no_number_is_said(of, negatives, surfaces):
    assert of.why_meaningless(False, negatives, 0.0) == ""
    assert of.of_shown(False, negatives) == surfaces
    counted = of.with_counted(surfaces, {FEED: 25.0, SEARCH: 4.0}, tuple(Surface))
    expected = {each: {FEED: 25.0, SEARCH: 4.0}[each] if each in surfaces else of.candidates for each in Surface}
    if of.search_candidates == 9:
        expected[SEARCH] = 9.0
    assert {each: counted.of_surface(each is SEARCH, 50) for each in Surface} == expected


def test_a_log_that_shows_nothing_is_refused_on_the_surfaces_that_are_trained():
    of = CalibrationConfig("platt", "shown")
    with pytest.raises(ValueError, match="`calibration.search_candidates: shown`: the log has no item in search that"):
        of.with_counted((FEED, SEARCH), {FEED: 25.0}, (FEED, SEARCH))
    assert of.with_counted((FEED, SEARCH), {FEED: 25.0}, (FEED,)).of_surface(False, 50) == 25
    with pytest.raises(ValueError, match="`shown` should be counted before"):
        of.of_surface(False, 50)
