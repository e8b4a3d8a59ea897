from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import pytest

from tfx_pipeline.config.loading import ConfigError, as_dict, from_dict, load_dataclass


@dataclass(frozen=True)
class Inner:
    rate: float = 0.5
    units: tuple[int, ...] = (8, 4)
    limit: int | None = None


@dataclass(frozen=True)
class Chosen:
    steps: int | Literal["auto"] = 7
    speed: float | Literal["auto"] = "auto"
    seed: int = 1


@dataclass(frozen=True)
class Outer:
    name: str = "x"
    fast: bool = False
    inner: Inner = field(default_factory=Inner)
    chosen: Chosen = field(default_factory=Chosen)
    labels: Mapping[str, int] = field(default_factory=dict)
    surfaces: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def __post_init__(self):
        if self.name == "bad":
            raise ValueError("`name` should not be bad.")


@pytest.fixture
def load(tmp_path):
    def write_and_load(text, *overrides):
        path = tmp_path / "c.yaml"
        path.write_text(text)
        return load_dataclass(Outer, str(path), overrides)

    return write_and_load


@pytest.mark.parametrize(
    ("text", "overrides", "expected"),
    [
        ("", (), Outer()),
        ("name: y\ninner:\n  units: [3]\n  limit: 2\n", (), Outer(name="y", inner=Inner(units=(3,), limit=2))),
        # Overrides win in their order and reach sections that the file lacks.
        (
            "name: y",
            ("inner.rate=1e-3", "inner.rate=2", "fast=true", "inner.limit=null"),
            Outer(name="y", fast=True, inner=Inner(rate=2.0)),
        ),
        # A file pattern needs no quotes, an exponent no dot.
        ("", ("name=*_inter*.csv",), Outer(name="*_inter*.csv")),
        ("inner: {rate: 1e-3}", (), Outer(inner=Inner(rate=0.001))),
        # Where text is wanted, what looks like a number or a truth stays as it was written.
        ("", ("name=1.20",), Outer(name="1.20")),
        ("", ("name= on ", "fast=on"), Outer(name="on", fast=True)),
        ("", ("name='1.20'",), Outer(name="1.20")),
        # Names of a mapping are values of a log.
        ("labels: {click: 1, 3: 0}", (), Outer(labels={"click": 1, "3": 0})),
        ("", ("surfaces={search: [srp, s]}",), Outer(surfaces={"search": ("srp", "s")})),
        ("labels: {click: 1}", ("labels.view=0",), Outer(labels={"click": 1, "view": 0})),
        # A word instead of a number; a section that is this word has it in each field that may be it.
        ("chosen: {steps: auto, speed: 2}", (), Outer(chosen=Chosen("auto", 2.0))),
        ("chosen: auto", (), Outer(chosen=Chosen("auto", "auto"))),
        ("chosen: auto", ("chosen.speed=3",), Outer(chosen=Chosen("auto", 3.0))),
        ("", ("chosen=auto", "chosen.steps=2"), Outer(chosen=Chosen(2, "auto"))),
        # What cannot be automatic stays as the file says it.
        ("chosen: {steps: 2, speed: 2, seed: 5}", ("chosen=auto",), Outer(chosen=Chosen("auto", "auto", 5))),
    ],
)
def test_values_come_from_the_file_the_overrides_and_else_the_defaults(load, text, overrides, expected):
    assert load(text, *overrides) == expected


def test_plain_values_round_trip():
    config = Outer(inner=Inner(units=(1, 2, 3)), surfaces={"search": ("srp",)})
    assert as_dict(config) == {
        **{"name": "x", "fast": False, "inner": {"rate": 0.5, "units": [1, 2, 3], "limit": None}},
        "chosen": {"steps": 7, "speed": "auto", "seed": 1},
        **{"labels": {}, "surfaces": {"search": ["srp"]}},
    }
    assert from_dict(Outer, as_dict(config)) == config


@pytest.mark.parametrize(
    ("text", "overrides", "message"),
    [
        ("nmae: y", (), r"c\.yaml: unknown field `nmae`\. Did you mean `name`\?"),
        ("inner: {rats: 1}", (), r"unknown field `inner\.rats`\. Did you mean `inner\.rate`\?"),
        ("inner: {zzz: 1}", (), r"unknown field `inner\.zzz`\. Known: limit, rate, units\."),
        ("inner: auto", (), r"`inner` is a section; wanted `field: value` lines below it, got 'auto'\."),
        ("chosen: fast", (), r"`chosen` is a section; wanted `field: value` lines below it, got 'fast'\."),
        ("chosen: {steps: 0.5}", (), r"`chosen\.steps` wants a whole number or `auto`, got 0\.5\."),
        ("chosen: {speed: Auto}", (), r"`chosen\.speed` wants a number or `auto`, got 'Auto'\."),
        ("chosen: {seed: auto}", (), r"`chosen\.seed` wants a whole number, got 'auto'\."),
        ("inner: 3", (), r"`inner` is a section; wanted `field: value` lines below it, got 3\."),
        ("inner: {rate: quick}", (), r"`inner\.rate` wants a number, got 'quick'\."),
        ("inner: {units: 3}", (), r"`inner\.units` wants a list, got 3\."),
        ("inner: {units: [1, x]}", (), r"`inner\.units\[1\]` wants a whole number, got 'x'\."),
        ("inner: {limit: true}", (), r"`inner\.limit` wants a whole number, got True\."),
        ("labels: 3", (), r"`labels` wants `value: meaning` lines below it, got 3\."),
        ("labels: {click: maybe}", (), r"`labels\.click` wants a whole number, got 'maybe'\."),
        ("labels: {yes: 1}", (), r"`labels` names True; put the log's value into quotation marks\."),
        ("fast: 1", (), r"`fast` wants true or false, got 1\."),
        # YAML has lost what stood there.
        ("name: 1.20", (), r"`name` wants text, got 1\.2\. Put it into quotation marks\."),
        ("name: [a]", (), r"`name` wants text, got \['a'\]\.$"),
        ("- a", (), r"c\.yaml: holds a list, wanted `field: value` lines\."),
        ("a: [", (), r"c\.yaml: not YAML: "),
        ("name: bad", (), r"c\.yaml: the configuration: `name` should not be bad\."),
        ("", ("inner.rate",), r"--set inner\.rate: wanted section\.field=value, for example --set train\.epochs=3\."),
        ("", ("inner.units=[1",), r"--set inner\.units=\[1: not YAML: "),
        ("name: y", ("name.x=1",), r"--set name\.x=1: 'name' is a single value, not a section\."),
    ],
)
def test_what_cannot_be_used_is_named(load, text, overrides, message):
    with pytest.raises(ConfigError, match=message):
        load(text, *overrides)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("none.yaml", r"none\.yaml: there is no such file\. Give a configuration with --config FILE"),
        ("", "cannot be read as text"),  # The directory itself.
    ],
)
def test_a_file_that_cannot_be_read_is_named(tmp_path, name, message):
    with pytest.raises(ConfigError, match=message):
        load_dataclass(Outer, str(tmp_path / name))


@pytest.mark.parametrize("name", ["shop [v2].yaml", "two words é.yaml", 'it\'s *all* "so"?.yaml'])
def test_a_configuration_of_any_name_is_read(name, tmp_path):
    (tmp_path / name).write_text("name: y")
    assert load_dataclass(Outer, str(tmp_path / name)) == Outer(name="y")


def test_a_name_that_is_too_long_is_told(tmp_path):
    with pytest.raises(ConfigError, match="xxx.yaml: cannot be read as text: .*File name too long"):
        load_dataclass(Outer, f"{tmp_path}/{'x' * 300}.yaml")


@pytest.mark.parametrize(
    ("text", "overrides", "name"),
    [
        ("name: 2011-11-01", (), "2011-11-01"),
        ("name: 2011-11-01T10:00:00Z", (), "2011-11-01T10:00:00+00:00"),
        ("name: 2011-11-01 10:00:00", (), "2011-11-01T10:00:00"),
        ("", ("name=2011-11-01",), "2011-11-01"),
    ],
)
def test_dates_need_no_quotation_marks(load, text, overrides, name):
    assert load(text, *overrides).name == name
