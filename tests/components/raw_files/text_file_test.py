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
    [lambda packed: packed[:-9], lambda packed: packed[:20] + b"\0\0" + packed[22:]],
    ids=["cut short", "a broken byte"],
)
def test_an_unsound_packed_file(tmp_path, name, damage):
    path = tmp_path / name
    write(path, "".join(f"{number}\n" for number in range(1000)))
    path.write_bytes(damage(path.read_bytes()))
    message = f"{name}: is not a sound {PACKED[name]} file: .*. Copy it again if it was cut short."
    with pytest.raises(DataError, match=message):
        read(str(path))


@pytest.mark.parametrize("name", PACKED)
def test_a_file_is_unpacked_whatever_its_name_is_and_a_plain_one_is_read_as_it_is(tmp_path, caplog, name):
    path = write(tmp_path / name, "id\n")
    (tmp_path / "log.tsv").write_bytes((tmp_path / name).read_bytes())
    assert read(str(tmp_path / "log.tsv")) == read(path) == "id\n"
    assert not caplog.records
    (tmp_path / name).write_bytes(b"id\n")
    assert read(path) == "id\n"
    assert caplog.messages == [f"{path}: is not packed, though its name says so; it is read as it is."]


MARKED = ["utf-8-sig", "utf-16", "utf-32"]


@pytest.mark.parametrize("encoding", [*MARKED, "utf-16-be", "cp1252", "latin-1", "gb18030", "shift_jis", "koi8-r"])
def test_text_in_other_encodings(tmp_path, encoding):
    text = {"gb18030": "红杯子\n", "shift_jis": "赤いカップ\n", "koi8-r": "чашка\n"}.get(encoding, "größe\n")
    for name in ("log.tsv", "log.tsv.gz"):
        path = write(tmp_path / name, text.encode(encoding))
        with open_text(path, newline="\n", encoding=encoding) as stream:
            assert list(stream) == [text]
        if encoding in MARKED:
            assert read(path) == text, "a byte order mark tells it"


def test_utf_8_that_is_called_something_else(tmp_path):
    path = write(tmp_path / "log.tsv", "id\n" * 1000 + "ö" * 4000)
    for encoding in ("latin-1", "cp1252", "koi8-r"):
        message = rf"log\.tsv: is text in UTF-8, not in {encoding}, as data\.encoding .* says: its letters would become"
        with pytest.raises(DataError, match=message), open_text(path, newline="\n", encoding=encoding):
            pass
    with open_text(write(tmp_path / "plain", "id\n"), newline="\n", encoding="cp1252") as stream:
        assert stream.read() == "id\n", "ASCII is text in all of them"


def test_a_first_line_shows_what_is_no_text():
    for check in (check_text, check_not_empty):
        check("log.tsv", "user\tcafé\n")
        check("log.tsv", "\n")
    message = "^log.tsv: is not text in UTF-8: a binary file, or text in another encoding such as UTF-16"
    for line in ("PAR1\x15\x00", "caf\ufffd\n"):
        with pytest.raises(DataError, match=message):
            check_text("log.tsv", line)
    with pytest.raises(
        DataError, match="^log.tsv: is not text in gbk: .* such as UTF-8. Save it as UTF-8, or name its e"
    ):
        check_text("log.tsv", "caf\ufffd\n", "gbk", "data.encoding")
    with pytest.raises(DataError, match="^log.tsv: is empty, without even a header line. Remove it or write it again."):
        check_not_empty("log.tsv", "")
