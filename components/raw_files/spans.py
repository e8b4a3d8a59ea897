"""Chooses which files of a daily log are read: those of the newest spans (days), each in its newest version."""

import re
from collections.abc import Sequence
from typing import Final

from components.raw_files.file_systems import as_it_is
from components.raw_files.refusal import DataError
from schemas.span_pattern import SPAN, VERSION

_IN_A_REGEX: Final = {SPAN: "span", VERSION: "version"}
_PART = re.compile(r"\{SPAN\}|\{VERSION\}|\*+|\?|\[[^\]]*\]|.", re.DOTALL)


def newest(paths: Sequence[str], pattern: str, setting: str, last_spans: int = 0) -> dict[str, int]:
    """Chooses the files of the newest spans, and for each span only its newest version.

    Args:
        paths: The paths that match `as_glob(pattern)`.
        pattern: A path or glob with `{SPAN}` and perhaps `{VERSION}`. Both may occur several times.
        setting: The setting that holds the pattern, for error messages.
        last_spans: The number of spans to keep; 0 keeps all. Only existing spans count, so missing days do not matter.

    Returns:
        Each path with its span, sorted by span and name.

    Raises:
        DataError: No path has a number in these places.
    """
    expression = re.compile(_regex(pattern), re.DOTALL)
    numbered = {}
    for path in paths:
        match = expression.fullmatch(path)
        if match:
            values = match.groupdict()
            numbered[path] = int(values["span"]), int(values.get("version", 0))
    if not numbered:
        raise DataError(
            f"{setting} = {pattern}: none of {len(paths)} files has a number in this place; the first is {paths[0]}. "
            "Correct the pattern, or rename the files."
        )
    versions: dict[int, int] = {}
    for span, version in numbered.values():
        versions[span] = max(version, versions.get(span, 0))
    kept = sorted(versions)[-last_spans:]
    chosen = [(span, path) for path, (span, version) in numbered.items() if span in kept and versions[span] == version]
    return {path: span for span, path in sorted(chosen)}


def matches(path: str, pattern: str) -> bool:
    """Whether a path is one of those that a pattern stands for, by its text alone: no file is looked for."""
    return path == pattern or re.fullmatch(_regex(pattern), path, re.DOTALL) is not None


def _regex(pattern: str) -> str:
    seen: set[str] = set()

    def translated(part: str) -> str:
        if part in _IN_A_REGEX:
            name = _IN_A_REGEX[part]
            if name in seen:
                return f"(?P={name})"
            seen.add(name)
            return rf"(?P<{name}>\d+)"
        if part.startswith("**"):
            return ".*"
        if part in ("*", "?"):
            return "[^/]" + part.replace("?", "")
        if part.startswith("[") and len(part) > 1:
            negated = part.startswith("[!")
            return f"[{'^' if negated else ''}{part[1 + negated : -1].replace('[', chr(92) + '[')}]"
        return re.escape(part)

    return "".join(translated(part) for part in _PART.findall(as_it_is(pattern)))
