"""Judges the search of a model: how many of its first five items have all words that a query means."""

import json
import os
from collections.abc import Mapping, Sequence
from typing import Any, Final

import tensorflow as tf
from apache_beam.io.filesystems import FileSystems

from components.judged_queries.judgement_keys import (
    ALL_KEY,
    ANSWERS,
    ASKED_FOR,
    COUNT,
    FIRST,
    KINDS_KEY,
    OUT_OF_ORDER,
    PRECISION,
    QUERIES_KEY,
    SKIPPED_KEY,
)
from components.judged_queries.query_making import KINDS, NONSENSE, JudgedQuery, made_queries
from components.judged_queries.right_items import TitledItems
from components.judged_queries.search_asking import search_answers
from schemas import features

_FILE: Final = "judgement.json"
_BATCH = 4096


def judge(model_dir: str, titles: Mapping[str, str], of_each: int) -> dict[str, Any]:
    """Makes queries from the titles of a catalogue, asks a model for their items, and judges them.

    Args:
        model_dir: A SavedModel with the signature `search`.
        titles: Item id to title, of the whole catalogue.
        of_each: How many queries of each kind are asked at most.

    Returns:
        `kinds`: for each kind of queries, how many `queries`; `precision`, the mean over queries of the share of right
        items among the first five or, if fewer are right, among the first so many; `out_of_order`, the share of queries
        where an item with none of the words stands above one with all; and `answers`, how many items were answered on
        average, of 100. Where no item is right, the second and third are None. `all`: the same of all queries together.
        `skipped`: why nothing was asked; empty if something was. `queries`: each query with its `kind`, `text`,
        `precision`, `out_of_order`, `answers` and the `first` five items' titles.
    """
    items = TitledItems.of(titles)
    queries = made_queries(items.titles.values(), of_each)
    if not queries:
        return {KINDS_KEY: {}, ALL_KEY: {}, QUERIES_KEY: [], SKIPPED_KEY: "no item has a title to make queries from"}
    answers = search_answers(model_dir, [query.text for query in queries], ASKED_FOR)
    judged = [_judged(query, answered, items) for query, answered in zip(queries, answers, strict=True)]
    by_kind = {kind: [each for each in judged if each["kind"] == kind] for kind in KINDS}
    return {
        KINDS_KEY: {kind: _means(each) for kind, each in by_kind.items() if each},
        ALL_KEY: _means([each for each in judged if each["kind"] != NONSENSE]),
        SKIPPED_KEY: "",
        QUERIES_KEY: judged,
    }


def read_titles(files: Sequence[str]) -> dict[str, str]:
    """Reads the titles of all items.

    Args:
        files: Gzipped TFRecord files of the split `catalog`.
    """
    specification = {
        features.ITEM_ID: tf.io.FixedLenFeature([], tf.string),
        features.TITLE: tf.io.FixedLenFeature([], tf.string, ""),
    }
    titles: dict[str, str] = {}
    for batch in tf.data.TFRecordDataset(list(files), compression_type="GZIP").batch(_BATCH):
        columns = tf.io.parse_example(batch, specification)
        pairs = zip(columns[features.ITEM_ID].numpy(), columns[features.TITLE].numpy(), strict=True)
        titles |= {item.decode(errors="replace"): title.decode(errors="replace") for item, title in pairs}
    return titles


def write_judgement(directory: str, content: Mapping[str, Any]) -> None:
    """Writes what `judge` returned into a folder."""
    with FileSystems.create(os.path.join(directory, _FILE)) as stream:
        stream.write((json.dumps(content, indent=2, ensure_ascii=False) + "\n").encode())


def read_judgement(directory: str) -> dict[str, Any]:
    """Reads the file of a folder."""
    with FileSystems.open(os.path.join(directory, _FILE)) as stream:
        return json.loads(stream.read())


def _judged(query: JudgedQuery, answered: Sequence[str], items: TitledItems) -> dict[str, Any]:
    right, related = items.with_all(query.wanted), items.with_any(query.wanted)
    counted = min(FIRST, len(right))
    with_all = [place for place, item in enumerate(answered) if item in right]
    with_none = [place for place, item in enumerate(answered) if item not in related]
    return {
        "kind": query.kind,
        "text": query.text,
        PRECISION: len(right.intersection(answered[:counted])) / counted if counted else None,
        OUT_OF_ORDER: bool(with_all and with_none and with_none[0] < with_all[-1]) if counted else None,
        ANSWERS: len(answered),
        "first": [items.titles.get(item, "") for item in answered[:FIRST]],
    }


def _means(judged: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {COUNT: len(judged)}
    for name in (PRECISION, OUT_OF_ORDER, ANSWERS):
        values = [float(each[name]) for each in judged if each[name] is not None]
        found[name] = sum(values) / len(values) if values else None
    return found
