import re

import numpy as np
import pytest

from components.metrics.by_user.user_gains import UserGains
from schemas.rank_metrics import rank_metrics
from tests.support.experiment_results import result
from tests.support.html_tables import table_rows
from tfx_pipeline.experiments.comparison_rows import rows
from tfx_pipeline.report_page.experiment_page import page

EVIL = "<script>alert(1)</script>\u202e"
FUSION = ("unisar.fusion=false",)


def gains(ndcg):
    sums = np.tile(np.array(ndcg)[:, np.newaxis], len(rank_metrics()))
    return {"search": UserGains(np.arange(len(ndcg)).astype(np.bytes_), np.ones(len(ndcg), int), sums)}


@pytest.fixture
def results():
    """Two variants, two seeds; the second variant gains less of one user in ten."""
    return [
        result("complete", 0, search=0.5, gains=gains([0.5] * 10), curves={"search": [(1, 0.25), (2, 0.5), (3, 0.9)]}),
        result("without fusion", 0, search=0.41, changes=FUSION, gains=gains([0.5] * 9 + [-0.4])),
        result(
            "complete", 1, search=0.7, gains=gains([0.7] * 10), curves={"search": [(1, 0.75), (2, 0.5)]}, seconds=30.0
        ),
        result("without fusion", 1, search=0.61, changes=FUSION, gains=gains([0.7] * 9 + [-0.2])),
    ]


def shown(results, left=0):
    return page("few", rows(results), results, left)


def captions(text):
    return re.findall("<figcaption>(.*?)</figcaption>", text)


def test_it_has_the_table_and_what_it_means(results):
    text = shown(results, 2)
    assert table_rows(text, "Variants side by side") == [
        ["variant", "surface", "NDCG@5", "HR@5", "difference", "p", "epoch"],
        ["complete", "search", "0.6000 ± 0.1414", "0.6000 ± 0.1414", "", "", "1"],
        ["without fusion", "search", "0.5100 ± 0.1414", "0.5100 ± 0.1414", "-0.0900 ± 0.0000", "0.3434", "1"],
    ]
    assert "So far; still to come: 2 of 6 trainings." in text and "p: how likely a difference" in text
    assert table_rows(text, "All metrics")[1][:3] == ["complete", "search", "0.6000 ± 0.1414"]
    assert text.count('<tr class="marked">') == 2, "the best one, in both tables"


def test_it_says_what_each_variant_changes(results):
    assert table_rows(shown(results), "What each variant changes") == [
        ["variant", "changes", "size", "time of each training"],
        ["complete", "nothing changed", "1,234 parameters", "1 min 5 s and 30 s"],
        ["without fusion", "unisar.fusion=false", "1,234 parameters", "1 min 5 s and 1 min 5 s"],
    ]
    failed = [*results, result("broken", 0, error="no such thing")]
    assert table_rows(shown(failed), "What each variant changes")[-1][-1] == "failed with seed 17: no such thing"
    # The settings of the first one: what its seed differs from the default in, if it does, stands among all.
    assert ["train.seed", "17"] in table_rows(shown(results), "All settings")


def test_differences_and_figures_are_drawn_with_their_intervals(results):
    text = shown(results)
    differences, figures = (text[text.index(f"<h3>{title}") :] for title in ("Differences to complete", "NDCG@5</h3>"))
    picture = re.search("<svg.*?</svg>", differences)[0]
    assert "without fusion: -0.0900" in picture and "complete" not in picture
    assert picture.count("<circle") == 1 and picture.count('class="reach"') == 3
    assert "95 % interval over users and seeds" in text
    picture = re.search("<svg.*?</svg>", figures)[0]
    assert "complete: 0.6000" in picture and "without fusion: 0.5100" in picture
    # Of one variant alone nothing is compared.
    assert "<h3>Differences" not in shown(results[:1])
    assert "95 % interval over users," in shown(results[:1])


def test_curves_are_means_over_the_seeds_of_the_epochs_that_all_had(results):
    text = shown(results)
    drawn = text[text.index("by epoch</h3>") :]
    (points,) = re.findall('<polyline points="(.*?)"', drawn)
    # 0.25 and 0.75, 0.5 and 0.5: all means are 0.5. The third epoch is that of one seed alone.
    (_, first), (_, second) = (each.split(",") for each in points.split())
    assert first == second and ">epoch 2</text>" in drawn


def test_no_more_lines_stand_in_a_picture_than_can_be_told_apart():
    points = {"search": [(1, 0.25), (2, 0.5)], "recommendation": [(1, 0.1), (2, 0.2)]}
    results = [result(f"variant {n}", 0, search=0.5, recommendation=0.2, curves=points) for n in range(12)]
    text = shown(results)
    drawn = re.findall("<figure>.*?</figure>", text[text.index("by epoch</h3>") :])
    # The first and five others, the first and five more, the first and the last; on both surfaces.
    assert [figure.count("<polyline") for figure in drawn] == [6, 6, 2] * 2
    assert all("variant 0<" in figure for figure in drawn)
    assert [each.split(",")[0] for each in captions(text)[-6:]] == ["search"] * 3 + ["recommendation"] * 3
    # What users gained is not known, so that no interval of a difference is.
    assert table_rows(text, "Variants side by side")[-1][4] == "+0.0000" and "<h3>Differences" not in text


def test_no_text_becomes_more_than_text():
    results = [result(EVIL, 0, search=0.5, changes=(EVIL,)), result("broken", 0, error=EVIL)]
    text = page(EVIL, rows(results), results, 0)
    assert "<script" not in text and "\u202e" not in text
    assert text.count("&lt;script&gt;alert(1)&lt;/script&gt;\\u202e") > 5


def test_nothing_was_trained():
    results = [result("complete", 0, error="no such thing")]
    text = shown(results)
    assert "no such thing" in text and "<svg" not in text and "is missing" not in text
    assert "<h3>NDCG@5" not in text and "<h3>Variants side by side" not in text
