import gzip

import numpy as np
import pytest

from benchmarks.data_sets.item_sequences import padded, read

COLUMNS = {"user_id": "who", "item_id": "what", "timestamp": "when"}


@pytest.fixture
def log(tmp_path):
    """Writes a log of users, items and times, and gives back its path."""

    def write(*rows):
        path = tmp_path / "log.tsv.gz"
        with gzip.open(path, "wt") as stream:
            stream.write("what\twho\twhen\n" + "".join(f"{item}\t{user}\t{time}\n" for user, item, time in rows))
        return path

    return write


# In the file a's third event comes first, and two of b's have one time.
ROWS = [("a", "x", 30), ("a", "y", 10), ("b", "z", 5), ("b", "x", 5), ("a", "z", 20), ("b", "y", 4), ("a", "w", 40)]


def test_sequences_are_in_the_order_of_time_and_of_the_file(log):
    found = read(log(*ROWS), COLUMNS)
    named = [[found.items[item - 1] for item in sequence] for sequence in found.sequences]
    assert named == [["y", "z", "x", "w"], ["y", "z", "x"]]
    assert sorted(found.items) == ["w", "x", "y", "z"]


def test_the_last_event_is_the_test_and_the_one_before_it_validation(log):
    found = read(log(*ROWS), COLUMNS)
    named = {item: index + 1 for index, item in enumerate(found.items)}

    def indices(*rows):
        return [[named[item] for item in row] for row in rows]

    assert [each.tolist() for each in found.training()] == indices("yz", "y")
    for split, histories, wanted in (("validation", ("yz", "y"), "xz"), ("test", ("yzx", "yz"), "wx")):
        asked, next_items = found.asked(split)
        assert [each.tolist() for each in asked] == indices(*histories)
        assert next_items.tolist() == indices(wanted)[0]


def test_a_user_with_two_events_is_refused(log):
    with pytest.raises(ValueError, match=r"log.tsv.gz: user c has 2 events, and 3 are needed."):
        read(log(*ROWS, ("c", "x", 1), ("c", "y", 2)), COLUMNS)


def test_the_newest_items_are_kept_and_padding_comes_last():
    rows = [np.array([1, 2, 3]), np.array([4]), np.array([], "int32")]
    assert padded(rows, 2).tolist() == [[2, 3], [4, 0], [0, 0]]
    assert padded(rows, 9).tolist() == [[1, 2, 3], [4, 0, 0], [0, 0, 0]]
    assert padded(rows[2:], 9).tolist() == [[0]]
