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
    # Searches may be a kind of event.
    labels = {**dict.fromkeys(["click", "add-to-cart", "True", "search"], "1"), **others}
    assert label_meanings([*labels]) == (labels, [])
    assert is_search_word("Search") and not is_search_word("click")
    # One known word tells what a column is about.
    assert knows_surfaces(["home", "x"]) and not knows_labels(["home", "x"])
    assert knows_labels(["buy"]) and not knows_surfaces(["buy"])


def test_a_view_is_an_engagement_only_where_there_are_no_clicks():
    meanings, doubts = label_meanings(["view", "purchase"])
    assert meanings == {"view": "1", "purchase": "1"}
    assert doubts == ["'view' is taken for opening an item's page, an engagement"]
    assert label_meanings(["view", "click"]) == ({"view": "", "click": "1"}, [])
