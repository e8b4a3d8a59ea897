from tfx_pipeline.cli.console.tables import table


def test_numbers_stand_to_the_right_and_texts_to_the_left():
    assert table(("rank", "title", "score"), [("1", "RED MUG", "0.5"), ("10", "LAMP", "0.25")]) == (
        "rank  title    score\n   1  RED MUG    0.5\n  10  LAMP      0.25"
    )


def test_long_texts_and_line_breaks():
    assert table(("a",), [("x" * 61,), ("y\n z",)]) == "a\n" + "x" * 59 + "…\ny z"


def test_no_rows():
    assert table(("a", "b"), []) == "a  b"


def test_a_column_of_numbers_may_have_gaps():
    assert table(("a", "b"), [("x", "10"), ("y", ""), ("z", "5")]) == "a   b\nx  10\ny\nz   5"
