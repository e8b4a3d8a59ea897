import pytest

from tfx_pipeline.result_texts.tables import table


@pytest.mark.parametrize(
    ("header", "rows", "lines"),
    [
        (("no", "title"), [("1", "MUG"), ("10", "LAMP")], ["no  title", " 1  MUG", "10  LAMP"]),
        (("a",), [("x" * 60,)], ["a", "x" * 60]),
        (("a",), [("x" * 61,), ("y\n z",)], ["a", "x" * 59 + "…", "y z"]),
        (("a", "b"), [], ["a  b"]),
        (("a",), [("\x1b[31mred",), ("x\u202ey\u200bz",)], ["a", r"\x1b[31mred", r"x\u202ey\u200bz"]),
        (("a",), [("\u0915\u094d\u200d\u0937",)], ["a", "\u0915\u094d\u200d\u0937"]),
        (("a", "b"), [("x", "10"), ("y", ""), ("z", "5")], ["a   b", "x  10", "y", "z   5"]),
    ],
    ids=[
        "numbers to the right",
        "the longest whole text",
        "long texts and line breaks",
        "no rows",
        "what a terminal would obey",
        "joined letters",
        "numbers with a gap",
    ],
)
def test_a_table(header, rows, lines):
    assert table(header, rows).splitlines() == lines
