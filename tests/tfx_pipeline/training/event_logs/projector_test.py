import numpy as np
import pytest
from google.protobuf import text_format
from tensorboard.plugins.projector.projector_config_pb2 import ProjectorConfig

from models.catalogue import Catalogue
from tests.support import small_models
from tfx_pipeline.training.event_logs.projector import Names, write_projector

WORDS = [b"blue", b"mug"]
CATALOGUE = Catalogue(
    # Item 1 is a blue mug; item 2 has one word that is known and one that is not; item 3 has no title.
    words=np.array([[0, 0], [1, 2], [3, 2], [0, 0], [0, 0]]),
    category_words=np.zeros((5, 0), int),
    categories=np.array([[0, 0], [1, 2], [2, 0], [0, 0], [0, 0]]),
    attributes=np.zeros((5, 0), int),
    engagements=np.zeros(5, int),
)
VALUES = {"items": [b"a", b"b\tc", b"d"], "words": WORDS}


def names(users=2, **changes):
    return Names(VALUES | changes, users, [[b"kitchen", b"garden"], [b"pots", b"mugs"]], CATALOGUE)


class Model:
    """Has vectors that tell their index."""

    def __init__(self, *kinds):
        self.kinds = kinds

    def vector_tables(self):
        return {kind: lambda ids: np.stack([ids, 10 * ids], axis=1) / 8 for kind in self.kinds}


def table(path):
    return [line.split("\t") for line in path.read_text(encoding="utf-8").splitlines()]


def test_items_have_titles_and_categories_words_their_names_and_users_no_ids():
    assert names().rows("items", [1, 2, 3]) == [
        ("title", "item", "category_1", "category_2"),
        ("blue mug", "a", "kitchen", "mugs"),
        ("mug", "b c", "garden", ""),
        ("d", "d", "", ""),
    ]
    assert names().rows("words", [1, 2]) == [("word", "rank"), ("blue", "1"), ("mug", "2")]
    # A single column has no heading.
    assert names().rows("users", [2]) == [("user 2",)]


def test_each_kind_is_a_file_of_vectors_and_one_of_names_that_the_projector_finds(tmp_path):
    write_projector(str(tmp_path), Model("items", "users"), names())
    config = text_format.Parse((tmp_path / "projector_config.pbtxt").read_text(), ProjectorConfig())
    assert [each.tensor_name for each in config.embeddings] == ["items", "users"]
    items, users = config.embeddings
    assert table(tmp_path / items.tensor_path) == [["0.125", "1.25"], ["0.25", "2.5"], ["0.375", "3.75"]]
    # A heading, as there are several columns.
    assert [row[0] for row in table(tmp_path / items.metadata_path)] == ["title", "blue mug", "mug", "d"]
    assert table(tmp_path / users.metadata_path) == [["user 1"], ["user 2"]]


def test_of_many_it_takes_some_from_the_most_frequent_to_the_rarest(tmp_path):
    write_projector(str(tmp_path), Model("words"), names(words=[b"w%d" % place for place in range(1, 102)]), most=5)
    rows = table(tmp_path / "projector" / "words_names.tsv")
    # 1, 26, 51, 76 and 101 of 101.
    assert rows == [["word", "rank"], *([f"w{place}", str(place)] for place in (1, 26, 51, 76, 101))]
    assert table(tmp_path / "projector" / "words.tsv")[1] == ["3.25", "32.5"]


def test_a_single_vector_and_a_model_that_shows_none_are_left_out(tmp_path):
    write_projector(str(tmp_path), Model("items", "users"), names(users=1))
    assert not (tmp_path / "projector" / "users.tsv").exists()
    write_projector(str(tmp_path / "none"), object(), names())
    assert not (tmp_path / "none").exists()


@pytest.mark.parametrize(
    ("model", "kinds"),
    [
        (lambda: small_models.unisar(), {"items", "words", "users"}),
        (lambda: small_models.unifiedssr(), {"items", "words", "users"}),
        (lambda: small_models.unifiedssr(user_embedding=False), {"items", "words"}),
        (lambda: small_models.unifiedssr(query_branch=False), {"items", "users"}),
    ],
)
def test_both_models_show_what_they_have(model, kinds):
    tables = model().vector_tables()
    assert set(tables) == kinds
    for vectors in tables.values():
        found = np.asarray(vectors(np.array([1, 2, 3], "int32")))
        assert found.shape == (3, 8) and len(np.unique(found.round(6), axis=0)) == 3
