"""Logs that grow by a file or a folder a day: which of the files that a pattern names are to be read."""

import re
from collections.abc import Sequence
from typing import Final

from components.raw_files.refusal import DataError
from schemas.span_pattern import SPAN, VERSION

_IN_A_REGEX: Final = {SPAN: "span", VERSION: "version"}
_PART = re.compile(r"\{SPAN\}|\{VERSION\}|\*+|\?|\[[^\]]*\]|.", re.DOTALL)


def newest(paths: Sequence[str], pattern: str, setting: str, last_spans: int = 0) -> dict[str, int]:
    """Chooses the files of the newest spans, and of each the newest version.

    Args:
        paths: What `as_glob(pattern)` names.
        pattern: A path or glob with `{SPAN}` and perhaps `{VERSION}`, each in as many places as one likes.
        setting: The configuration that the pattern comes from, named in errors.
        last_spans: How many spans; 0 for all. Spans are counted as they are there, gaps or not.

    Returns:
        The paths in order of span and name, with the span of each.

    Raises:
        DataError: No path has numbers at these places.
    """
    expression = re.compile(_regex(pattern), re.DOTALL)
    numbered = {}
    for path in paths:
        match = expression.fullmatch(path)
        if match:
            values = match.groupdict()
            numbered[path] = int(values["span"]), int(values.get("version", 0))
    if not numbered:
        raise DataError(f"{setting} = {pattern}: of {len(paths)} files none has a number there, such as {paths[0]}.")
    versions: dict[int, int] = {}
    for span, version in numbered.values():
        versions[span] = max(version, versions.get(span, 0))
    kept = sorted(versions)[-last_spans:]
    chosen = [(span, path) for path, (span, version) in numbered.items() if span in kept and versions[span] == version]
    return {path: span for span, path in sorted(chosen)}


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
        return part.replace("[!", "[^") if part.startswith("[") and len(part) > 1 else re.escape(part)

    return "".join(translated(part) for part in _PART.findall(pattern))
