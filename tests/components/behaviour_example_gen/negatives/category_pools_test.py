from components.behaviour_example_gen.negatives.category_pools import CategoryPools

PATHS = [
    ("Home", "Mugs"),
    (),
    ("Garden",),
    ("Home", "Lamps"),
    ("Home", "Mugs", "Red"),
    ("Home", "Mugs"),
    ("Garden", "Mugs"),
]


def pools(index):
    return [sorted(pool.tolist()) for pool in CategoryPools(PATHS).of(index)]


def test_from_the_narrowest_category_to_the_broadest():
    assert pools(0) == [[0, 4, 5], [0, 3, 4, 5]]
    assert pools(4) == [[4], [0, 4, 5], [0, 3, 4, 5]]
    assert pools(2) == [[2, 6]]
    # Mugs of the garden are not those of the home.
    assert pools(6) == [[6], [2, 6]]


def test_an_item_without_categories_shares_none():
    assert pools(1) == []
