"""The surfaces that a log has engagements on, on files of the generic layout and of KuaiSAR."""

import dataclasses

import pytest

from components.raw_files.refusal import DataError
from components.sources.data_config import DataConfig
from components.sources.engaged_surfaces import engaged_surfaces
from schemas.canonical_event import Surface
from tests.support.raw_files import write

HEADER = "user_id,timestamp_ms,surface,query,item_id,label\n"
FEED, SEARCH = "u,5,recommendation,,a,1\n", "u,6,search,red,b,1\n"
BOTH = tuple(Surface)


def found(tmp_path, *files, now_ms=100):
    for number, rows in enumerate(files):
        write(tmp_path / f"{number}.csv", HEADER + rows)
    return engaged_surfaces(DataConfig(path=str(tmp_path), events="*.csv", earliest=""), now_ms)


@pytest.mark.parametrize(
    ("rows", "surfaces"),
    [
        (FEED + SEARCH, BOTH),
        (FEED, (Surface.RECOMMENDATION,)),
        (SEARCH, (Surface.SEARCH,)),
        # Nobody clicked what was found, so there is nothing to predict in search.
        (FEED + "u,6,search,red,b,0\n", (Surface.RECOMMENDATION,)),
        (FEED + "u,6,search,red,,1\n", (Surface.RECOMMENDATION,)),
        # A row that is refused is no event.
        (FEED + "u,101,search,red,b,1\n" + "u,6,searching,red,b,1\n", (Surface.RECOMMENDATION,)),
        ("u,6,search,red,b,0\n", ()),
    ],
)
def test_an_engagement_makes_a_surface(rows, surfaces, tmp_path):
    assert found(tmp_path, rows) == surfaces


def test_one_search_at_the_end_of_a_long_log_counts(tmp_path):
    assert found(tmp_path, FEED * 2500 + SEARCH) == BOTH


def test_the_first_rows_of_each_file_come_first(tmp_path, monkeypatch):
    """Files of one surface each: the feed's is not read to its end before the search's is opened."""
    read = []

    def rows(path, config, now_ms):
        from components.sources.adapters import event_tables

        for each in event_tables.read_events(path, config, now_ms):
            read.append(path)
            yield each

    from components.sources import adapter

    counted = dataclasses.replace(adapter.ADAPTERS["events"], read_events=rows)
    monkeypatch.setitem(adapter.ADAPTERS, "events", counted)
    assert found(tmp_path, FEED * 5000, SEARCH * 5000) == BOTH
    assert len(read) == 1001


def test_what_is_not_asked_for_is_not_looked_for(tmp_path):
    write(tmp_path / "e.csv", HEADER + FEED + SEARCH)
    config = DataConfig(path=str(tmp_path), events="e.csv", earliest="")
    assert engaged_surfaces(config, 100, [Surface.SEARCH]) == (Surface.SEARCH,)


def test_a_source_that_makes_queries_from_items_has_both(tmp_path):
    assert engaged_surfaces(DataConfig(source="amazon_reviews", events="nothing"), 100) == BOTH


def test_a_file_that_cannot_be_used_is_told(tmp_path):
    write(tmp_path / "e.csv", "who,when\nu,5\n")
    with pytest.raises(DataError, match="e.csv: has no column 'user_id'"):
        engaged_surfaces(DataConfig(path=str(tmp_path), events="e.csv"), 100)
