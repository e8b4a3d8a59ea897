"""Pieces of words that a log teaches, and words split by them, also in the graph that Transform saves."""

import pytest
import tensorflow as tf
import tensorflow_transform as tft
import tensorflow_transform.beam as tft_beam
from tensorflow_transform.tf_metadata import dataset_metadata, schema_utils

from tfx_pipeline.transform.words.subwords import UNKNOWN, learned, split_by, subwords

STEMS = ["lantern", "light", "cushion", "basket", "garden", "kitchen", "candle", "ribbon"]
ENDINGS = ["s", "holder", "set", "rack", "case"]
LOG = [(stem, 20) for stem in STEMS] + [(stem + ending, 3) for stem in STEMS for ending in ENDINGS]


def split(words, pieces):
    table = tf.lookup.StaticHashTable(
        tf.lookup.KeyValueTensorInitializer(pieces, tf.range(len(pieces), dtype=tf.int64)), -1
    )
    return [[piece.decode() for piece in row] for row in split_by(table, tf.constant(words)).to_list()]


def test_the_longest_pieces_first():
    pieces = ["lan", "lantern", "l", "##s", "##light", "##li", "##g", "##h", "##t"]
    assert split(["lanterns", "lantern", "lanlight", "lig", "s", ""], pieces) == [
        ["lantern", "##s"],
        ["lantern"],
        ["lan", "##light"],
        # No piece is "##i" or "##ig".
        ["l", "##" + UNKNOWN, "##g"],
        [UNKNOWN],
        [],
    ]


def test_a_new_word_is_made_of_pieces_that_the_log_teaches():
    new, strange = split(["ribbonholders", "qbasket"], learned(LOG, 100))
    assert new == ["ribbon", "##holder", "##s"]
    assert strange[0] == UNKNOWN, "no letter q is in the log"


def test_more_pieces_are_longer_and_their_number_holds():
    few, many = learned(LOG, 80), learned(LOG, 400)
    assert len(few) == 80 < len(many) <= 400
    assert split(["lanternholder"], many) == [["lanternholder"]]
    assert len(split(["lanternholder"], few)[0]) > 1


def test_characters_that_are_rare_leave_room_for_pieces():
    """A log in Chinese has thousands of characters, each of which could stand twice."""
    counted = [*LOG, *((chr(0x4E00 + place), 1) for place in range(500))]
    pieces = learned(counted, 400)
    assert len(pieces) == 400 and {"lantern", "candleset", "##a"} < set(pieces)
    # 16 letters are more frequent than all others; each of a quarter of 400 stands twice.
    assert sum(ord(piece[-1]) >= 0x4E00 for piece in pieces) == 2 * (400 // 4 - 16)


def test_a_log_of_hardly_a_word_teaches_hardly_a_piece():
    letters = ["m", "##m", "u", "##u", "g", "##g"]
    assert learned([("mug", 1)], 8_000)[:6] == letters
    assert {*learned([("mug", 1)], 8_000)} == {*letters, "mu", "##mu", "##ug", "mug", "##mug"}
    assert learned([], 8_000) == [UNKNOWN]


def test_the_order_of_the_words_does_not_matter():
    assert learned(LOG[::-1], 90) == learned(LOG, 90)


def test_words_of_any_script_are_cut_within():
    """SentencePiece's own rules would cut where a script or a number begins. Words have been split already."""
    pieces = learned([("usb3", 50), ("гб64", 50), ("本日", 50)], 60)
    assert split(["usb3", "гб64", "本日"], pieces) == [["usb3"], ["гб64"], ["本日"]]


@pytest.fixture(scope="module")
def transformed(tmp_path_factory):
    """What Transform makes of texts, of which those that begin with an x do not count; and the saved graph."""
    folder = tmp_path_factory.mktemp("transformed")

    def preprocessing_fn(inputs):
        texts = inputs["text"]
        counts = 1 - tf.cast(tf.strings.regex_full_match(texts, "x.*"), tf.int64)
        return {"pieces": subwords(tf.strings.split(texts), counts, 30).to_sparse()}

    texts = [{"text": text} for text in ("mug mugs", "mug cup cups", "xylophone")] * 40
    spec = schema_utils.schema_from_feature_spec({"text": tf.io.FixedLenFeature([], tf.string)})
    with tft_beam.Context(temp_dir=str(folder / "temporary")):
        data, graph = (texts, dataset_metadata.DatasetMetadata(spec)) | tft_beam.AnalyzeAndTransformDataset(
            preprocessing_fn
        )
        graph | tft_beam.WriteTransformFn(str(folder / "output"))
    return [row["pieces"].tolist() for row in data[0][:3]], tft.TFTransformOutput(str(folder / "output"))


def test_transform_learns_from_what_counts_and_splits_everything(transformed):
    rows, _ = transformed
    assert rows[0] == [b"mug", b"mugs"]
    assert [piece.decode() for piece in rows[2]] == [
        UNKNOWN if letter == "x" else "##p" if letter == "p" else f"##{UNKNOWN}" for letter in "xylophone"
    ]


def test_the_saved_graph_has_the_pieces_as_a_file_and_splits_the_same_each_time(transformed):
    _, output = transformed
    (file,) = [path for path in tf.io.gfile.glob(f"{output.transform_savedmodel_dir}/assets/*")]
    with tf.io.gfile.GFile(file) as lines:
        pieces = lines.read().splitlines()
    assert {"mug", "cups", "##u"} < set(pieces)
    layer = output.transform_features_layer()
    for _ in range(2):
        split_again = tf.sparse.to_dense(layer({"text": tf.constant(["mugs cupmug"])})["pieces"]).numpy().tolist()
        assert split_again == [[b"mugs", b"cup", *(each.encode() for each in split(["cupmug"], pieces)[0][1:])]]
