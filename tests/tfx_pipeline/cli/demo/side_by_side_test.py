import pytest

from tfx_pipeline.cli.demo.side_by_side import cut, side_by_side


@pytest.mark.parametrize(
    ("left", "right", "width", "lines"),
    [
        (["one", "three"], ["1", "22", "3"], 80, ["one     1", "three   22", "        3"]),
        # The left one gives way: 24 columns are left for it, besides 20 and the gap of 3.
        (["x" * 50], ["y" * 20], 47, ["x" * 23 + "…   " + "y" * 20]),
        # Without room one stands below the other.
        (["x" * 50], ["y" * 20], 40, ["x" * 39 + "…", "y" * 20]),
    ],
)
def test_two_texts_stand_beside_each_other(left, right, width, lines):
    assert side_by_side(left, right, width).splitlines() == lines


def test_cut():
    assert (cut("four", 4), cut("fives", 4)) == ("four", "fiv…")
