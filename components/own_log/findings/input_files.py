"""Finds files and columns that a configuration names and that do not exist, in milliseconds and before any run.

It reads only the first rows of each file, by the pipeline's own readers. It imports neither Beam nor TFX, unless the
files lie in a remote file system.
"""

import dataclasses
import difflib
import glob
import itertools
import os
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

from components.own_log.findings.log_finding import LogFinding, Severity
from components.raw_files.file_format import AVRO, JSON, JSON_LINES, PARQUET, FileFormat
from components.raw_files.formats.delimited import delimiter_hint
from components.raw_files.formats.parquet import parquet_columns
from components.raw_files.refusal import DataError, Reject
from components.raw_files.row_files import format_of, matching_files, read_rows
from components.sources.adapter import adapter, check_pretraining, users_reader
from components.sources.data_config import GENERIC_SOURCE, DataConfig
from components.sources.event_rows import EventColumns, ItemColumns, UserColumns
from components.sources.source_files import FilePattern, SourceFiles
from components.sources.span_sizes import check_newest_span
from schemas.span_pattern import as_glob

_PRETRAINING = "data.pretraining_events"
_FIRST_ROWS = 1000
"""An object of JSON lines may leave out columns, so the columns of many objects are joined."""
_SIMILAR = 0.7


def input_findings(config: DataConfig) -> list[LogFinding]:
    """Finds missing files, unreadable files, missing columns and, if that is asked for, a day that is too small.

    Args:
        config: The `data` section.

    Returns:
        An error for each; none if everything that the configuration names exists.
    """
    try:
        source = adapter(config.source)
        users_reader(config)
        check_pretraining(config)
        files = source.source_files(config)
    except DataError as error:
        return [LogFinding("wrong_source", Severity.ERROR, str(error), field="data.source")]
    findings: list[LogFinding] = []
    named = [(setting, kind) for setting, kind, _ in kinds_of_files(config)]
    for setting, kind in (*named, (_PRETRAINING, "event")):
        try:
            paths = files.pretraining_files if setting == _PRETRAINING else paths_of(files, kind)
        except DataError as error:
            findings += _missing_files(config, files, setting, kind, error)
            paths = _other_files(config, files, kind)
        for path in paths:
            findings += _file_findings(config, path, kind)
    if not findings:
        try:
            check_newest_span(files, config.least_span_share)
        except DataError as error:
            return [LogFinding("small_span", Severity.ERROR, str(error), field="data.least_span_share")]
    return findings


def kinds_of_files(config: DataConfig) -> list[tuple[str, str, str]]:
    """The kinds of files that a configuration names, as (setting, kind of rows, section of the columns)."""
    kinds = [("data.events", "event", "data.columns")]
    if config.items or config.item_sources or config.source == "fixed_benchmark":
        kinds.append(
            ("data.events" if config.source == "fixed_benchmark" else "data.items", "item", "data.item_columns")
        )
    if config.has_users:
        kinds.append(("data.users", "user", "data.user_columns"))
    if adapter(config.source).read_candidates is not None:
        kinds.append(("data.events", "candidate", ""))
    return kinds


def paths_of(files: SourceFiles, kind: str) -> list[str]:
    """The files with rows of a kind.

    Raises:
        DataError: A file is needed, and there is none.
    """
    return {
        "event": lambda: files.event_files,
        "item": lambda: files.item_files,
        "user": lambda: files.user_files,
        "candidate": lambda: files.candidate_files,
    }[kind]()


def reader_of(config: DataConfig, kind: str, now_ms: int) -> Callable[[str], Iterator[Any]]:
    """The adapter's function that reads the rows of a kind."""
    source = adapter(config.source)
    if kind == "event":
        return lambda path: source.read_events(path, config, now_ms)
    if kind == "item":
        return lambda path: source.read_items(path, config)
    read = source.read_users if kind == "user" else source.read_candidates
    assert read is not None, "only asked for where there is one"
    return lambda path: read(path, config)


class FileSettings(NamedTuple):
    """How a file of the source `events` is read.

    Attributes:
        section: The section of the configuration that maps its columns.
        form: How it is written.
        columns: Which column holds which field.
    """

    section: str
    form: FileFormat
    columns: EventColumns | ItemColumns | UserColumns


def settings_of(config: DataConfig, path: str, kind: str) -> FileSettings:
    """How a file of the source `events` is read.

    Raises:
        DataError: Nothing says in which format it is.
    """
    columns: EventColumns | ItemColumns | UserColumns
    if kind == "event":
        where, source = config.event_source_of(path)
        section, form, columns = f"{where}columns", source.form, source.columns
        if source.surface:
            columns = dataclasses.replace(columns, surface="", surface_values={})
        if source.label is not None:
            columns = dataclasses.replace(columns, label="", label_values={})
    elif kind == "item":
        where, items = config.item_source_of(path)
        section, form, columns = f"{where}item_columns", items.item_files, items.item_columns
    else:
        where, users = config.user_source_of(path)
        section, form, columns = f"{where}user_columns", users.user_files, users.user_columns
    return FileSettings(section, format_of(path, form, section), columns)


def needed_columns(settings: FileSettings, kind: str) -> dict[str, str]:
    """The columns that must exist, by the configuration's field that names them."""
    section, columns = settings.section, settings.columns
    single = {
        "event": ("user_id", "timestamp", "surface", "item_id", "label", "weight"),
        "item": ("item_id", "vectors"),
        "user": ("user_id",),
    }[kind]
    fields = {f"{section}.{name}": getattr(columns, name) for name in single if getattr(columns, name)}
    for listed in ("context", "lists") if kind == "event" else ("attributes", "numbers"):
        fields |= {f"{section}.{listed}[{place}]": name for place, name in enumerate(getattr(columns, listed))}
    return {field: name for field, name in fields.items() if name in columns.required}


def columns_of(path: str, form: FileFormat, setting: str, lists: Sequence[str] = ()) -> tuple[list[str], bool]:
    """The names of a file's columns, and whether these are all; no names if it has no rows.

    Raises:
        DataError: The file as a whole cannot be used.
    """
    if form.format == PARQUET:
        return parquet_columns(path), True
    rows = (row for row in read_rows(path, (), setting, form, lists=lists) if not isinstance(row, Reject))
    if form.format not in (JSON_LINES, JSON, AVRO):  # A row of these may lack a column that other rows have.
        first = next(rows, None)
        return ([] if first is None else list(first.values)), True
    names: dict[str, None] = {}
    for row in itertools.islice(rows, _FIRST_ROWS):
        names.update(dict.fromkeys(row.values))
    return list(names), next(rows, None) is None


def _file_findings(config: DataConfig, path: str, kind: str) -> list[LogFinding]:
    if config.source == GENERIC_SOURCE:
        try:
            settings = settings_of(config, path, kind)
            lists = settings.columns.lists if isinstance(settings.columns, EventColumns) else ()
            found, are_all = columns_of(path, settings.form, settings.section, lists)
        except DataError as error:
            return [_unreadable(path, error)]
        missing = missing_columns(path, found, needed_columns(settings, kind)) if found and are_all else []
        if missing:
            return missing
    try:
        first = next(iter(reader_of(config, kind, 0)(path)), None)
    except DataError as error:
        return [_unreadable(path, error)]
    if first is None:
        text = f"has a header and no {kind}s below it."
        return [LogFinding("no_rows", Severity.ERROR, text, "Write it again, or leave it out.", file=path)]
    return []


def _unreadable(path: str, error: DataError) -> LogFinding:
    return LogFinding("unreadable_file", Severity.ERROR, str(error).removeprefix(f"{path}: "), file=path)


def missing_columns(path: str, found: Sequence[str], needed: dict[str, str]) -> list[LogFinding]:
    """Makes an error for each named column that does not exist, with the column that may be meant."""
    findings: list[LogFinding] = []
    for field, name in needed.items():
        if name in found:
            continue
        near = near_name(name, [each for each in found if each not in needed.values()])
        listed = ", ".join(repr(each[:60]) for each in found[:20])
        hint = f"Did you mean {near!r}? Then set {field}: {near}." if near else f"Set {field} to the one that holds it."
        if len(found) == 1 and delimiter_hint(found[0], field.rpartition(".")[0]):
            hint = delimiter_hint(found[0], field.rpartition(".")[0])
        findings.append(
            LogFinding(
                "missing_column",
                Severity.ERROR,
                f"{field} = {name!r}: there is no such column. Found: {listed}.",
                hint if findings else f"{hint} `tandem init {path}` finds the columns by itself.",
                file=path,
                row=1,
                field=field,
            )
        )
    return findings


def near_name(name: str, among: Sequence[str]) -> str:
    """The most similar name; empty if none is similar."""
    plain = {_plain(each): each for each in reversed(among)}
    near = difflib.get_close_matches(_plain(name), plain, n=1, cutoff=_SIMILAR)
    return plain[near[0]] if near else ""


def _plain(name: str) -> str:
    return "".join(each for each in name.casefold() if each.isalnum())


def _missing_files(
    config: DataConfig, files: SourceFiles, setting: str, kind: str, error: DataError
) -> Iterator[LogFinding]:
    """A finding for each pattern that matches no file; one for all patterns if something else is wrong with them."""
    if setting == _PRETRAINING or config.source != GENERIC_SOURCE:
        pattern = config.located(getattr(config, setting.removeprefix("data.")))
        yield _missing_file(FilePattern(pattern, setting), error)
        return
    found = False
    for each in _patterns(files, kind):
        try:
            matching_files(as_glob(each.pattern), each.setting)
        except DataError as missing:
            found = True
            yield _missing_file(each, missing)
    if not found:
        yield LogFinding("missing_file", Severity.ERROR, str(error), field=setting)


def _other_files(config: DataConfig, files: SourceFiles, kind: str) -> list[str]:
    """The files that there are where others are missing; only entries of several are read without one of them."""
    if config.source != GENERIC_SOURCE or len(_patterns(files, kind)) == 1:
        return []
    found: dict[str, None] = {}
    for each in _patterns(files, kind):
        try:
            found.update(dict.fromkeys(matching_files(as_glob(each.pattern), each.setting)))
        except DataError:
            continue
    return list(found)


def _patterns(files: SourceFiles, kind: str) -> tuple[FilePattern, ...]:
    return {"event": files.events, "item": files.items, "user": files.users}.get(kind, ())


def _missing_file(missing: FilePattern, error: DataError) -> LogFinding:
    pattern, mend = missing.pattern, ""
    if "://" not in pattern:
        folder = os.path.dirname(pattern) or "."
        if glob.has_magic(folder) or "{" in folder:
            pass
        elif not os.path.isdir(folder):
            mend = f"There is no folder {folder!r} in {os.getcwd()!r}."
        else:
            near = difflib.get_close_matches(os.path.basename(pattern), sorted(os.listdir(folder)), n=1)
            mend = f"Did you mean {os.path.join(os.path.dirname(pattern), near[0])!r}?" if near else ""
    return LogFinding("missing_file", Severity.ERROR, str(error), mend, field=missing.setting)
