from benchmarks.figures import printed_report

REPORT = {
    "step": {"milliseconds": 12.3456, "rows_per_second": 12345.6, "jit": False, "sizes": {"dim": 64}},
    "scoring": [{"users": 256, "ms": 7.0}, {"users": 1, "ms": 0.5}],
}


def test_people_get_paragraphs_and_tables(capsys):
    printed_report.show(REPORT, as_json=False)
    assert capsys.readouterr().out == (
        "step\n"
        "  milliseconds     12.35\n"
        "  rows_per_second  12,346\n"
        "  jit              False\n"
        "  sizes            dim=64\n"
        "\n"
        "scoring\n"
        "  users  ms\n"
        "  256    7\n"
        "  1      0.5\n"
    )
