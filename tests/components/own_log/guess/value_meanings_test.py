import pytest

from components.own_log.guess.value_meanings import (
    is_search_word,
    knows_labels,
    knows_surfaces,
    label_meanings,
    surface_meanings,
)


def test_words_are_understood():
    feed = dict.fromkeys(["Home Page", "detail"], "recommendation")
    surfaces = {**dict.fromkeys(["Search", "SRP", "搜索"], "search"), **feed, "moon": ""}
    assert surface_meanings([*surfaces]) == surfaces
    others = {"Impression": "0", "remove_from_cart": "drop", "teleport": ""}
    labels = {**dict.fromkeys(["click", "add-to-cart", "True"], "1"), **others}
    assert label_meanings([*labels]) == (labels, [])


def test_a_view_is_an_engagement_only_where_there_are_no_clicks():
    meanings, doubts = label_meanings(["view", "purchase"])
    assert meanings == {"view": "1", "purchase": "1"}
    assert doubts == ["'view' is taken for opening an item's page, an engagement"]
    assert label_meanings(["view", "click"]) == ({"view": "", "click": "1"}, [])


@pytest.mark.parametrize(("values", "surfaces", "labels"), [(["home", "x"], True, False), (["buy"], False, True)])
def test_one_known_word_tells_what_a_column_is_about(values, surfaces, labels):
    assert (knows_surfaces(values), knows_labels(values)) == (surfaces, labels)


def test_searches_may_be_a_kind_of_event():
    assert is_search_word("Search") and not is_search_word("click")
    assert label_meanings(["search"])[0] == {"search": "1"}
