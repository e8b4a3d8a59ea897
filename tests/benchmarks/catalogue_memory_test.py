"""Each worker tells what is its own and what it shares."""

import pytest

from benchmarks import catalogue_memory


def test_memory_that_is_shared_is_told_from_a_workers_own(report_of, tmp_path):
    report = report_of(catalogue_memory.main, "--items", "300000", "--workers", "1", "2", "--folder", str(tmp_path))
    assert [(row["workers"], row["worker"]) for row in report["workers"]] == [(1, 1), (2, 1), (2, 2)]
    # Ids of 12 characters, and 28 bytes beside each; the header and the end of the last id come once.
    assert report["workload"]["bytes"] == 300_000 * (12 + 28) + 64 + 8
    size = report["workload"]["bytes"] / 2**20
    for row in report["workers"]:
        shared = row["with_share_mib"] - (row["own_mib"] if row["workers"] > 1 else 0)
        assert shared > 0.2 * size
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("option", ["--items", "--workers"])
def test_nothing_cannot_be_measured(option, capsys):
    with pytest.raises(SystemExit):
        catalogue_memory.main([option, "0"])
    assert "--items and --workers should be at least 1" in capsys.readouterr().err
