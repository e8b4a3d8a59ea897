import pytest
from tensorflow_metadata.proto.v0 import statistics_pb2

from components.data_checks import passed_statistics
from components.data_checks.passed_statistics import keep_statistics, last_span_before, read_statistics


def statistics(examples: int):
    return statistics_pb2.DatasetFeatureStatisticsList(datasets=[{"num_examples": examples}])


@pytest.mark.parametrize("scheme", ["", "file://"])
def test_the_span_before_is_the_newest_by_number(tmp_path, scheme):
    folder = f"{scheme}{tmp_path}/run/passed"
    assert last_span_before(folder, 9) is None
    for span in (10, 9, 8):
        keep_statistics(folder, span, statistics(span))
    assert [last_span_before(folder, span) for span in (99, 11, 10, 9)] == [10, 10, 9, 8]
    assert last_span_before(folder, 8) is None
    assert read_statistics(folder, 9) == statistics(9)


def test_what_was_not_written_to_its_end_is_not_there(tmp_path, monkeypatch):
    keep_statistics(str(tmp_path), 7, statistics(0))
    keep_statistics(str(tmp_path), 7, statistics(1))
    # A span has the statistics of its last run.
    assert read_statistics(str(tmp_path), 7) == statistics(1)
    assert [path.name for path in tmp_path.iterdir()] == ["7.pb"]

    def killed(*args, **kwargs):
        raise KeyboardInterrupt

    monkeypatch.setattr(passed_statistics.gfile, "rename", killed)
    for span in (7, 8):
        with pytest.raises(KeyboardInterrupt):
            keep_statistics(str(tmp_path), span, statistics(2))
    # What else lies there is passed over.
    for name in ("8.pb.txt", "x8.pb", "pb"):
        (tmp_path / name).touch()
    (tmp_path / "8").mkdir()
    assert last_span_before(str(tmp_path), 9) == 7
    assert read_statistics(str(tmp_path), 7) == statistics(1)
