from components.own_log.guess.event_guess import EventGuess
from components.own_log.guess.sampled_columns import sample
from components.own_log.guess.time_formats import format_named
from components.sources.event_rows import EventColumns
from tests.support.raw_files import write

LOG = "uid,at,sku,q,page,did,label\nu1,1700000000,i1,mug,srp,click,x\nu1,1700000001,i2,,home,seen,y\n"
COLUMNS = {"user": "uid", "time": "at", "item": "sku", "query": "q"}


def guess(tmp_path, **columns):
    found = EventGuess(sample(write(tmp_path / "log.csv", LOG)))
    found.columns = {**COLUMNS, **columns}
    found.time = format_named("s")
    return found


def test_the_query_tells_the_surface_where_no_column_does(tmp_path):
    found = guess(tmp_path)
    assert [found.surface_of(found.sampled.row(place)) for place in (0, 1)] == ["search", "recommendation"]
    assert [found.label_of(found.sampled.row(place)) for place in (0, 1)] == ["1", "1"]


def test_values_are_translated_and_rare_ones_by_their_words(tmp_path):
    found = guess(tmp_path, surface="page", label="did")
    found.surfaces, found.labels = {"srp": "search"}, {"click": "1"}
    assert [found.surface_of(found.sampled.row(place)) for place in (0, 1)] == ["search", "recommendation"]
    assert [found.label_of(found.sampled.row(place)) for place in (0, 1)] == ["1", "0"]
    assert found.surface_of({"page": "moon"}) == found.label_of({"did": "moon"}) == ""
    assert found.obstacles == [
        "'page' holds 'srp' (search); a run reads search and recommendation",
        "'did' holds 'click' (1); a run reads 1 and 0",
    ]


def test_a_time_that_is_not_read_is_an_obstacle(tmp_path):
    found = guess(tmp_path)
    assert found.obstacles == []
    found.time = format_named("us")
    assert found.obstacles == [
        "'at' holds microseconds since 1970; a run reads seconds, milliseconds and ISO 8601",
    ]


def test_columns_become_the_configurations(tmp_path):
    found = guess(tmp_path)
    # The column `label` says something else here, so it must not be read.
    assert found.event_columns == EventColumns(
        user_id="uid", timestamp="at", time_unit="s", surface="", query="q", item_id="sku", label=""
    )
    assert guess(tmp_path, label="label").event_columns.label == "label"
    assert found.unused == ["page", "did", "label"]
