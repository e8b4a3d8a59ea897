import gzip
import io
import json

import pyarrow
import pyarrow.parquet
import pytest

from components.own_log.guess.file_form import file_form, read_form
from components.raw_files.file_format import FileFormat
from components.raw_files.refusal import DataError, Reject
from tests.support.raw_files import write

ROWS = "user,item,query\nu1,i1,red mug\nu2,i2,größe\n"
EXPECTED = [{"user": "u1", "item": "i1", "query": "red mug"}, {"user": "u2", "item": "i2", "query": "größe"}]
JSON = "".join(json.dumps(row) + "\n" for row in EXPECTED)
PARQUET = io.BytesIO()
pyarrow.parquet.write_table(pyarrow.Table.from_pylist(EXPECTED), PARQUET)


def values(form):
    return [dict(row.values) for row in read_form(form) if not isinstance(row, Reject)]


@pytest.mark.parametrize(
    ("name", "content", "told", "settings"),
    [
        ("log.csv", ROWS, "CSV", {}),
        ("log.csv.gz", ROWS, "CSV, packed (gzip)", {}),
        ("log.csv.zst", ROWS, "CSV, packed (Zstandard)", {}),
        ("log.csv", "\ufeff" + ROWS.replace("\n", "\r\n"), "CSV", {}),
        ("log.tsv", ROWS.replace(",", "\t"), "TSV", {}),
        ("log.csv", ROWS.replace(",", ";"), "CSV, divided by semicolons", {"delimiter": "semicolon"}),
        ("log.txt", ROWS.replace(",", "|"), "CSV, divided by vertical bars", {"delimiter": "pipe"}),
        ("log.csv", ROWS.replace(",", "\t"), "TSV", {"format": "tsv"}),
        ("log.txt", ROWS, "CSV", {"format": "csv"}),
        ("log.csv", ROWS.encode("latin-1"), "CSV, encoded as latin-1", {"encoding": "latin-1"}),
        ("log.csv", ROWS.encode("utf-16"), "CSV, encoded as utf-16", {}),
        ("log.csv", gzip.compress(ROWS.encode()), "CSV, packed (gzip)", {}),
        ("log.jsonl", JSON, "JSON lines", {}),
        ("log.json", JSON, "JSON lines", {}),
        ("log", JSON, "JSON lines", {}),
        ("log.csv", JSON, "JSON lines", {"format": "json_lines"}),
        ("log.json", json.dumps(EXPECTED), "one JSON array", {}),
        ("log.dat", PARQUET.getvalue(), "Parquet", {}),
        ("log.csv", PARQUET.getvalue(), "Parquet", {"format": "parquet"}),
    ],
)
def test_a_file_is_recognized_by_its_content_and_read(name, content, told, settings, tmp_path):
    form = file_form(write(tmp_path / name, content))
    assert form.told == told
    assert form.settings == FileFormat(**settings)
    assert values(form) == EXPECTED


def test_what_divides_the_levels_of_a_category_is_not_taken_for_what_divides_columns(tmp_path):
    """More bars than tabs in each row, but none in the header."""
    path = write(tmp_path / "items.tsv", "item\tcategories\ni1\ta|b|c|d\ni2\ta|b|c|e\ni3\ta|f|g|h\n")
    form = file_form(path)
    assert (form.told, values(form)[0]) == ("TSV", {"item": "i1", "categories": "a|b|c|d"})


@pytest.mark.parametrize(
    ("content", "has_header"),
    [
        ("u1,i1,1700000000\nu2,i2,1700000001\n", False),
        ("196,242,3\n186,302,3\n", False),
        ("user,item\nu1,i1\n", True),
        ("a,b\nc,b\n", False),
        ("a,a\nb,c\n", False),
    ],
)
def test_a_header_is_told_from_a_row(content, has_header, tmp_path):
    form = file_form(write(tmp_path / "log.csv", content))
    assert form.has_header == has_header
    assert len(values(form)) == content.count("\n") - has_header
    if not has_header:
        assert form.header[0] == "column_1"
        assert form.settings == FileFormat(header=False)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("", "is empty. Give a file with one event a line."),
        ("one\ntwo\n", "no sign divides its lines into columns; the first is 'one'."),
        (b"\x00\x01\x02" * 50, "is a binary file of an unknown kind."),
    ],
)
def test_what_is_no_log_is_refused(content, told, tmp_path):
    path = write(tmp_path / "log", content)
    with pytest.raises(DataError) as refused:
        file_form(path)
    assert str(refused.value).startswith(f"{path}: {told}")
    with pytest.raises(DataError, match="cannot be opened"):
        file_form(str(tmp_path / "nothing.csv"))


@pytest.mark.parametrize(
    ("rows", "encoding"),
    [
        ("用户,时间,商品编号,搜索词\n用户0,2026-10-01,商品43,台灯\n用户1,2026-10-02,商品11,蓝牙耳机\n", "gb18030"),
        ("顧客,時刻,商品,検索語\n客0,2026-10-01,品3,赤いマグカップ\n客1,2026-10-01,品4,ランプ\n", "shift_jis"),
        ("고객,시각,상품,검색어\n객0,2026-10-01,품3,빨간 머그컵\n객1,2026-10-01,품4,전등\n", "euc_kr"),
        ("клиент,время,товар,запрос\nк0,2026-10-01,т3,красная кружка\nк1,2026-10-01,т4,лампа\n", "cp1251"),
        ("Kunde,Zeit,Ware,Suche\nk0,2026-10-01,w3,rötliche Tasse\nk1,2026-10-01,w4,große Lampe\n", "latin-1"),
    ],
)
def test_an_encoding_is_told_by_the_words_that_it_makes(rows, encoding, tmp_path):
    """The guess may have another name, of an encoding that has the same letters."""
    (tmp_path / "log.csv").write_bytes(rows.encode(encoding))
    form = file_form(str(tmp_path / "log.csv"))
    assert (tmp_path / "log.csv").read_bytes().decode(form.encoding) == rows
    header, *lines = (line.split(",") for line in rows.splitlines())
    assert values(form) == [dict(zip(header, line, strict=True)) for line in lines]
