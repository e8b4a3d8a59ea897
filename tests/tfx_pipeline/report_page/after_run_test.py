import logging
from pathlib import Path

import pytest

from tests.support.finished_runs import finish, report
from tests.support.past_runs import PastRuns
from tfx_pipeline.report_page.after_run import write_after_run


@pytest.fixture
def past(tmp_path):
    past = PastRuns(tmp_path / "shop")
    finish(past, report())
    return past


def test_the_newest_run_is_written_and_its_place_logged(past, caplog):
    caplog.set_level(logging.INFO)
    finish(past, report(), version="18")
    path = write_after_run(str(past.root))
    assert path == f"{past.root}/reports/run_2.html" and "shop, run 2" in Path(path).read_text()
    assert (past.root / "reports" / "run_2_card.md").read_text().startswith("---\n")
    assert caplog.messages[-1] == f"The report as a page: {path}"


def test_whatever_keeps_it_from_being_written_is_only_logged(past, caplog):
    (past.root / "reports" / "run_1.html").mkdir()
    assert write_after_run(str(past.root)) == ""
    message = caplog.messages[-1]
    assert message.startswith("The run has ended well; its report could not be written as a page (IsADirectoryError: ")
    assert write_after_run(str(past.root / "nowhere")) == ""
