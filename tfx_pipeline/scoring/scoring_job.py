"""One scoring: from a log and an exported model to the feed of every user, in Parquet files, on Beam."""

import hashlib
import logging
import operator
import os
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Final

import apache_beam as beam
from apache_beam.utils.shared import Shared

from components.progress import Progress
from components.raw_files.fingerprint import fingerprint
from components.raw_files.read_files import ReadingReport
from components.raw_files.refusal import DataError
from components.raw_files.summary import read_summary, write_summary
from components.sources.adapter import adapter
from components.sources.data_config import DataConfig
from serving.shop_log.event_log import HistoryLimits
from tfx_pipeline.scoring.asked_recommender import AskedRecommender, Feed
from tfx_pipeline.scoring.score_files import REJECTS, ScoreFiles
from tfx_pipeline.scoring.user_histories import EVENT, UserHistory, part_of, read_histories

_LOG = logging.getLogger(__name__)
_USERS: Final = "users"


@dataclass(frozen=True)
class ScoringJob:
    """What is scored, and how.

    Attributes:
        data: Where the log is and how it is read.
        limits: How much of a history the model sees.
        model_dir: The folder of an exported model that retrieves.
        folder: Where the files go.
        k: How many items each user gets.
        exclude_seen: Whether the items of a user's history are left out.
        vectors: Whether each user's vector is written, too.
        parts: How many files are written. A worker holds the histories and lists of one in memory.
        batch: How many users the model is asked for at once.
        force: Whether scores of other settings, which lie in the folder, are replaced.
    """

    data: DataConfig
    limits: HistoryLimits
    model_dir: str
    folder: str
    k: int = 100
    exclude_seen: bool = True
    vectors: bool = False
    parts: int = 32
    batch: int = 64
    force: bool = False


@dataclass(frozen=True)
class Scored:
    """What became of it.

    Attributes:
        users: How many users the files hold.
        parts: How many files were written now.
        kept: How many files were finished before.
    """

    users: int
    parts: int
    kept: int


def run(
    job: ScoringJob, make_pipeline: Callable[[], beam.Pipeline], begins: Callable[[list[int]], None] = lambda _: None
) -> Scored:
    """Writes the files that are not there yet.

    Args:
        job: What is scored, and how.
        make_pipeline: Makes the Beam pipeline to run.
        begins: Is called with the numbers of the files to write, once the log is known to be that of the others.

    Raises:
        DataError: Files of the log cannot be used, or too many rows were refused. Then nothing is written.
        OtherScoresError: The folder holds scores of other settings.
    """
    files = ScoreFiles(job.folder, job.parts)
    settings = files.begin(_settings(job), job.force)
    finished = files.finished()
    missing = sorted({*range(job.parts)} - {*finished})
    if missing:
        begins(missing)
        _score(job, files, missing, settings["moment_ms"], make_pipeline)
    return Scored(files.users(), len(missing), len(finished))


def _score(
    job: ScoringJob,
    files: ScoreFiles,
    missing: list[int],
    moment_ms: int,
    make_pipeline: Callable[[], beam.Pipeline],
) -> None:
    rejects_dir = os.path.join(job.folder, REJECTS)
    with make_pipeline() as pipeline:
        read = read_histories(pipeline, job.data, job.limits, moment_ms, missing, job.parts)
        by_part = (
            (
                read.histories | "WithPart" >> beam.Map(lambda each: (part_of(each[0], job.parts), each)),
                # A part without users has an empty file: it is finished, too.
                pipeline | "Parts" >> beam.Create([(part, None) for part in missing]),
            )
            | "AndEmptyParts" >> beam.Flatten()
            | "ByPart" >> beam.GroupByKey()
        )
        counts = by_part | "Score" >> beam.ParDo(
            _ScorePart(job, files, moment_ms, rejects_dir), beam.pvalue.AsSingleton(read.report)
        )
        write_summary(rejects_dir, read.rejects, {EVENT: read.report}, counts)
    _check(job, read_summary(rejects_dir).reports[EVENT], rejects_dir)


def _check(job: ScoringJob, report: ReadingReport, rejects_dir: str) -> None:
    told = adapter(job.data.source).source_files(job.data).events_told
    report.check(EVENT, told, job.data.max_reject_share, rejects_dir)


def _settings(job: ScoringJob) -> dict[str, Any]:
    """What decides on the content of the files, as JSON has it."""
    source_files = adapter(job.data.source).source_files(job.data)
    return {
        "model": "/".join(job.model_dir.rstrip("/").split("/")[-2:]),
        "log": fingerprint(lambda: source_files.files_that_name_items),
        "data": hashlib.sha256(job.data.to_json().encode()).hexdigest(),
        "k": job.k,
        "exclude_seen": job.exclude_seen,
        "vectors": job.vectors,
        "parts": job.parts,
        "moment_ms": round(time.time() * 1000),
    }


class _ScorePart(beam.DoFn):
    """Takes a part's number and its users, writes their feeds, and yields how many users there were.

    It writes nothing if the log is not fit to be used.
    """

    def __init__(self, job: ScoringJob, files: ScoreFiles, moment_ms: int, rejects_dir: str):
        self._job = job
        self._files = files
        self._moment_ms = moment_ms
        self._rejects_dir = rejects_dir
        self._shared = Shared()

    def setup(self) -> None:
        """Loads the model, or takes the one that this process has loaded."""
        self._model = self._shared.acquire(lambda: AskedRecommender(self._job.model_dir))

    def process(
        self, element: tuple[int, Iterable[UserHistory | None]], report: ReadingReport
    ) -> Iterable[tuple[str, int]]:
        part, members = element
        try:
            _check(self._job, report, self._rejects_dir)
        except DataError:
            return  # Whoever runs the pipeline says so.
        users = sorted((each for each in members if each), key=operator.itemgetter(0))
        feeds: list[Feed] = []
        progress = Progress("users scored")
        job = self._job
        for start in range(0, len(users), job.batch):
            asked = users[start : start + job.batch]
            feeds += self._model.feeds(asked, job.k, job.exclude_seen, job.vectors, self._moment_ms)
            progress.advance(len(asked))
        self._files.write(part, users, feeds)
        yield _USERS, len(users)
