from components.own_log.guess import value_meanings as meanings


def test_words_are_understood():
    feed = dict.fromkeys(["Home Page", "detail"], "recommendation")
    surfaces = {**dict.fromkeys(["Search", "SRP", "搜索"], "search"), **feed, "moon": ""}
    assert meanings.surface_meanings([*surfaces]) == surfaces
    others = {"Impression": "0", "remove_from_cart": "drop", "teleport": ""}
    # Searches may be a kind of event.
    labels = {**dict.fromkeys(["click", "add-to-cart", "True", "search"], "1"), **others}
    assert meanings.label_meanings([*labels]) == (labels, [])
    assert meanings.is_search_word("Search") and not meanings.is_search_word("click")
    # One known word tells what a column is about.
    assert meanings.knows_surfaces(["home", "x"]) and not meanings.knows_labels(["home", "x"])
    assert meanings.knows_labels(["buy"]) and not meanings.knows_surfaces(["buy"])


def test_a_view_is_an_engagement_only_where_there_are_no_clicks():
    found, doubts = meanings.label_meanings(["view", "purchase"])
    assert found == {"view": "1", "purchase": "1"}
    assert doubts == ["'view' is taken for opening an item's page, an engagement"]
    assert meanings.label_meanings(["view", "click"]) == ({"view": "", "click": "1"}, [])
