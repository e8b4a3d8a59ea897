import pytest

from components.raw_files.refusal import DataError
from components.raw_files.text_file import check_not_empty, check_text, open_text
from tests.support.raw_files import write

PACKED = {"log.tsv.gz": "gzip", "log.tsv.bz2": "bzip2", "log.tsv.zst": "Zstandard"}


def read(path):
    with open_text(path, newline="\n") as stream:
        return stream.read()


@pytest.mark.parametrize("name", ["log.tsv", *PACKED])
def test_text_is_read_plain_and_packed(tmp_path, name):
    assert read(write(tmp_path / name, "\ufeffid\té\r\n")) == "id\té\r\n", "the byte order mark is no text"
    assert read(write(tmp_path / name, b"caf\xe9\n")) == "caf\ufffd\n", "bytes that are no text are marked"


@pytest.mark.parametrize("name", PACKED)
@pytest.mark.parametrize(
    "damage",
    [lambda packed: b"id\tname\n", lambda packed: packed[:-9], lambda packed: packed[:20] + b"\0\0" + packed[22:]],
    ids=["not packed", "cut short", "a broken byte"],
)
def test_an_unsound_packed_file(tmp_path, name, damage):
    path = tmp_path / name
    write(path, "".join(f"{number}\n" for number in range(1000)))
    path.write_bytes(damage(path.read_bytes()))
    message = f"{name}: is not a sound {PACKED[name]} file: .*. Copy it again if it was cut short, or take the last end"
    with pytest.raises(DataError, match=message):
        read(str(path))


def test_a_first_line_shows_what_is_no_text():
    for check in (check_text, check_not_empty):
        check("log.tsv", "user\tcafé\n")
        check("log.tsv", "\n")
    message = "^log.tsv: is not text in UTF-8: a binary file, or text in another encoding such as UTF-16"
    for line in ("PAR1\x15\x00", "caf\ufffd\n"):
        with pytest.raises(DataError, match=message):
            check_text("log.tsv", line)
    with pytest.raises(DataError, match="^log.tsv: is empty, without even a header line. Remove it or write it again."):
        check_not_empty("log.tsv", "")
