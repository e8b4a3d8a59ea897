from tests.support.behaviour_examples import write_examples
from tfx_pipeline.transform.record_batches import record_batches


def test_all_records_come_in_their_order_and_the_last_batch_may_be_shorter(tmp_path):
    path = write_examples(tmp_path / "records.gz", [b"a", b"", b"c", b"d", b"e"])
    assert [batch.tolist() for batch in record_batches(path, 2).as_numpy_iterator()] == [
        [b"a", b""],
        [b"c", b"d"],
        [b"e"],
    ]


def test_a_file_without_records_has_no_batches(tmp_path):
    assert not list(record_batches(write_examples(tmp_path / "records.gz", []), 2))
