import pytest

from components.own_log.findings.text_findings import text_findings
from components.raw_files.row_files import format_of
from tests.support.log_findings import told
from tests.support.raw_files import write

HEADER = "user_id,item_id,query\n"
AGAIN = HEADER + "u1,i1,mug\n" + HEADER + "u2,i2,mug\n"
MIXED = HEADER + "u1,i1,mug\nu2;i2;mug\nu3;i3;red mug\n"
MARKED = "\ufeff" + HEADER.replace("\n", "\r\n") + 'u1,i1,"mug; red"\r\n'
QUOTED = 'user_id\titem_id\n"u1"\t"i1"\n'


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("log.csv", AGAIN, ["warning repeated_header: log.csv:3: the header is repeated in 1 of the first 4 lines"]),
        ("log.csv.gz", AGAIN, ["warning repeated_header: log.csv.gz:3: the header is repeated"]),
        ("log.csv", MIXED, ["warning mixed_delimiters: log.csv:3: 2 of the first 4 lines are divided by a semicolon"]),
        ("log.tsv", QUOTED, ["warning quotes_in_tsv: log.tsv:2: values stand in quotation marks in 1 of the first 2"]),
        ("log.csv", QUOTED.replace("\t", ","), []),
        ("log.csv", MARKED, []),
        ("log.jsonl", "{}\n{}\n", []),
    ],
)
def test_what_the_lines_show_is_told(name, text, expected, tmp_path, monkeypatch):
    write(tmp_path / name, text)
    monkeypatch.chdir(tmp_path)
    found = [told(each) for each in text_findings(name, format_of(name))]
    assert [each[: len(start)] for each, start in zip(found, expected, strict=True)] == expected
