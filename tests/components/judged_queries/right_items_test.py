from components.judged_queries.right_items import TitledItems

ITEMS = TitledItems.of(
    {"1": "Red MUG", "2": "Set of red mugs", "3": "Blue mug", "4": "", "5": "Café au lait", "6": "strawberries, red"}
)


def test_all_words_or_their_plural_or_singular():
    assert ITEMS.with_all(["red", "mug"]) == ITEMS.with_all(["mugs", "reds"]) == {"1", "2"}
    assert ITEMS.with_all(["mug"]) == {"1", "2", "3"} and ITEMS.with_all(["strawberry"]) == {"6"}
    assert ITEMS.with_all(["red", "umbrella"]) == ITEMS.with_all([]) == set()
    assert ITEMS.with_all(["cafe"]) == {"5"}


def test_any_word():
    assert ITEMS.with_any(["blue", "strawberry"]) == {"3", "6"} and ITEMS.with_any([]) == set()


def test_items_without_a_title_are_left_out():
    assert "4" not in ITEMS.titles and len(ITEMS.titles) == 5
