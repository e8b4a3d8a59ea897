from dataclasses import dataclass, field
from typing import Literal

from tfx_pipeline.config.config_fields import ConfigField, config_fields, explanations, summary


@dataclass(frozen=True)
class Inner:
    """Of what is
    within.

    One more paragraph.

    Attributes:
        rate: How fast, from 0
            to 1.
        units: Widths.

    Raises:
        limit: This is no attribute.
    """

    rate: float = 0.5
    units: tuple[int, ...] = (8, 4)
    limit: float | None = None
    steps: int | Literal["auto"] = "auto"


@dataclass(frozen=True)
class Outer:
    """All.

    Attributes:
        name: What it is called.
        inner: What is within.
    """

    name: str = "x"
    inner: Inner = field(default_factory=lambda: Inner(rate=0.25))
    fast: bool = False


def test_fields_come_in_their_order_with_kind_default_and_explanation():
    fields = config_fields(Outer)
    assert list(fields.values()) == [
        ConfigField("name", "text", "x", "What it is called.", None),
        ConfigField(
            "inner",
            "section",
            {"rate": 0.25, "units": [8, 4], "limit": None, "steps": "auto"},
            "What is within.",
            Inner,
        ),
        ConfigField("inner.rate", "number", 0.25, "How fast, from 0 to 1.", None),
        ConfigField("inner.units", "list of integers", [8, 4], "Widths.", None),
        ConfigField("inner.limit", "number, or null", None, "", None),
        ConfigField("inner.steps", "integer, or auto", "auto", "", None),
        ConfigField("fast", "true or false", False, "", None),
    ]
    assert fields["inner.rate"].name == "rate"


def test_a_class_is_summed_up_by_what_stands_before_its_attributes():
    @dataclass
    class Silent:
        a: int = 1

    Silent.__doc__ = None
    assert summary(Inner) == "Of what is within.\n\nOne more paragraph."
    assert explanations(Silent) == {} and summary(Silent) == ""


def test_every_field_of_a_run_is_explained_in_sentences():
    fields = config_fields()
    assert len(fields) > 150
    unexplained = [
        f"{each.path}: {each.explanation!r}: write it into the section `Attributes` of the docstring that declares it"
        for each in fields.values()
        if not each.explanation.endswith(".") or len(each.explanation.split()) < 2
    ]
    assert not unexplained, "\n".join(unexplained)
