"""How a report looks on a wide screen and on a phone, light and dark: measured, and kept as pictures where wanted.

`SCREENSHOTS=FOLDER pytest tests/tfx_pipeline/report_page/page_on_devices_test.py` writes PNG files into the folder.
"""

import os
from pathlib import Path

import numpy as np
import pytest

from components.metrics.by_user.user_gains import UserGains
from schemas.rank_metrics import rank_metrics
from tests.support import page_measures
from tests.support.experiment_results import result
from tests.support.finished_runs import finish, report
from tests.support.page_pictures import PHONE, WIDE
from tests.support.past_runs import PastRuns
from tfx_pipeline.experiments.comparison_rows import rows
from tfx_pipeline.past_runs.finished_run import finished_runs
from tfx_pipeline.report_page import experiment_page
from tfx_pipeline.report_page.whole_page import page

LEAST_CONTRAST = 4.5
"""What WCAG 2 (AA) wants of text."""


def of_a_run(root):
    finish(PastRuns(root), report(outcome="not_pushed", servability_reasons=["slow" * 40], servable=False), version="")
    return page(finished_runs(str(root)))


def of_an_experiment(root):
    numbers = np.random.default_rng(7)
    users = np.array([f"u{user}".encode() for user in range(30)])
    results = []
    for turn in range(2):
        for place in range(8):
            gains = UserGains(users, np.ones(len(users), int), numbers.random((len(users), len(rank_metrics()))))
            name, changes = f"without {'everything ' * place}", ("unisar.search_to_recommendation=false",) * place
            told = {"gains": {"search": gains}, "changes": changes, "curves": {"search": [(1, 0.25), (2, 0.5)]}}
            results.append(result(name, turn, search=0.5, **told))
    results.append(result("broken", 0, error="slow" * 40))
    return experiment_page.page("few", rows(results), results, 3)


@pytest.fixture(scope="module", params=[of_a_run, of_an_experiment], ids=["run", "experiment"])
def address(request, tmp_path_factory):
    """The address of a page in which a text is longer than a phone is wide."""
    root = tmp_path_factory.mktemp("reported")
    (root / f"{request.param.__name__}.html").write_text(request.param(root))
    return f"file://{root}/{request.param.__name__}.html"


@pytest.mark.parametrize("is_dark", [False, True])
@pytest.mark.parametrize("size", [WIDE, PHONE], ids=str)
def test_it_fits_and_is_legible(browser, address, size, is_dark):
    browser.become(*size, is_dark=is_dark, is_phone=size == PHONE)
    browser.open(address)
    browser.run("for (const each of document.querySelectorAll('details')) each.open = true")
    if folder := os.environ.get("SCREENSHOTS"):
        Path(folder).mkdir(parents=True, exist_ok=True)
        name = f"{Path(address).stem}-{size[0]}-{'dark' if is_dark else 'light'}.png"
        browser.screenshot(Path(folder) / name, is_whole=True)
    assert not page_measures.scrolls_sideways(browser)
    assert page_measures.parts_outside(browser) == []
    assert page_measures.pale_texts(browser, LEAST_CONTRAST) == []
    assert page_measures.unnamed_controls(browser) == []
    assert page_measures.broken_words(browser, ".pictures") == []


def test_it_is_printed_dark_on_white_and_nothing_is_cut(browser, address):
    """Whatever the colours of the screen; on A4 at 96 pixels an inch, without margins of an inch."""
    browser.become(600, 1000)
    dark = {"name": "prefers-color-scheme", "value": "dark"}
    browser.devtools("Emulation.setEmulatedMedia", media="print", features=[dark])
    browser.open(address)
    if folder := os.environ.get("SCREENSHOTS"):
        browser.screenshot(Path(folder) / f"{Path(address).stem}-printed.png", is_whole=True)
    assert (
        browser.run("return getComputedStyle(document.querySelector('section')).backgroundColor")
        == "rgb(255, 255, 255)"
    )
    assert page_measures.pale_texts(browser, LEAST_CONTRAST) == []
    assert not page_measures.scrolls_sideways(browser)
    browser.devtools("Emulation.setEmulatedMedia", media="")


def test_nothing_is_loaded_and_no_script_runs(browser, address):
    browser.open(address)
    assert browser.run("return performance.getEntriesByType('resource').length") == 0
    browser.run("document.body.setAttribute('onclick', 'window.ran = true'); document.body.click()")
    assert browser.run("return window.ran === undefined")
