"""What README and the pages of docs/ tell a reader to type, open and read is there.

Commands are read by the parsers that run them, links and file names are looked for, YAML is loaded, Python is compiled.
`tests/serving/readme_test.py` and `guides_test.py` beside it run the Python that asks a server.
"""

import ast
import importlib
import importlib.util
import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml
from markdown_it import MarkdownIt
from markdown_it.token import Token

from tfx_pipeline.cli.main import COMMANDS
from tfx_pipeline.cli.parsing.command_parser import CommandParser
from tfx_pipeline.config.loading import load_dataclass
from tfx_pipeline.config.pipeline_config import PipelineConfig

ROOT = Path(__file__).resolve().parents[1]
ROOMS = ("components", "models", "schemas", "serving", "tfx_pipeline")
NOT_OURS = {".venv", ".tools", "runs", "build", "dist"}
PAGES = sorted(path for path in ROOT.rglob("*.md") if not NOT_OURS & set(path.relative_to(ROOT).parts))
GUIDES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
WIDEST_CODE = 90
"""Characters that GitHub shows of a line of code before it wants a scroll bar."""
WIDEST_CELL = 50
"""Characters of code without a space in a cell of a table, which GitHub does not break."""

FILE_NAME = re.compile(r"[\w.-]+(?:/[\w.*-]+)+\.(?:py|ya?ml|md|sh|css|js|svg|png|txt|config|pbtxt)")
MADE_BY_A_RUN = re.compile(r"^(?:runs|logs|artifacts|assets\.extra|experiments|dist)/|<")


@dataclass(frozen=True)
class Shown:
    """Something that a page shows.

    Attributes:
        place: File and line, for the message of a failure.
        text: What stands there.
        kind: Of a block of code, its language; empty for one that is indented.
    """

    place: str
    text: str
    kind: str = ""


def named(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def tokens(path: Path) -> list[Token]:
    return MarkdownIt("commonmark").enable("table").parse(path.read_text(encoding="utf-8"))


def blocks(path: Path) -> Iterator[Shown]:
    """The blocks of code."""
    for token in tokens(path):
        if token.type in ("fence", "code_block"):
            yield Shown(f"{named(path)}:{token.map[0] + 1}", token.content, token.info)


def spans(path: Path) -> Iterator[Shown]:
    """The code within sentences and tables."""
    for token in tokens(path):
        for child in token.children or ():
            if child.type == "code_inline":
                yield Shown(f"{named(path)}:{token.map[0] + 1 if token.map else '?'}", child.content)


def commands(path: Path) -> Iterator[Shown]:
    """The lines of shell code, joined where they go on, without comments."""
    for block in blocks(path):
        if block.kind not in ("", "sh"):
            continue
        for line in block.text.replace("\\\n", " ").splitlines():
            yield Shown(block.place, line.strip().removeprefix("$ "))


ALL_CODE = [each for path in PAGES for each in (*commands(path), *spans(path))]


def all_blocks(kind: str) -> Iterator[Shown]:
    yield from (block for path in PAGES for block in blocks(path) if block.kind == kind)


def links(path: Path) -> list[str]:
    """Addresses within the repository, of pictures too."""
    children = [child for token in tokens(path) for child in token.children or ()]
    addresses = (str(child.attrs.get("href") or child.attrs.get("src") or "") for child in children)
    return [address for address in addresses if address and "://" not in address]


def anchors(path: Path) -> set[str]:
    """What GitHub calls the headings of a page."""
    found = tokens(path)
    titles = [
        "".join(child.content for child in found[place + 1].children or ())
        for place, token in enumerate(found)
        if token.type == "heading_open"
    ]
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


def parser(name: str) -> CommandParser:
    made = CommandParser(f"tandem {name}")
    importlib.import_module(COMMANDS[name][0]).add_arguments(made)
    return made


TANDEM = [each for path in PAGES for each in commands(path) if each.text.startswith("tandem ")]
MENTIONED = [each for path in PAGES for each in spans(path) if re.match(r"tandem [a-z]", each.text)]


def test_there_is_something_to_check():
    assert len(TANDEM) > 20 and len(MENTIONED) > 20 and ROOT / "README.md" in PAGES


@pytest.mark.parametrize("shown", TANDEM, ids=lambda shown: f"{shown.place} {shown.text.split()[1]}")
def test_a_command_that_is_shown_is_one(shown):
    words = shlex.split(shown.text, comments=True)[1:]
    if words == ["--version"]:
        return
    assert words[0] in COMMANDS, f"{shown.place}: there is no command {words[0]}"
    words = words[: next((place for place, word in enumerate(words) if word in (">", ">>", "|")), len(words))]
    try:
        parser(words[0]).parse_args(words[1:])
    except SystemExit:
        pytest.fail(f"{shown.place}: `{shown.text}` is called wrongly; what is wrong stands above")


@pytest.mark.parametrize("shown", MENTIONED, ids=lambda shown: f"{shown.place} {shown.text}")
def test_a_command_that_is_mentioned_is_one(shown):
    _, name, *words = shown.text.split()
    if name == "COMMAND":
        return
    assert name in COMMANDS, f"{shown.place}: there is no command {name}"
    known = parser(name).options if words else []
    assert not [word for word in words if word.startswith("--") and word.split("=")[0] not in known], shown.place


def test_targets_of_make_that_are_shown_are_there():
    targets = set(re.findall(r"^([\w-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    shown = [(each.place, re.match(r"(?:\w+=\S+ )*make ([\w-]+)", each.text)) for each in ALL_CODE]
    assert not [f"{place}: make {target[1]}" for place, target in shown if target and target[1] not in targets]


def test_modules_that_are_run_are_there():
    modules = re.compile(r"python -m ((?:benchmarks|tests|serving|tfx_pipeline)[\w.]+)")
    shown = [(each.place, module) for each in ALL_CODE for module in modules.findall(each.text)]
    assert not [each for each in shown if not (ROOT / f"{each[1].replace('.', '/')}.py").exists()]


def test_links_lead_somewhere():
    wrong = []
    for path in PAGES:
        for address in links(path):
            file, _, anchor = address.partition("#")
            target = path.parent / file if file else path
            if not target.exists() or (anchor and anchor not in anchors(target)):
                wrong.append(f"{named(path)}: {address}")
    assert not wrong, "\n".join(wrong)


def test_files_that_are_named_are_there():
    """Names are taken from the root, from the page's own folder, or from the folder above it."""
    wrong = []
    for path in PAGES:
        for shown in (*spans(path), *commands(path)):
            if MADE_BY_A_RUN.search(shown.text) or "://" in shown.text or path.name == "CHANGELOG.md":
                continue
            for name in FILE_NAME.findall(shown.text):
                if not any(list(place.glob(name)) for place in (ROOT, path.parent, path.parent.parent)):
                    wrong.append(f"{shown.place}: {name}")
    assert not wrong, "\n".join(wrong)


def test_yaml_is_a_configuration(tmp_path):
    """A whole one, a part of one, or variants of one for `tandem experiment`."""
    file = tmp_path / "shown.yaml"
    for block in all_blocks("yaml"):
        values = yaml.safe_load(block.text)
        file.write_text("{}" if isinstance(next(iter(values.values())), list) else block.text)
        overrides = [each for listed in values.values() if isinstance(listed, list) for each in listed]
        load_dataclass(PipelineConfig, str(file), overrides)


def test_python_compiles_and_imports_what_is_there():
    wrong = []
    for block in all_blocks("python"):
        compile(block.text, block.place, "exec")
        for node in ast.walk(ast.parse(block.text)):
            if isinstance(node, ast.ImportFrom) and node.module.split(".")[0] in ROOMS:
                module = importlib.import_module(node.module)
                names = [name.name for name in node.names if not hasattr(module, name.name)]
                modules = [name for name in names if importlib.util.find_spec(f"{node.module}.{name}")]
                wrong += [f"{block.place}: {node.module}.{name}" for name in names if name not in modules]
    assert not wrong, "\n".join(wrong)


def test_nothing_is_cut_at_the_width_of_the_page_and_the_readme_is_short():
    """What is longer belongs to docs/."""
    assert len((ROOT / "README.md").read_text(encoding="utf-8").splitlines()) <= 150
    wrong = []
    for path in GUIDES:
        for block in blocks(path):
            wrong += [f"{block.place}: {line}" for line in block.text.splitlines() if len(line) > WIDEST_CODE]
        for row in (line for line in path.read_text(encoding="utf-8").splitlines() if line.startswith("|")):
            pieces = [piece for code in re.findall(r"`([^`]+)`", row) for piece in code.split()]
            wrong += [f"{named(path)}: {piece}" for piece in pieces if len(piece) > WIDEST_CELL]
    assert not wrong, "\n".join(wrong)
