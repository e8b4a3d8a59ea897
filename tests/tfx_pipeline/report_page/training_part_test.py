import json
import re

import pytest

from tests.support.finished_runs import finish, report, write_events
from tests.support.past_runs import PastRuns
from tfx_pipeline.past_runs.finished_run import finished_runs
from tfx_pipeline.report_page.training_part import training_part


@pytest.fixture
def run(tmp_path):
    finish(PastRuns(tmp_path / "shop"), report())
    return finished_runs(str(tmp_path / "shop"))[0]


def captions(html):
    return re.findall("<figcaption>(.*?)</figcaption>", html)


def test_losses_and_metrics_are_drawn(run):
    html = training_part(run)
    assert captions(html) == ["Loss", "NDCG@5 on the validation split"]
    assert "<h4>Trainer</h4>" in html
    assert "2 epochs; the weights of epoch 2 were kept. 1,234 parameters were learned." in html
    assert html.count('class="mark"') == 2


def test_parts_of_the_loss_and_a_rate_that_changes_are_drawn_too(run):
    folder = run.folder("Trainer", "model_run") / "train"
    write_events(folder, {"loss/a": [1, 2], "loss/b": [2, 1]}, first_epoch=7)
    assert captions(training_part(run))[2:] == ["Parts of the training&#x27;s loss"]
    write_events(folder, {"optimizer/learning_rate": [0.0005]}, first_epoch=3)
    assert captions(training_part(run))[3:] == ["Learning rate"]


def test_a_start_that_nothing_beat_and_what_was_chosen_are_told(run):
    folder = run.folder("Trainer", "model_run")
    (folder / "validation.json").write_text(json.dumps({"epoch": 0}))
    (folder / "automatic.json").write_text(json.dumps({"text": "batches of <32>"}))
    html = training_part(run)
    assert "2 epochs, and none was better than the start, which was kept." in html
    assert "Chosen by train: auto: batches of &lt;32&gt;." in html


def test_it_is_told_where_curves_begin_that_have_not_all_epochs(run):
    assert "The curves begin" not in training_part(run)
    folder = run.folder("Trainer", "model_run")
    for file in (folder / "train").iterdir():
        file.unlink()
    write_events(folder / "train", {"loss/total": [2.0, 1.0]}, first_epoch=3)
    told = "The curves begin with epoch 3: an interrupted training has the logs of those before it."
    assert f"4 epochs; the weights of epoch 2 were kept. {told}" in training_part(run)


def test_logs_that_are_gone_are_told(run):
    folder = run.folder("Trainer", "model_run")
    folder.rename(folder.with_name("gone"))
    html = training_part(run)
    assert "<p>The logs of Trainer are gone, so its curves are not shown.</p>" in html and captions(html) == []
