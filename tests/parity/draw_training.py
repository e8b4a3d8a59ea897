"""Draws what `training_test.py` compares: the losses of fifty steps of ours and of the papers' own code.

    python -m tests.parity.draw_training docs/images/training_parity.svg

Each model has two panels. The left one shows both losses, which lie on each other. The right one shows by how much they
differ, as a share of the loss, on a logarithmic scale.
"""

import argparse
import math
from collections.abc import Sequence

import numpy as np

from tests.parity import training_test

WIDTH, HEIGHT, MARGIN = 360, 200, 46
THEIRS, OURS = "#c0504d", "#1f497d"


def panel(left: int, top: int, title: str, series: Sequence[tuple[str, str, Sequence[float]]], unit: str) -> list[str]:
    """The elements of one panel.

    Args:
        left: Its left edge, in pixels.
        top: Its upper edge, in pixels.
        title: What stands above it.
        series: For each series its colour, `line` or `dots`, and a value for each step.
        unit: Is written after the two labels of the axis, as in `e-4`.
    """
    values = np.concatenate([values for *_, values in series])
    low, high = float(values.min()), float(values.max())
    steps = len(series[0][2])

    def place(step: int, value: float) -> tuple[float, float]:
        x = left + MARGIN + (WIDTH - MARGIN - 10) * step / (steps - 1)
        return x, top + HEIGHT - 24 - (HEIGHT - 54) * (value - low) / (high - low)

    drawn = [f'<text x="{left + MARGIN}" y="{top + 18}" font-weight="bold">{title}</text>']
    for value in (low, high):
        _, y = place(0, value)
        label = f"1e{value:.1f}" if unit == "log" else f"{value:.2f}"
        drawn.append(f'<text x="{left + MARGIN - 6}" y="{y + 4:.1f}" text-anchor="end">{label}</text>')
        drawn.append(f'<line x1="{left + MARGIN}" x2="{left + WIDTH - 10}" y1="{y:.1f}" y2="{y:.1f}" stroke="#ccc"/>')
    for step in (0, steps - 1):
        x, _ = place(step, low)
        drawn.append(f'<text x="{x:.1f}" y="{top + HEIGHT - 6}" text-anchor="middle">step {step + 1}</text>')
    for colour, kind, each in series:
        points = [place(step, value) for step, value in enumerate(each)]
        if kind == "dots":
            drawn += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="2.2" fill="{colour}"/>' for x, y in points]
        else:
            path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
            drawn.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="1.5"/>')
    return drawn


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("output", help="the SVG file")
    output = parser.parse_args().output
    drawn = []
    for row, (make, title) in enumerate([(training_test.unisar, "UniSAR"), (training_test.unifiedssr, "UnifiedSSR")]):
        fixture = training_test.golden(make.__name__)
        ours, theirs = np.array(training_test.trained(make, fixture)[0]), fixture["losses"]
        apart = [math.log10(max(each, 1e-9)) for each in np.abs(ours / theirs - 1)]
        top = row * (HEIGHT + 10)
        drawn += panel(0, top, f"{title}: loss", [(THEIRS, "line", theirs), (OURS, "dots", ours)], "")
        drawn += panel(WIDTH, top, f"{title}: difference, as a share", [(OURS, "dots", apart)], "log")
        print(f"{title}: the losses differ by at most {10 ** max(apart):.1e} of their size")
    height = 2 * (HEIGHT + 10) + 24
    key = f'<tspan fill="{THEIRS}">line: the papers\' code (PyTorch)</tspan> <tspan fill="{OURS}">dots: Tandem</tspan>'
    drawn.append(f'<text x="{MARGIN}" y="{height - 8}">{key}</text>')
    with open(output, "w", encoding="utf-8") as file:
        file.write(
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{2 * WIDTH}" height="{height}" font-family="sans-serif" '
            f'font-size="11"><rect width="100%" height="100%" fill="white"/>\n' + "\n".join(drawn) + "\n</svg>\n"
        )


if __name__ == "__main__":
    main()
