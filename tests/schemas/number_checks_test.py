import dataclasses
import math

import pytest

from schemas.number_checks import check_below_one, check_least, check_positive, check_shares, check_widths


@dataclasses.dataclass
class Numbers:
    number: float | None = 1.0
    widths: tuple[int, ...] = (1, 8)


def least_two(config, name):
    check_least(config, 2, name)


@pytest.mark.parametrize(
    ("check", "good", "bad", "message"),
    [
        (least_two, (2, 2.5, 10**9, None), (1, -1, math.nan, math.inf), "`number` should be at least 2."),
        (check_positive, (1e-9, 5), (0, -1, math.nan, math.inf), "`number` should be above 0."),
        (check_shares, (0, 0.5, 1), (-0.1, 1.1, math.nan), "`number` should be from 0 to 1."),
        (check_below_one, (0, 0.999), (-0.1, 1, math.nan), "`number` should be at least 0 and below 1."),
    ],
)
def test_what_is_out_of_range_is_named_with_the_range(check, good, bad, message):
    for number in good:
        check(Numbers(number), "number")
    for number in bad:
        with pytest.raises(ValueError) as caught:
            check(Numbers(number), "number")
        assert str(caught.value) == f"{message} Received: number={number}"


def test_widths_are_from_1_on():
    check_widths(Numbers(), "widths")
    with pytest.raises(ValueError, match=r"`widths` should hold whole numbers from 1 on. Received: widths=\[8, 0\]"):
        check_widths(Numbers(widths=(8, 0)), "widths")
