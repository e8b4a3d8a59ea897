"""Splits words into pieces that the log teaches, within the Transform graph.

SentencePiece learns the pieces: frequent words stay whole, rarer ones fall into frequent parts. TensorFlow Text splits
a word by them, the longest first, as WordPiece does (arXiv 1609.08144). They are a file of the Transform graph, a piece
a line, so that people can read them.
"""

import collections
import contextlib
import io
import tempfile
from collections.abc import Iterable
from pathlib import Path

import apache_beam as beam
import numpy as np
import sentencepiece
import tensorflow as tf
import tensorflow_text
import tensorflow_transform as tft
import tensorflow_transform.beam as tft_beam

FILE = "subwords"
UNKNOWN = "[UNK]"
"""Stands for a character that training has not, and for a word of more than a hundred bytes."""
WITHIN = "##"
"""Begins a piece that does not begin a word."""

_WORD_START = "\u2581"
"""With it SentencePiece marks a piece that begins a word."""
_OTHER_PIECES = ("<unk>", _WORD_START)
_MOST_WORDS = 1_000_000
"""The rarer words of a larger vocabulary teach nothing about pieces."""


def subwords(words: tf.RaggedTensor, counts: tf.Tensor, most: int) -> tf.RaggedTensor:
    """Splits words into the longest pieces of those that the analysed splits teach.

    Args:
        words: string [n, (words)].
        counts: int64 [n], how many times each row counts for what is learned; 0 if it only is split.
        most: How many pieces are learned at most.

    Returns:
        string [n, (pieces)].
    """
    (file,) = tft.experimental.ptransform_analyzer(
        [words.flat_values, tf.repeat(counts, words.row_lengths())],
        _LearnedFile(most),
        [tf.string],
        [[]],
        [UNKNOWN.encode()],
        name=FILE,
    )
    split = []

    def look_up(flat: tf.Tensor, name: tf.Tensor | str) -> tuple[tf.Tensor, tf.Tensor]:
        is_outside = tf.inside_function() and not tf.is_symbolic_tensor(name)
        # A table that a function makes would be filled again at each call.
        with tf.init_scope() if is_outside else contextlib.nullcontext():
            table = _table(name)
        split.append(split_by(table, flat))
        return table.lookup(split[0].flat_values), table.size()

    # Of the numbers nothing is used. But Transform knows by them what the graph has to wait for.
    numbers = tft.apply_vocabulary(words.flat_values, file, lookup_fn=look_up)
    with tf.control_dependencies([numbers]):
        return words.with_flat_values(tf.identity(split[0])).merge_dims(1, 2)


def split_by(table: tf.lookup.StaticHashTable, words: tf.Tensor) -> tf.RaggedTensor:
    """Splits words by a table of pieces.

    Args:
        table: Has each piece as a key, with an int64 value.
        words: string [n].

    Returns:
        string [n, (pieces)].
    """
    pieces = tensorflow_text.WordpieceTokenizer(
        table, WITHIN, token_out_type=tf.string, unknown_token=UNKNOWN, split_unknown_characters=True
    )
    return pieces.tokenize(words)


def learned(counted: Iterable[tuple[str, int]], most: int) -> list[str]:
    """Learns pieces from words, by byte-pair encoding (arXiv 1508.07909).

    Args:
        counted: Each word, and how often it occurs.
        most: How many pieces are learned at most.

    Returns:
        Single characters, each as the beginning of a word and within one; then longer pieces as they were learned.
    """
    counted = sorted(counted)
    by_character = collections.Counter[str]()
    for word, count in counted:
        by_character.update(dict.fromkeys(word, count))
    # A character stands twice among the pieces. So half of them are left for longer ones, in a log in Chinese, too.
    characters = [character for character, _ in by_character.most_common(max(1, most // 4))]
    known = {*characters}
    counted = [(word, count) for word, count in counted if known.issuperset(word)]
    pieces = [form + character for character in characters for form in ("", WITHIN)]
    longer = (_as_here(piece) for piece in _merged(counted, most))
    return list(dict.fromkeys([*pieces, *longer]))[:most] or [UNKNOWN]


def _merged(counted: list[tuple[str, int]], most: int) -> list[str]:
    """The pieces that SentencePiece learns, as it writes them; single characters come last."""
    if not counted:
        return []
    model = io.BytesIO()
    with tempfile.TemporaryDirectory() as folder:
        table = Path(folder) / "words.tsv"
        table.write_text("".join(f"{word}\t{count}\n" for word, count in counted), encoding="utf-8")
        sentencepiece.SentencePieceTrainer.train(
            input=str(table),
            input_format="tsv",
            model_writer=model,
            model_type="bpe",
            vocab_size=most + len(_OTHER_PIECES),
            hard_vocab_limit=False,
            character_coverage=1.0,
            normalization_rule_name="identity",
            split_by_unicode_script=False,
            split_by_number=False,
            bos_id=-1,
            eos_id=-1,
            minloglevel=2,
        )
    processor = sentencepiece.SentencePieceProcessor(model_proto=model.getvalue())
    return [piece for piece in map(processor.id_to_piece, range(len(processor))) if piece not in _OTHER_PIECES]


def _as_here(piece: str) -> str:
    return piece[1:] if piece.startswith(_WORD_START) else WITHIN + piece


class _LearnedFile(tft_beam.experimental.PTransformAnalyzer):
    """Takes batches of words with their counts, writes the pieces and yields the file's name.

    Args:
        most: How many pieces are learned at most.
    """

    def __init__(self, most: int):
        super().__init__()
        self._most = most

    def expand(self, batches: beam.PCollection) -> beam.PCollection:
        """Counts words and learns from the most frequent, on one worker."""
        return (
            batches
            | "Words" >> beam.FlatMap(_counted)
            | "Count" >> beam.CombinePerKey(sum)  # type: ignore[arg-type]
            | "MostFrequent" >> beam.combiners.Top.Of(_MOST_WORDS, key=lambda counted: counted[::-1])
            | "Learn" >> beam.Map(_written, self._most, self.base_temp_dir)
        )


def _counted(batch: tuple[np.ndarray, np.ndarray]) -> Iterable[tuple[str, int]]:
    words, counts = batch
    return ((word.decode(), count) for word, count in zip(words.tolist(), counts.tolist(), strict=True) if count)


def _written(counted: list[tuple[str, int]], most: int, folder: str) -> np.ndarray:
    tf.io.gfile.makedirs(folder)
    path = f"{folder}/{FILE}"
    with tf.io.gfile.GFile(path, "w") as file:
        file.write("".join(f"{piece}\n" for piece in learned(counted, most)))
    return np.array(path)


def _table(name: tf.Tensor | str) -> tf.lookup.StaticHashTable:
    whole, number = tf.lookup.TextFileIndex.WHOLE_LINE, tf.lookup.TextFileIndex.LINE_NUMBER
    return tf.lookup.StaticHashTable(tf.lookup.TextFileInitializer(name, tf.string, whole, tf.int64, number), -1)
