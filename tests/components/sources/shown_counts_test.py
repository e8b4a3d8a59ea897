"""On files of the generic layout."""

import pytest

from components.raw_files.refusal import DataError
from components.sources.data_config import DataConfig
from components.sources.shown_counts import shown_per_engagement
from schemas.canonical_event import Surface
from tests.support.raw_files import write

HEADER = "user_id,timestamp_ms,surface,query,item_id,label\n"
CLICKED, SHOWN = "u,5,recommendation,,a,1\n", "u,6,recommendation,,b,0\n"


def told(tmp_path, rows, **settings):
    write(tmp_path / "e.csv", HEADER + rows)
    return shown_per_engagement(DataConfig(path=str(tmp_path), events="*.csv", earliest="", **settings), 100)


def test_each_surface_has_its_share_of_what_was_shown(tmp_path):
    searches = "u,7,search,red,a,1\n" * 2 + "u,7,search,red,c,0\n"
    # A search without a result shows nothing, and what is refused or still to come is no event.
    others = "u,8,search,blue,,0\n" + "u,101,search,red,c,0\n" + "u,8,searching,red,c,0\n"
    found = told(tmp_path, CLICKED + SHOWN * 4 + searches + others)
    assert found == {Surface.RECOMMENDATION: 5.0, Surface.SEARCH: 1.5}


@pytest.mark.parametrize("rows", [CLICKED, SHOWN, ""])
def test_a_surface_with_nothing_but_clicks_or_none_at_all_has_no_share(rows, tmp_path):
    assert told(tmp_path, rows + "u,7,search,red,a,1\n") == {}


def test_what_is_for_test_does_not_count(tmp_path):
    late = "u,1970-01-01T00:00:00.050Z,recommendation,,b,0\n"
    times = {"validation_from": "1970-01-01T00:00:00.020", "test_from": "1970-01-01T00:00:00.040"}
    rows = CLICKED + SHOWN + late
    assert told(tmp_path, rows) == {Surface.RECOMMENDATION: 3.0}
    assert told(tmp_path, rows, split="time", **times) == {Surface.RECOMMENDATION: 2.0}


def test_a_file_that_cannot_be_used_is_told(tmp_path):
    write(tmp_path / "e.csv", "who,when\nu,5\n")
    with pytest.raises(DataError, match="e.csv: has no column 'user_id'"):
        shown_per_engagement(DataConfig(path=str(tmp_path), events="e.csv"), 100)
