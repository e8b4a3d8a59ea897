"""Draws lines, bars and intervals as SVG that stands in the page itself.

By hand, because Tandem has no plotting library, and three kinds of simple pictures are not worth one that every
installation would carry. Colours are those of the page, so they follow light, dark and print.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from tfx_pipeline.report_page.html_parts import Html, element, escaped, joined

_WIDTH: Final = 360
"""As wide as a phone has room for; a wide page has several beside each other."""
_HEIGHT: Final = 200
_LEFT, _RIGHT, _TOP, _BOTTOM = 52, 8, 10, 22
_TICKS: Final = 4
_KINDS: Final = 6
"""How many styles of lines and bars there are; `style.css` has them."""
_ROW, _BAR = 38, 9
_STEPS: Final = (1, 2, 2.5, 5, 10)

Points = Sequence[tuple[float, float]]


@dataclass(frozen=True)
class Interval:
    """A figure with what it may be.

    Attributes:
        label: What it is the figure of.
        value: The figure.
        low: The lower end of its interval.
        high: The upper end.
        note: What stands behind the label, such as the figure in digits.
        is_own: Whether it stands out from the others.
    """

    label: str
    value: float
    low: float
    high: float
    note: str = ""
    is_own: bool = False


def lines(title: str, series: Mapping[str, Points], x_title: str, marked_x: float | None = None) -> Html:
    """Lines over a common axis.

    Args:
        title: What is seen.
        series: The points of each line by its name, in the order of x. Points that are no finite numbers are left out.
        x_title: What x is.
        marked_x: A vertical line stands there; None for none.

    Returns:
        The figure with its legend; nothing if there is no point.
    """
    finite = {name: [each for each in points if all(map(math.isfinite, each))] for name, points in series.items()}
    finite = {name: points for name, points in finite.items() if points}
    if not finite:
        return Html()
    xs = [x for points in finite.values() for x, _ in points]
    ys = ticks(min(y for points in finite.values() for _, y in points), max(y for p in finite.values() for _, y in p))
    low, high = min(xs), max(xs)
    right, bottom = _WIDTH - _RIGHT, _HEIGHT - _BOTTOM
    place_x = _scale(low, high, _LEFT, right)
    place_y = _scale(ys[0], ys[-1], bottom, _TOP)
    drawn = [*_grid(ys, place_y)]
    if marked_x is not None and low <= marked_x <= high:
        drawn.append(_line(place_x(marked_x), _TOP, place_x(marked_x), bottom, "mark"))
    for kind, points in enumerate(finite.values()):
        class_ = f"line kind{kind % _KINDS}"
        path = " ".join(f"{place_x(x):.1f},{place_y(y):.1f}" for x, y in points)
        drawn.append(element("polyline", points=path, class_=class_))
        if len(points) == 1:
            drawn.append(element("circle", cx=place_x(low), cy=place_y(points[0][1]), r=3, class_=f"dot {class_}"))
    drawn += [_text(_LEFT, _HEIGHT - 6, f"{low:g}"), _text(right, _HEIGHT - 6, f"{x_title} {high:g}", "end")]
    return _figure(title, _picture(title, _HEIGHT, drawn), list(finite))


def bars(title: str, labels: Sequence[str], stacks: Mapping[str, Sequence[float]]) -> Html:
    """Bars from the left to the right, each a stack of parts.

    Args:
        title: What is seen.
        labels: What each bar stands for; the first and the last are shown.
        stacks: For each part its number in each bar, from the lowest part.

    Returns:
        The figure with its legend; nothing without bars.
    """
    if not labels:
        return Html()
    totals = [sum(parts) for parts in zip(*stacks.values(), strict=True)]
    ys = ticks(0, max(totals))
    right, bottom = _WIDTH - _RIGHT, _HEIGHT - _BOTTOM
    place_y = _scale(0, ys[-1], bottom, _TOP)
    width = (right - _LEFT) / len(labels)
    drawn = [*_grid(ys, place_y)]
    for place, label in enumerate(labels):
        below, told = 0.0, []
        boxes = []
        for kind, (name, numbers) in enumerate(stacks.items()):
            above = below + numbers[place]
            box = {"x": f"{_LEFT + place * width + width * 0.08:.1f}", "width": f"{width * 0.84:.1f}"}
            box |= {"y": f"{place_y(above):.1f}", "height": f"{place_y(below) - place_y(above):.1f}"}
            boxes.append(element("rect", **box, class_=f"bar kind{kind % _KINDS}"))
            told.append(f"{name} {numbers[place]:,}")
            below = above
        drawn.append(element("g", element("title", f"{label}: {', '.join(told)}"), *boxes))
    drawn += [_text(_LEFT, _HEIGHT - 6, labels[0])]
    if len(labels) > 1:
        drawn.append(_text(right, _HEIGHT - 6, labels[-1], "end"))
    return _figure(title, _picture(title, _HEIGHT, drawn), list(stacks))


def intervals(title: str, shown: Sequence[Interval]) -> Html:
    """Figures with their intervals below each other, on one scale that begins with 0 or the least end.

    Where some are below 0, a dotted line stands at 0.

    Returns:
        The figure; nothing if there is none to show.
    """
    if not shown:
        return Html()
    xs = ticks(min(0.0, *(each.low for each in shown)), max(each.high for each in shown))
    height = _ROW * len(shown) + _BOTTOM
    place_x = _scale(xs[0], xs[-1], 4, _WIDTH - 30)
    drawn = []
    for tick in xs:
        kind = "mark" if tick == 0 and xs[0] < 0 else "grid"
        drawn.append(_line(place_x(tick), 0, place_x(tick), height - _BOTTOM, kind))
        drawn.append(_text(place_x(tick), height - 6, f"{tick:g}", "start" if tick == xs[0] else "middle"))
    for place, each in enumerate(shown):
        middle = place * _ROW + 27
        own = " own" if each.is_own else ""
        drawn.append(
            _text(
                4, place * _ROW + 14, f"{each.label}: {each.note}" if each.note else each.label, "start", f"label{own}"
            )
        )
        drawn.append(_line(place_x(each.low), middle, place_x(each.high), middle, f"reach{own}"))
        drawn += [
            _line(place_x(end), middle - 4, place_x(end), middle + 4, f"reach{own}") for end in (each.low, each.high)
        ]
        drawn.append(element("circle", cx=f"{place_x(each.value):.1f}", cy=middle, r=4, class_=f"point{own}"))
    return _figure(title, _picture(title, height, drawn), [])


def ticks(low: float, high: float) -> list[float]:
    """Round numbers with equal gaps, from one at or below `low` to one at or above `high`; at least two."""
    if high - low <= 1e-12 * max(abs(low), abs(high), 1e-6):  # All are equal.
        low, high = low - abs(low or 1) / 2, high + abs(high or 1) / 2
    rough = (high - low) / _TICKS
    power = 10.0 ** math.floor(math.log10(rough))
    gap = next(step * power for step in _STEPS if step * power >= rough * (1 - 1e-9))
    first, last = math.floor(low / gap + 1e-9), math.ceil(high / gap - 1e-9)
    return [round(place * gap, 12) for place in range(first, last + 1)]


def _scale(low: float, high: float, start: float, end: float) -> Any:
    """What places a number from `low` to `high` between two coordinates."""
    spread = high - low
    return lambda value: start + (end - start) * ((value - low) / spread if spread else 0.5)


def _grid(ys: Sequence[float], place_y: Any) -> list[Html]:
    drawn = []
    for tick in ys:
        drawn.append(_line(_LEFT, place_y(tick), _WIDTH - _RIGHT, place_y(tick), "grid"))
        drawn.append(_text(_LEFT - 6, place_y(tick) + 4, _short(tick), "end"))
    return drawn


def _short(number: float) -> str:
    """A number that has room beside the picture."""
    if abs(number) >= 1e6:
        return f"{number / 1e6:g}M"
    if 0 < abs(number) < 1e-3:
        digits, power = f"{number:.2e}".split("e")
        return f"{float(digits):g}e{int(power)}"
    return f"{number / 1e3:g}k" if abs(number) >= 1e4 else f"{number:g}"


def _line(x1: float, y1: float, x2: float, y2: float, kind: str) -> Html:
    return element("line", x1=f"{x1:.1f}", y1=f"{y1:.1f}", x2=f"{x2:.1f}", y2=f"{y2:.1f}", class_=kind)


def _text(x: float, y: float, text: str, anchor: str = "start", kind: str | None = None) -> Html:
    return element("text", text, x=f"{x:.1f}", y=f"{y:.1f}", text_anchor=anchor, class_=kind)


def _picture(title: str, height: int, drawn: Sequence[Html]) -> Html:
    return element("svg", *drawn, viewBox=f"0 0 {_WIDTH} {height}", role="img", aria_label=title)


def _figure(title: str, picture: Html, names: Sequence[str]) -> Html:
    keys = [
        element("span", element("i", class_=f"key kind{kind % _KINDS}"), f" {name}") for kind, name in enumerate(names)
    ]
    legend = element("p", joined(keys), class_="legend") if len(names) > 1 else Html()
    return element("figure", element("figcaption", escaped(title)), picture, legend)
