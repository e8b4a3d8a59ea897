import math
import re
import xml.etree.ElementTree as ElementTree

import pytest

from tfx_pipeline.report_page.plots import Interval, bars, intervals, lines, ticks


def drawn(figure):
    """The SVG of a figure."""
    return ElementTree.fromstring(re.search("<svg.*</svg>", figure)[0])


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        (0, 1, [0, 0.25, 0.5, 0.75, 1]),
        (0, 7, [0, 2, 4, 6, 8]),
        (-0.3, 0.3, [-0.4, -0.2, 0, 0.2, 0.4]),
        (5, 5, [2, 4, 6, 8]),
        (0, 0, [-0.5, -0.25, 0, 0.25, 0.5]),
        (10.85, 16.2, [10, 12, 14, 16, 18]),
    ],
)
def test_ticks_are_round_and_enclose_all(low, high, expected):
    assert ticks(low, high) == pytest.approx(expected)


def test_lines_go_through_their_points():
    figure = lines("Loss", {"train": [(1, 0), (2, 4), (3, 8)], "validation": [(3, 8)]}, "epoch", marked_x=2)
    first, second = drawn(figure).findall("polyline")
    points = [tuple(map(float, each.split(","))) for each in first.get("points").split()]
    (left, low), (middle, half), (right, high) = points
    assert (middle, half) == ((left + right) / 2, (low + high) / 2)
    assert low > high, "a larger value stands higher"
    assert second.get("points") == f"{right:.1f},{high:.1f}"
    (mark,) = (each for each in drawn(figure).findall("line") if each.get("class") == "mark")
    assert float(mark.get("x1")) == middle
    assert [each.text for each in drawn(figure).findall("text")][-2:] == ["1", "epoch 3"]
    assert figure.count('class="key') == 2


def test_what_is_no_number_is_not_drawn():
    figure = lines("Loss", {"a": [(1, math.nan), (2, 1)], "b": [(1, math.inf)]}, "epoch")
    assert len(drawn(figure).findall("polyline")) == 1 and "nan" not in figure
    assert lines("Loss", {"a": [(1, math.nan)], "b": []}, "epoch") == ""


@pytest.mark.parametrize(
    ("high", "shown"),
    [
        (0.001, ["0", "2.5e-4", "5e-4", "7.5e-4", "0.001"]),
        (1, ["0", "0.25", "0.5", "0.75", "1"]),
        (100_000, ["0", "25k", "50k", "75k", "100k"]),
        (4_000_000, ["0", "1M", "2M", "3M", "4M"]),
    ],
)
def test_numbers_beside_a_picture_are_short(high, shown):
    texts = [each.text for each in drawn(lines("Rate", {"a": [(1, 0), (2, high)]}, "epoch")).findall("text")]
    assert texts[: len(shown)] == shown


def test_bars_stand_on_each_other():
    figure = bars("Events", ["Mon", "Tue"], {"feed": [2, 4], "search": [2, 0]})
    boxes = [[float(box.get("y")) for box in group.findall("rect")] for group in drawn(figure).findall("g")]
    heights = [[float(box.get("height")) for box in group.findall("rect")] for group in drawn(figure).findall("g")]
    # 2 and 2 reach as high as 4 and 0.
    assert heights[0] == pytest.approx([heights[1][0] / 2] * 2) and heights[1][1] == 0
    assert boxes[0][1] == boxes[1][0] and boxes[0][0] == pytest.approx(boxes[0][1] + heights[0][1])
    assert [group.find("title").text for group in drawn(figure).findall("g")] == [
        "Mon: feed 2, search 2",
        "Tue: feed 4, search 0",
    ]
    assert bars("Events", [], {"feed": []}) == ""


def test_intervals_are_on_one_scale():
    figure = intervals("NDCG@5", [Interval("model", 0.5, 0.25, 0.75, "0.5", is_own=True), Interval("rule", 0.25, 0, 1)])
    centres = [float(each.get("cx")) for each in drawn(figure).findall("circle")]
    own, other = (
        [
            line
            for line in drawn(figure).findall("line")
            if line.get("class") == kind and line.get("y1") == line.get("y2")
        ]
        for kind in ("reach own", "reach")
    )
    assert float(own[0].get("x1")) == centres[1] and float(other[0].get("x1")) < centres[1] < centres[0]
    assert (float(own[0].get("x1")) + float(own[0].get("x2"))) / 2 == pytest.approx(centres[0], abs=0.1)
    assert ">model: 0.5<" in figure and ">rule<" in figure and intervals("none", []) == ""


def test_a_line_stands_at_no_difference_where_some_are_below():
    better, worse = Interval("better", 0.5, 0, 1), Interval("worse", -0.5, -1, 0)
    picture = drawn(intervals("Differences", [better, worse]))
    (mark,) = (each for each in picture.findall("line") if each.get("class") == "mark")
    right, left = (float(each.get("cx")) for each in picture.findall("circle"))
    assert float(mark.get("x1")) == pytest.approx((left + right) / 2, abs=0.1)
    assert 'class="mark"' not in intervals("Differences", [better])


def test_names_are_escaped():
    evil = "<script>"
    figures = [
        lines(evil, {evil: [(1, 1)], "b": [(1, 2)]}, evil),
        bars(evil, [evil, evil], {evil: [1, 1], "b": [1, 1]}),
        intervals(evil, [Interval(evil, 0, 0, 1, evil)]),
    ]
    assert not [each for each in figures if evil in each]
