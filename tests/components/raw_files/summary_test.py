import apache_beam as beam

from components.raw_files.read_files import ReadingReport
from components.raw_files.refusal import Reject
from components.raw_files.summary import Summary, read_summary, write_summary
from tests.support.raw_files import make_pipeline

BAD = Reject("log.tsv", 2, "unknown surface", "holds 'café'")
REPORTS = {
    "event": ReadingReport(3, {"unknown surface": 1}, (BAD,), ("log.csv: is empty",)),
    "item": ReadingReport(),
    "user": ReadingReport(
        9, left_out={"left out: page 'cart'": 3}, converted={"ids as decimals": (2, "'7.0', read as '7'")}
    ),
}


def test_what_a_pipeline_writes_is_read(tmp_path):
    with make_pipeline() as pipeline:
        write_summary(
            str(tmp_path),
            pipeline | "Bad" >> beam.Create([BAD, ReadingReport(2, left_out={"left out: page 'cart'": 2})]),
            {kind: pipeline | kind >> beam.Create([each]) for kind, each in REPORTS.items()},
            pipeline | "Counts" >> beam.Create([("users", 1), ("train", 5), ("users", 1)]),
        )
    assert read_summary(str(tmp_path)) == Summary(REPORTS, {"users": 2, "train": 5})
    assert (tmp_path / "rejects-00000-of-00001.jsonl").read_text(encoding="utf-8") == BAD.to_json() + "\n"
