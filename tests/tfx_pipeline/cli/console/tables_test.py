import pytest

from tfx_pipeline.cli.console.tables import table


@pytest.mark.parametrize(
    ("header", "rows", "lines"),
    [
        (("no", "title"), [("1", "MUG"), ("10", "LAMP")], ["no  title", " 1  MUG", "10  LAMP"]),
        (("a",), [("x" * 61,), ("y\n z",)], ["a", "x" * 59 + "…", "y z"]),
        (("a", "b"), [], ["a  b"]),
        (("a", "b"), [("x", "10"), ("y", ""), ("z", "5")], ["a   b", "x  10", "y", "z   5"]),
    ],
    ids=["numbers to the right", "long texts and line breaks", "no rows", "numbers with a gap"],
)
def test_a_table(header, rows, lines):
    assert table(header, rows).splitlines() == lines
