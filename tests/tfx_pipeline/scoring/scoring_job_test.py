"""Whole scorings of a small log by a real model."""

import json
from dataclasses import replace

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from components.raw_files.refusal import DataError
from components.sources.data_config import DataConfig
from serving.shop_log.event_log import HistoryLimits
from tests.support.exported_retriever import ITEMS_PER_SESSION, NEWEST_CLICKS, NEWEST_SEARCHES
from tests.support.raw_files import make_pipeline, write
from tfx_pipeline.cli.asking.source_log import read_source_log
from tfx_pipeline.scoring import scoring_job
from tfx_pipeline.scoring.asked_recommender import AskedRecommender
from tfx_pipeline.scoring.score_files import OtherScoresError, ScoreFiles
from tfx_pipeline.scoring.scoring_job import Scored, ScoringJob

COLUMNS = "user_id,timestamp_ms,surface,query,item_id\n"
USERS = [f"u{number}" for number in range(9)]
ROWS = [f"{user},{1000 + place},recommendation,,item-{'abcdefghijkl'[place]}\n" for place, user in enumerate(USERS)]
LIMITS = HistoryLimits(NEWEST_CLICKS, NEWEST_SEARCHES, ITEMS_PER_SESSION)


def log_of(path, rows):
    return DataConfig(events=write(path, COLUMNS + "".join(rows)), earliest="1970-01-01")


@pytest.fixture
def job(exported, tmp_path):
    data = log_of(tmp_path / "log.csv", ROWS)
    return ScoringJob(data, LIMITS, exported.model_dir, str(tmp_path / "my scores"), k=4, parts=3, batch=2)


def table(job):
    paths = [f"{job.folder}/part-{part:05d}-of-{job.parts:05d}.parquet" for part in range(job.parts)]
    return pa.concat_tables(map(pq.read_table, paths)).to_pylist()


def test_every_user_has_one_row_with_what_the_model_recommends(job):
    assert scoring_job.run(job, make_pipeline) == Scored(users=9, parts=3, kept=0)
    rows = table(job)
    assert sorted(row["user_id"] for row in rows) == USERS
    log, model = read_source_log(job.data), AskedRecommender(job.model_dir)
    for row in rows:
        user = row["user_id"]
        (feed,) = model.feeds([(user, log.history_of(user, LIMITS))], 4, True, False, 0)
        assert row["items"] == feed.items and row["history"] == 1
        assert row["scores"] == pytest.approx(feed.scores.tolist(), abs=1e-5)


def test_a_part_without_users_has_a_file_too(job):
    many = replace(job, parts=12)  # Of nine users.
    assert scoring_job.run(many, make_pipeline) == Scored(users=9, parts=12, kept=0)
    assert len(table(many)) == 9


def test_several_workers_write_the_same(job, tmp_path):
    scoring_job.run(job, make_pipeline)
    other = replace(job, folder=str(tmp_path / "other"))
    scoring_job.run(other, lambda: make_pipeline(2))
    assert [(row["user_id"], row["items"]) for row in table(other)] == [
        (row["user_id"], row["items"]) for row in table(job)
    ]


class Killed(Exception):
    """Stands for whatever ends a process."""


def test_what_was_finished_before_an_interruption_is_not_made_again(job, monkeypatch):
    write_part = ScoreFiles.write

    def one_then_killed(self, part, users, feeds):
        if self.finished():
            raise Killed
        write_part(self, part, users, feeds)

    with monkeypatch.context() as patched, pytest.raises(Exception, match="Killed"):
        patched.setattr(ScoreFiles, "write", one_then_killed)
        scoring_job.run(job, make_pipeline)
    (done,) = ScoreFiles(job.folder, 3).finished()
    asked = []
    feeds = AskedRecommender.feeds
    monkeypatch.setattr(
        AskedRecommender, "feeds", lambda self, users, *rest: asked.extend(users) or feeds(self, users, *rest)
    )
    assert scoring_job.run(job, make_pipeline) == Scored(users=9, parts=2, kept=1)
    assert {user for user, _ in asked} == {user for user in USERS if scoring_job.part_of(user, 3) != done} and sorted(
        row["user_id"] for row in table(job)
    ) == USERS
    asked.clear()
    begun = []
    assert scoring_job.run(job, make_pipeline, begun.append) == Scored(users=9, parts=0, kept=3)
    assert not asked and not begun


def test_a_log_that_is_not_fit_to_be_used_leaves_no_file(job, tmp_path):
    bad = replace(job, data=log_of(tmp_path / "bad.csv", [ROWS[0], *["u1,yesterday,,,\n"] * 9]))
    with pytest.raises(DataError, match="9 of 10 event rows"):
        scoring_job.run(bad, make_pipeline)
    assert ScoreFiles(bad.folder, 3).finished() == []
    assert scoring_job.run(job, make_pipeline).users == 9  # The mended log goes into the same folder.


def test_another_log_or_model_is_told_from_the_first(job, tmp_path):
    scoring_job.run(job, make_pipeline)
    with pytest.raises(OtherScoresError, match="holds scores of another k, vectors"):
        scoring_job.run(replace(job, k=3, vectors=True), make_pipeline)
    grown = replace(job, data=log_of(tmp_path / "log.csv", ROWS[:-1]))
    with pytest.raises(OtherScoresError, match="holds scores of another log"):
        scoring_job.run(grown, make_pipeline)
    assert scoring_job.run(replace(grown, vectors=True, force=True), make_pipeline).users == 8
    assert all(len(row["vector"]) == 4 for row in table(job))
    settings = json.loads((tmp_path / "my scores" / "scores.json").read_text())
    assert settings["vectors"] and settings["model"].endswith("/model")
