import pytest

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


@pytest.mark.parametrize(
    ("index", "pools"),
    # Mugs of the garden are not those of the home; an item without categories shares none.
    [(0, [[0, 4, 5], [0, 3, 4, 5]]), (4, [[4], [0, 4, 5], [0, 3, 4, 5]]), (2, [[2, 6]]), (6, [[6], [2, 6]]), (1, [])],
)
def test_from_the_narrowest_category_to_the_broadest(index, pools):
    assert [sorted(pool.tolist()) for pool in CategoryPools(PATHS).of(index)] == pools
