import re

from tests.support.finished_runs import evaluated, report
from tests.support.html_tables import table_rows
from tfx_pipeline.report_page.slices_part import slices_part


def test_slices_are_pictures_and_a_table_beside_the_best_rule():
    html = slices_part(evaluated()["rules"])
    # A way with a single slice that has figures says nothing as a picture.
    assert re.findall("<figcaption>(.*?)</figcaption>", html) == ["search, NDCG@5 by is the wanted item in the history"]
    assert "0.250, 1,010 examples" in html
    assert table_rows(html, "Slices, search") == [
        ["search", "slice", "examples", "users", "model", "best rule", "difference"],
        ["is the wanted item in the history", "no", "290", "95"]
        + ["0.5000 (0.450 to 0.550)", "0.2500 (0.200 to 0.300)", "+0.2500 (+0.125 to +0.375)"],
        ["is the wanted item in the history", "yes", "1,010", "12"]
        + ["0.2500 (0.200 to 0.300)", "0.5000 (0.450 to 0.550)", "-0.2500 (-0.375 to -0.125)"],
        ["hour of the day", "0 to 5", "1", "1", "", "", ""],
    ]


def test_a_baseline_stands_beside_where_slices_decide():
    rules = evaluated()["rules"]
    rules["candidates"]["search"]["slices"][0] |= {"baseline": [0.5, 0.4, 0.6], "above_baseline": [0.0, -0.1, 0.1]}
    header, first, second, _ = table_rows(slices_part(rules), "Slices, search")
    assert header[-2:] == ["baseline", "model minus baseline"] and second[-2:] == ["", ""]
    assert first[-2:] == ["0.5000 (0.400 to 0.600)", "+0.0000 (-0.100 to +0.100)"]


def test_a_run_without_slices_has_no_such_part():
    assert slices_part(report()["models"]["shop"]["rules"]) == slices_part({}) == ""
