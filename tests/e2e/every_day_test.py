"""A week of a shop, with a run a day. Some days are bad; none of them reaches the served model."""

import json
import os
import sys
from collections import defaultdict
from pathlib import Path

import keras
import pytest
import yaml

from components.baseline_model.pushed_versions import complete_versions
from tests.support import tiny_logs
from tfx_pipeline.cli.main import main
from tfx_pipeline.past_runs.run_store import RunStore
from tfx_pipeline.past_runs.run_summary import pushed_destination

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(1800)]

HISTORY = 9
"""So many days there are before the week. The log has 16 in all."""
MONDAY, TUESDAY, WEDNESDAY, THURSDAY, FRIDAY, SATURDAY, SUNDAY = range(HISTORY + 1, HISTORY + 8)
TELL = "import sys; open(sys.argv[1], 'a').write(sys.stdin.read())"


class Week:
    """A shop whose log comes day by day.

    Args:
        folder: Where all of it lies.
    """

    def __init__(self, folder: Path):
        self.folder, self.told_in = folder, folder / "what was told.jsonl"
        config = tiny_logs.write(folder, rules=["popularity"])
        self.header, *rows = (folder / "events.tsv").read_text().splitlines()
        self.days = defaultdict(list)
        for row in rows:
            self.days[1 + (int(row.split("\t")[1]) - 1_600_000_000_000) // 86_400_000].append(row)
        values = yaml.safe_load(config.read_text())
        values["data"] |= {"events": f"{folder}/a log/{{SPAN}}/*.tsv", "least_span_share": 0.5}
        values["evaluation"]["margin"] = -1  # Whatever a model of a good day is worth, it is pushed.
        values["retention"] = {"versions": 2, "runs": 1}
        values["hooks"] = {"command": [sys.executable, "-c", TELL, str(self.told_in)]}
        config.write_text(yaml.safe_dump(values))
        self.config, self.root = config, folder / "run"
        for day in range(1, HISTORY + 1):
            self.comes(day)

    def comes(self, day: int, name: str = "events.tsv", header: str = "", rows=None) -> None:
        """The file of a day comes."""
        path = self.folder / "a log" / str(day) / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("\n".join([header or self.header, *(self.days[day] if rows is None else rows)]) + "\n")

    def run(self) -> int:
        """Runs the pipeline; returns the exit code."""
        try:
            return main(["run", "--config", str(self.config)])
        finally:
            keras.utils.clear_session()  # Each run is a process of its own elsewhere, and gives its memory back.

    @property
    def told(self) -> list[dict]:
        """What was told of all runs so far."""
        return [json.loads(line) for line in self.told_in.read_text().splitlines()]

    @property
    def versions(self) -> list[str]:
        """The pushed versions; the first is served."""
        return complete_versions(str(self.root / "pushed" / "tiny"))

    def metric(self, name: str) -> float:
        """A number of the metrics' file; of several samples the one that is not 0."""
        lines = (self.root / "metrics" / "tandem_tiny_run.prom").read_text().splitlines()
        found = [line for line in lines if line.startswith(name) and not line.endswith(" 0")]
        return float(found[0].rpartition(" ")[2])

    def state(self) -> str:
        """The state of the last run by the metrics' file."""
        text = (self.root / "metrics" / "tandem_tiny_run.prom").read_text()
        (line,) = [each for each in text.splitlines() if each.startswith("tandem_run_state") and each.endswith(" 1")]
        return line.rpartition('state="')[2].partition('"')[0]


def test_no_bad_day_reaches_the_served_model(tmp_path):
    week = Week(tmp_path / "a shop")

    week.comes(MONDAY)
    assert week.run() == 0 and week.told[-1]["state"] == week.state() == "pushed"
    assert week.told[-1]["models"]["tiny"]["best_rule"]["search"]["best_rule"] == "popularity"
    (monday,) = week.versions

    week.comes(TUESDAY)
    assert week.run() == 0
    tuesday, *others = week.versions
    assert others == [monday] and week.told[-1]["state"] == "pushed"
    pushed_on = week.metric("tandem_run_last_push_time_seconds")

    # The column of items has another name.
    week.comes(WEDNESDAY, header=week.header.replace("item_id", "article"))
    assert week.run() == 1 and week.versions[0] == tuesday
    assert week.told[-1]["state"] == week.state() == "failed"
    assert "data.columns.item_id = 'item_id': there is no such column." in week.told[-1]["error"]["text"]
    assert "Set data.columns.item_id" in week.told[-1]["error"]["text"]
    assert week.metric("tandem_run_last_push_time_seconds") == pushed_on

    # Wednesday's file was mended; of Thursday's the rest has not come yet.
    week.comes(WEDNESDAY)
    whole = week.days[THURSDAY]
    week.comes(THURSDAY, rows=whole[: len(whole) // 3])
    assert week.run() == 1 and week.versions[0] == tuesday
    assert f"the files of span {THURSDAY} have " in week.told[-1]["error"]["text"]
    week.comes(THURSDAY)
    assert week.run() == 0
    thursday, *others = week.versions
    assert others == [tuesday] and week.told[-1]["state"] == "pushed"  # Of more than two the oldest went.

    # Friday's file was shipped twice.
    week.comes(FRIDAY)
    week.comes(FRIDAY, name="events (copy).tsv")
    assert week.run() == 0
    friday, *others = week.versions
    assert others == [thursday]
    left_out = json.loads((week.root / "report.json").read_text())["left_out"]
    assert any(each.startswith(f"{len(week.days[FRIDAY])} events stand in the log more than once") for each in left_out)
    examples = _examples(week.root)

    # Nothing comes on Saturday. All of it is in the cache, although older artifacts are gone.
    assert week.run() == 0 and week.told[-1]["state"] == "unchanged" and week.versions[0] == friday
    (week.root / "last_run.json").unlink()
    assert week.run() == 0 and week.told[-1]["state"] == "unchanged" and week.versions[0] == friday
    assert json.loads((week.root / "report.json").read_text())["ran"] == []
    # The copy adds nothing: what is learned from is what it is without it.
    (week.folder / "a log" / str(FRIDAY) / "events (copy).tsv").unlink()
    assert week.run() == 0 and _examples(week.root) == examples

    # On Sunday a robot searches for mugs, as often as all users together did in a hundred days.
    rows = [
        f"u{number % 80}\t{1_600_000_000_000 + (SUNDAY - 1) * 86_400_000 + number}\tsearch\tmug\t\tmug-{number % 12}"
        for number in range(8000)
    ]
    served = week.versions[0]
    week.comes(SUNDAY, rows=rows)
    assert week.run() == 1 and week.versions[0] == served
    assert "train since the last span, surface: " in week.told[-1]["error"]["text"]
    assert week.told[-1]["error"]["component"] == "DataChecks" and week.state() == "failed"

    # What the kept versions were made of is there, the other trainings are not. All runs are listed.
    assert len(week.versions) == 2 and not list(week.root.rglob("being_removed-*"))
    store = RunStore(str(week.root))
    assert not any(run.is_removed for run in store.runs)
    trained = {
        os.path.basename(pushed_destination(store.artifacts[dict(run.steps_of("Pusher")[0].outputs)["pushed_model"]])):
        store.artifacts[dict(run.steps_of("Trainer")[0].outputs)["model"]]
        for run in store.runs[:-1]
    }  # fmt: skip
    kept = [version for version, model in trained.items() if Path(model.uri).is_dir()]
    assert sorted(kept) == sorted(week.versions) and {monday, tuesday, friday} <= set(trained)
    assert [version for version, model in trained.items() if not model.is_deleted] == kept
    assert [each["exit_code"] for each in week.told] == [0, 0, 1, 1, 0, 0, 0, 0, 0, 1]


def _examples(root: Path) -> list[bytes]:
    """The newest examples for training, serialized."""
    import tensorflow as tf  # Seconds.

    folder = max((root / "artifacts" / "BehaviourExampleGen" / "examples").iterdir(), key=lambda each: int(each.name))
    files = [str(path) for path in (folder / "Split-train").iterdir()]
    return sorted(each.numpy() for each in tf.data.TFRecordDataset(files, compression_type="GZIP"))
