import gzip
import re

import pytest

from components.raw_files.refusal import DataError
from components.raw_files.text_file import check_not_empty, check_text, open_bytes, open_text
from tests.support.raw_files import write


def read(path):
    with open_text(path, newline="\n") as stream:
        return stream.read()


@pytest.mark.parametrize("name", ["log.tsv", "log.tsv.gz", "log.tsv.bz2", "log.tsv.zst"])
def test_text_is_read_plain_and_packed(tmp_path, name):
    assert read(write(tmp_path / name, "\ufeffid\té\r\n")) == "id\té\r\n", "the byte order mark is no text"


def test_bytes_that_are_no_text_are_marked(tmp_path):
    assert read(write(tmp_path / "log.tsv", b"caf\xe9\n")) == "caf\ufffd\n"


def test_bytes_are_left_as_they_are(tmp_path):
    path = write(tmp_path / "log.tsv.gz", "text")
    with open_bytes(path) as stream:
        assert gzip.decompress(stream.read()) == b"text"


def test_a_missing_file(tmp_path):
    path = str(tmp_path / "no.tsv")
    with pytest.raises(DataError, match=f"^{re.escape(path)}: cannot be opened: "), open_text(path, newline="\n"):
        pass


@pytest.mark.parametrize("name", ["log.tsv.gz", "log.tsv.bz2", "log.tsv.zst"])
@pytest.mark.parametrize(
    "damage",
    [lambda packed: b"id\tname\n", lambda packed: packed[:-9], lambda packed: packed[:20] + b"\0\0" + packed[22:]],
    ids=["not packed", "cut short", "a broken byte"],
)
def test_an_unsound_packed_file(tmp_path, name, damage):
    path = tmp_path / name
    write(path, "".join(f"{number}\n" for number in range(1000)))
    path.write_bytes(damage(path.read_bytes()))
    kind = {"gz": "gzip", "bz2": "bzip2", "zst": "Zstandard"}[name.split(".")[-1]]
    message = rf"{name}: is not a sound {kind} file: .*\. Copy it again if it was cut short, or take the last ending"
    with pytest.raises(DataError, match=message):
        read(str(path))


@pytest.mark.parametrize("line", ["PAR1\x15\x00", "caf\ufffd\n"])
def test_a_first_line_that_is_no_text(line):
    with pytest.raises(
        DataError, match="log.tsv: is not text in UTF-8: a binary file, or text in another encoding such"
    ):
        check_text("log.tsv", line)


def test_a_first_line_that_is_text():
    check_text("log.tsv", "user\tcafé\n")
    check_not_empty("log.tsv", "\n")


def test_an_empty_file():
    with pytest.raises(DataError, match="log.tsv: is empty, without even a header line. Remove it or write it again."):
        check_not_empty("log.tsv", "")
