import re

from tests.support.finished_runs import evaluated, placed
from tests.support.html_tables import table_rows
from tfx_pipeline.report_page.places_part import places_part
from tfx_pipeline.report_page.quality_part import quality_parts


def test_all_rankers_stand_beside_each_other_plainly_and_as_if_places_were_seen_alike():
    html = places_part(placed()["rules"])
    assert table_rows(html, "By place, search, among candidates") == [
        ["search, among candidates", "plain", "seen alike", "95 % interval", "model is ahead by"],
        ["the model", "0.5000", "0.4375", "0.375 to 0.500", ""],
        ["popularity", "0.5000", "0.2500", "0.125 to 0.375", "+0.1875"],
        ["item_neighbours", "0.2500", "0.1250", "0.062 to 0.188", "+0.3125"],
    ]
    assert len(table_rows(html, "By place, search, among all items")) == 4
    assert table_rows(html, "All metrics by place, search, among candidates")[3] == [
        "the model",
        *["0.4375 (0.375 to 0.500)"] * 3,
    ]
    assert "<h3>By place: NDCG@5 if users saw all places alike</h3>" in html
    assert "Seen alike: " in html and "1,250 examples of 90 users are weighed" in html


def test_what_was_shown_where_is_a_table_and_examination_a_picture():
    html = places_part(placed()["rules"])
    assert table_rows(html, "Places, search") == [
        ["search, place", "shown", "engaged with", "share", "examination", "standard error"],
        ["1", "1,000", "250", "0.2500", "1.000", "0.000"],
        ["2", "500", "25", "0.0500", "0.250", "0.062"],
        ["3", "0", "0", "", "", ""],
        ["deeper", "1,200", "3", "0.0025", "", ""],
    ]
    assert re.findall("<figcaption>(.*?)</figcaption>", html) == ["search, examination by place"]
    assert "place 2" in html and "place 3" not in html
    assert "recommendation: nothing is estimated by place: no luck." in html
    assert table_rows(html, "Places, recommendation")[1:] == [["1", "9", "9", "1.0000", "", ""]]


def test_a_log_without_places_has_no_such_part():
    assert places_part(evaluated()["rules"]) == places_part({}) == ""
    assert "By place" not in quality_parts(evaluated()) and "By place" in quality_parts(placed())


def test_without_an_estimate_the_places_are_told_all_the_same():
    compared = placed()["rules"]
    for surface in ("search", "recommendation"):
        compared["candidates"][surface].pop("by_place")
    compared["catalogue"]["search"].pop("by_place")
    html = places_part(compared)
    assert "Seen alike" not in html and len(table_rows(html, "Places, search")) == 5
