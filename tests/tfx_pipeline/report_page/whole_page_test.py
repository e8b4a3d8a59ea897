import re
from html.parser import HTMLParser

import pytest

from components.raw_files.fingerprint import fingerprint
from components.sources.data_config import DataConfig
from tests.support.finished_runs import finish, report
from tests.support.past_runs import PastRuns
from tests.support.raw_files import write
from tfx_pipeline.config.pipeline_config import EvaluationConfig, RetrieverConfig
from tfx_pipeline.past_runs.finished_run import finished_runs
from tfx_pipeline.report_page.whole_page import default_path, numbers_told, page, write_page

EVIL = "<script>alert(1)</script>\u202e\x1b[31m"
OPEN = {"meta"}
"""Elements that have no end."""


class Read(HTMLParser):
    """Reads a page, and refuses elements that are not closed in their order."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.addresses, self._open = [], [], []
        self.feed(text)
        self.close()
        assert not self._open

    def handle_starttag(self, tag, attributes):
        self.tags.append(tag)
        self.addresses += [value for name, value in attributes if name in ("src", "href", "srcset", "action")]
        if tag not in OPEN:
            self._open.append(tag)

    def handle_endtag(self, tag):
        assert self._open.pop() == tag


@pytest.fixture
def past(tmp_path):
    return PastRuns(tmp_path / "shop")


def newest(past):
    return finished_runs(str(past.root))


def test_a_page_says_what_became_of_the_run_and_holds_all_parts(past):
    finish(past, report())
    text = page(newest(past))
    assert "<h1>shop, run 1</h1>" in text
    assert '<p class="outcome pushed">Pushed: version 17 in pushed/shop.</p>' in text
    titles = [
        "Metrics on the held-out examples",
        "Beside simple rules",
        "Gates",
        "Training",
        "Components and their times",
    ]
    places = [text.index(f"<h3>{title}") for title in [*titles, "What it was made of", "Settings"]]
    assert places == sorted(places) and "missing" not in text[text.index("<body>") :]


def test_a_page_says_in_short_what_was_trained(past):
    finish(past, report())
    assert "unisar learned from 600 examples, and was measured on 90 of the split test." in page(newest(past))
    retriever = RetrieverConfig(model="unifiedssr")
    finish(past, report(), version="18", retriever=retriever, evaluation=EvaluationConfig(split="validation"))
    told = "unisar, which orders what unifiedssr and further sources find, learned from 600 examples, and was"
    assert f"{told} measured on 80 of the split validation." in page(newest(past))


def test_a_page_is_whole_and_needs_nothing_else(past):
    finish(past, report())
    read = Read(page(newest(past)))
    assert not read.addresses and not {"script", "link", "img", "iframe", "object"} & set(read.tags)
    style = re.search("<style>(.*?)</style>", page(newest(past)), re.DOTALL)[1]
    assert "url(" not in style and "@import" not in style
    assert "default-src 'none'" in page(newest(past))


def test_no_text_of_a_run_becomes_more_than_text(past):
    told = report(baseline=EVIL, among_which=EVIL, servability_reasons=[EVIL], outcome="not_pushed", servable=False)
    told |= {
        "data_findings": [EVIL],
        "left_out": [EVIL],
        "models": {EVIL: told["models"]["shop"], "b": report()["models"]["shop"]},
    }
    finish(past, told, name=EVIL, version="")
    text = page(newest(past))
    assert "script" not in Read(text).tags
    assert "\u202e" not in text and "\x1b" not in text
    assert text.count("&lt;script&gt;alert(1)&lt;/script&gt;\\u202e\\x1b[31m") > 5


def test_a_part_that_cannot_be_read_does_not_cost_the_others(past):
    told = report()
    del told["models"]["shop"]["whole_catalogue"]
    finish(past, told)
    text = page(newest(past))
    assert "A part of the report is missing: KeyError: &#x27;whole_catalogue&#x27;" in text
    assert "<h3>Training</h3>" in text
    for component in ("ItemCatalog", "BehaviourExampleGen"):
        (newest(past)[0].folder(component, "rejects") / "summary.json").write_text("{")
    text = page(newest(past))
    assert text.count("A part of the report is missing: JSONDecodeError: ") == 2 and "<h3>Training</h3>" in text


def test_it_is_written_whole_beside_the_record(past):
    finish(past, report())
    runs = newest(past)
    assert default_path(runs) == f"{past.root}/reports/run_1.html"
    write_page(runs, f"{past.root}/new/page.html")
    assert (past.root / "new" / "page.html").read_text() == page(runs)
    assert [each.name for each in (past.root / "new").iterdir()] == ["page.html"]


def test_of_a_page_that_cannot_be_written_nothing_is_left(past):
    finish(past, report())
    (past.root / "new" / "page.html").mkdir(parents=True)
    with pytest.raises(IsADirectoryError):
        write_page(newest(past), f"{past.root}/new/page.html")
    assert [each.name for each in (past.root / "new").iterdir()] == ["page.html"]


def test_several_runs_stand_side_by_side_and_each_is_folded(past):
    finish(past, report())
    finish(past, report(outcome="unchanged"), version="18")
    runs = finished_runs(str(past.root), ["2", "1"])
    text = page(runs)
    assert "<h1>shop, runs 2 and 1</h1>" in text and "<h2>Run 2</h2>" in text
    assert "Unchanged: version 17" in text and "Pushed: version 17" in text
    assert text.index("<h3>Metrics side by side") < text.index("<summary>All of run 2</summary>")
    assert text.count("<h3>Metrics on the held-out examples</h3>") == 2
    assert default_path(runs) == f"{past.root}/reports/run_2_1.html"
    assert numbers_told([*runs, runs[0]]) == "runs 2, 1 and 2"
    Read(text)


def test_a_page_has_one_word_for_a_surface_in_titles_and_tables(past, tmp_path):
    """What the configuration and the log say: recommendation. Prose may say feed."""
    events = "user_id,timestamp_ms,surface,query,session_id,item_id\n7,1700000000000,recommendation,,,a\n"
    write(tmp_path / "events.csv", events + "7,1700000001000,search,red,s1,a\n")
    write(tmp_path / "items.csv", "item_id,title\na,ANT\n")
    digest = fingerprint(lambda: [str(tmp_path / name) for name in ("events.csv", "items.csv")])
    log = (DataConfig(path=str(tmp_path), events="events.csv", items="items.csv"), digest)
    finish(past, report(), log=log)
    text = page(newest(past))
    seen = [
        re.sub("<[^>]*>", "", each)
        for _, each in re.findall(r"<(t[hd]|h\d|figcaption|title|summary)\b(.*?)</\1>", text)
    ]
    names = [*seen, *re.findall('aria-label="([^"]*)"', text)]
    assert [each for each in names if re.search(r"\brecommendation\b", each)]
    assert not [each for each in names if re.search(r"\bfeeds?\b", each)]
