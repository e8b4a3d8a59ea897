"""One file, read by several workers, each of which tells its share."""

import sys

import pytest

from benchmarks import big_file


@pytest.mark.skipif(" " in sys.executable, reason="Beam starts no workers by a Python whose path has a space")
def test_each_worker_tells_its_share_and_all_rows_are_read(report_of, monkeypatch, tmp_path):
    monkeypatch.setattr(big_file, "_BLOCK_ROWS", 500)
    report = report_of(big_file.main, "--gigabytes", "0.0001", "--workers", "2", "--folder", str(tmp_path))
    rows = report["workload"]["rows"]
    assert rows % 500 == 0 and report["workload"]["bytes"] > 10**5
    for total in report["reading"]:
        shares = [each["rows"] for each in report["workers"] if each["workers"] == total["workers"]]
        assert sum(shares) == total["rows"] == rows and len(shares) <= total["workers"]
    assert not list(tmp_path.iterdir())
