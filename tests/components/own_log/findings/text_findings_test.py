import pytest

from components.own_log.findings.text_findings import text_findings
from tests.support.raw_files import write

HEADER = "user_id,item_id,query\n"


@pytest.mark.parametrize("name", ["log.csv", "log.csv.gz"])
def test_a_header_among_the_rows_is_found(name, tmp_path):
    path = write(tmp_path / name, HEADER + "u1,i1,mug\n" + HEADER + "u2,i2,mug\n")
    (finding,) = text_findings(path)
    assert (finding.code, finding.row, finding.count) == ("repeated_header", 3, 1)
    assert "the header stands among the rows again, in 1 of the first 4 lines" in finding.text


def test_rows_with_another_delimiter_are_found(tmp_path):
    path = write(tmp_path / "log.csv", HEADER + "u1,i1,mug\nu2;i2;mug\nu3;i3;red mug\n")
    (finding,) = text_findings(path)
    assert (finding.code, finding.row) == ("mixed_delimiters", 3)
    assert finding.text == "2 of the first 4 lines are divided by a semicolon, the header by a comma."


def test_quotation_marks_are_characters_in_tsv(tmp_path):
    text = 'user_id\titem_id\n"u1"\t"i1"\n'
    (finding,) = text_findings(write(tmp_path / "log.tsv", text))
    assert (finding.code, finding.row) == ("quotes_in_tsv", 2)
    assert not text_findings(write(tmp_path / "log.csv", text.replace("\t", ",")))


def test_marks_and_line_ends_do_not_matter(tmp_path):
    path = write(tmp_path / "log.csv", "\ufeff" + HEADER.replace("\n", "\r\n") + 'u1,i1,"mug; red"\r\n')
    assert text_findings(path) == []


def test_only_delimited_text_is_looked_at(tmp_path):
    assert text_findings(write(tmp_path / "log.jsonl", "{}\n{}\n")) == []
