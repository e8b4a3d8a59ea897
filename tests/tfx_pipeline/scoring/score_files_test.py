import numpy as np
import pyarrow.parquet as pq
import pytest

from schemas.canonical_event import Surface, Token
from tfx_pipeline.scoring.asked_recommender import Feed
from tfx_pipeline.scoring.score_files import OtherScoresError, ScoreFiles

USERS = [("u1", (Token(Surface.RECOMMENDATION, ("a",)),)), ("ü2", ())]
FEEDS = [
    Feed(["b", "c"], np.array([0.75, 0.5], np.float32), ["vectors", "words"], None),
    Feed([], np.array([], np.float32), [], None),
]
SETTINGS = {"model": "shop/7", "k": 2, "moment_ms": 100}


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "of users" / "scores"


def test_a_part_is_a_file_with_a_row_for_each_user(folder):
    files = ScoreFiles(str(folder), 3)
    files.begin(SETTINGS, force=False)
    files.write(1, USERS, FEEDS)
    assert pq.read_table(folder / "part-00001-of-00003.parquet").to_pylist() == [
        {"user_id": "u1", "history": 1, "items": ["b", "c"], "scores": [0.75, 0.5], "sources": ["vectors", "words"]},
        {"user_id": "ü2", "history": 0, "items": [], "scores": [], "sources": []},
    ]
    assert (files.finished(), files.users()) == ([1], 2)
    vectors = [feed._replace(vector=np.array([1, -2], np.float32)) for feed in FEEDS]
    files.write(0, USERS, vectors)
    assert pq.read_table(folder / "part-00000-of-00003.parquet")["vector"].to_pylist() == [[1, -2], [1, -2]]
    assert (files.finished(), files.users()) == ([0, 1], 4)
    files.write(2, [], [])  # It has no user, and is finished all the same.
    assert (files.finished(), files.users()) == ([0, 1, 2], 4)


def test_a_file_that_was_being_written_is_not_finished(folder):
    files = ScoreFiles(str(folder), 1)
    files.begin(SETTINGS, force=False)
    (folder / "part-00000-of-00001.parquet.unfinished").write_bytes(b"half")
    assert files.finished() == []
    files.write(0, USERS, FEEDS)
    assert files.users() == 2


def test_the_same_settings_go_on_at_their_first_moment(folder):
    files = ScoreFiles(str(folder), 1)
    assert files.begin(SETTINGS, force=False) == SETTINGS
    files.write(0, USERS, FEEDS)
    assert files.begin(SETTINGS | {"moment_ms": 200}, force=False) == SETTINGS and files.finished() == [0]


def test_settings_of_what_came_to_nothing_are_replaced(folder):
    files = ScoreFiles(str(folder), 1)
    files.begin(SETTINGS, force=False)
    other = {"model": "shop/8", "k": 2, "moment_ms": 200}
    assert files.begin(other, force=False) == other
    files.write(0, USERS, FEEDS)
    with pytest.raises(OtherScoresError, match="holds scores of another model"):
        ScoreFiles(str(folder), 2).begin(SETTINGS, force=False)  # It would have no file of these numbers.


def test_scores_of_others_are_refused_or_replaced(folder):
    files = ScoreFiles(str(folder), 1)
    files.begin(SETTINGS, force=False)
    files.write(0, USERS, FEEDS)
    (folder / "notes.txt").write_text("mine")
    other = {"model": "shop/8", "k": 5, "moment_ms": 200}
    with pytest.raises(OtherScoresError, match=r"scores holds scores of another k, model\. Give .* or --force to"):
        files.begin(other, force=False)
    assert files.finished() == [0]
    assert files.begin(other, force=True) == other and files.finished() == []
    assert sorted(each.name for each in folder.iterdir()) == ["notes.txt", "scores.json"]
