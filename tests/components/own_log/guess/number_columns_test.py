import pytest

from components.own_log.guess.number_columns import is_quantity_name, number_reason, vector_reason
from components.own_log.guess.sampled_columns import Column

HUNDRED = range(100)
PRICES = [f"{number}.5" for number in HUNDRED]


def holds_numbers(name, values):
    return bool(number_reason(Column(name, [str(value) for value in values])))


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("price", PRICES),
        ("x", PRICES),
        ("x", [f"-{value}" for value in PRICES]),
        ("x", [f"{number}e-3" for number in HUNDRED]),
        # What is missing, however it is written, is no reason against it.
        ("x", [*PRICES, "", "nan", "NULL", "\\N", "-"]),
        # Whole numbers of several lengths that repeat.
        ("clicks_last_week", [*HUNDRED, *HUNDRED]),
        # A name that tells goes before what the digits look like.
        ("views", HUNDRED),
        ("price", range(1950, 2050)),
        ("views", range(1_700_000_000, 1_700_000_100)),
        ("Länge in cm", PRICES),
        ("releaseNumberOfPages", [*HUNDRED, *HUNDRED]),
        ("x", [f"0.{number}" for number in HUNDRED]),
    ],
)
def test_columns_of_numbers(name, values):
    assert holds_numbers(name, values)


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("year", [*range(1950, 2020), *range(1950, 2020)]),
        ("made", [*range(1950, 2020), *range(1950, 2020)]),
        ("release_year", PRICES),
        ("zip", [*range(600, 700), *range(11_000, 11_100)]),
        ("zipCode", PRICES),
        ("x", [f"0{number}" for number in range(1000, 1100)] * 2),
        ("x", [*[f"0{number}" for number in HUNDRED], *range(500, 600)] * 2),
        ("x", [*[f"{number}" for number in range(20_000, 20_100)]] * 2),
        ("is_new", [0, 1] * 50),
        ("price", [3, 5] * 50),
        ("price", range(10)),
        ("seller_id", [*HUNDRED, *HUNDRED]),
        ("sellerId", [*HUNDRED, *HUNDRED]),
        ("ISBN", PRICES),
        ("article no.", PRICES),
        # An id of digits: each value once.
        ("x", HUNDRED),
        ("x", range(1_700_000_000, 1_700_000_100)),
        ("added", [f"{number}.5" for number in range(1_700_000_000, 1_700_000_100)]),
        # Text, amounts with signs, thousands, other words for nothing.
        ("price", [f"${value}" for value in PRICES]),
        ("price", [*PRICES, "1,000"]),
        ("price", [*PRICES, "inf"]),
        ("price", [*PRICES, "ask us"]),
        ("price", [f"1_{number}" for number in range(100, 200)]),
        ("price", []),
    ],
)
def test_ids_codes_flags_years_and_times_are_no_numbers(name, values):
    assert not holds_numbers(name, values)


def test_the_reason_tells_how_many_and_from_where_to_where():
    assert number_reason(Column("p", PRICES)) == "'p' holds 100 different numbers, from 0.5 to 99.5"
    # Two spellings are one number.
    assert not holds_numbers("price", [*range(10), "1.0", "1.00"])
    assert is_quantity_name("Average Rating") and not is_quantity_name("brand")


@pytest.mark.parametrize(
    ("values", "length"),
    [
        (["[0.1, 0.2, 3, 4]", "[1.5, 2, 3, -4e-2]", ""], 4),
        (["0.1 0.2 0.3 0.4 0.5", "nan", "1 0.2 0.3 0.4 0.5"], 5),
        (["0.1|0.2|0.3|1.0", "1.0|1.0|1.0|0.5"], 4),
        (["0.1;0.2;0.3;1", "1;0;0;1", "1;0.5;1;1"], 4),
        (["0.1 0.2 0.3 0.4"], 0),  # One row is no pattern.
        (["0.1 0.2 0.3 0.4", "0.1 0.2 0.3"], 0),
        (["1|2|3|4", "5|6|7|8"], 0),  # A path of categories.
        (["0.5 0.5", "1.5 0.2"], 0),  # A place on a map.
        (["0.1 0.2 0.3 x", "0.1 0.2 0.3 0.4"], 0),
        (["2024.01.05", "2024.01.06"], 0),
        (["0.5", "0.7"], 0),
        ([], 0),
    ],
)
def test_lists_of_floats_of_one_length_are_vectors(values, length):
    expected = f"'v' holds lists of {length} numbers" if length else ""
    assert vector_reason(Column("v", values)) == expected
