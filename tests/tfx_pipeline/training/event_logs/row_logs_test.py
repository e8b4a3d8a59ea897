from tests.support.event_logs import scalars_of
from tfx_pipeline.training.event_logs.event_writers import EventWriters
from tfx_pipeline.training.event_logs.row_logs import RowLogs


def test_shares_are_found_once_and_stand_at_each_epoch(tmp_path):
    found = []

    def find():
        found.append(1)
        return {"no_negative": 0.25, "alignment_one_kind": 0.5}

    callback = RowLogs(EventWriters(str(tmp_path)), find)
    for epoch in (0, 1):
        callback.on_epoch_end(epoch)
    assert scalars_of(tmp_path / "train") == {
        "rows/no_negative": [(1, 0.25), (2, 0.25)],
        "rows/alignment_one_kind": [(1, 0.5), (2, 0.5)],
    }
    assert found == [1]
