import gzip
import io

import pytest
from apache_beam.io.filesystems import FileSystems

from components.raw_files.file_systems import as_it_is, matching, open_binary
from components.raw_files.text_file import start_of
from tests.support.raw_files import write


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "deep" / "deeper").mkdir(parents=True)
    for name in ("a.tsv", ".hidden.tsv", "deep/b.tsv", "deep/deeper/c.tsv"):
        write(tmp_path / name, name)
    return tmp_path


def test_a_glob_names_files_a_path_whatever_is_there(folder):
    assert matching(f"{folder}/*") == matching(f"{folder}/?.tsv") == [f"{folder}/a.tsv"]
    assert sorted(matching(f"{folder}/**.tsv"))[-2:] == [f"{folder}/deep/b.tsv", f"{folder}/deep/deeper/c.tsv"]
    assert matching(f"{folder}/deep") == [f"{folder}/deep"]
    assert matching(f"{folder}/no.tsv") == []
    # Files are opened as they are.
    with open_binary(write(folder / "a.tsv.gz", "packed")) as stream:
        assert gzip.decompress(stream.read()) == b"packed"
    for call in (open_binary, matching):
        with pytest.raises(ValueError, match="Unable to get filesystem from specified path"):
            call("nowhere://log.tsv")


ODD = ("two words", "accents é ü", "[v2]", "[a-z]", "all*", "what?", 'it\'s "so"', "{a,b}", "back\\slash", "#1 %41;&")
ODD += ("مجلد", "\u200bzero width", "x" * 250)


@pytest.mark.parametrize("name", ODD)
def test_what_exists_under_the_very_name_is_that_file(name, tmp_path):
    folder = tmp_path / name
    folder.mkdir()
    write(folder / "a.tsv", "a")
    write(folder / "b.tsv", "b")
    # Those that the name would match if it were a pattern.
    for other in ("v", "2", "q", "allofit", "whatX"):
        (tmp_path / other).mkdir()
        write(tmp_path / other / "a.tsv", "another")
    assert matching(f"{folder}/a.tsv") == [f"{folder}/a.tsv"]
    assert sorted(matching(f"{folder}/*.tsv")) == [f"{folder}/a.tsv", f"{folder}/b.tsv"]
    assert sorted(matching(f"{folder}/[ab].tsv")) == [f"{folder}/a.tsv", f"{folder}/b.tsv"]
    assert sorted(matching(f"{folder}/**.tsv")) == [f"{folder}/a.tsv", f"{folder}/b.tsv"]


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("{0}/a[v2]/*.csv", "{0}/a[[]v2]/*.csv"),
        ("{0}/a[v2]/e[1].csv", "{0}/a[[]v2]/e[[]1].csv"),
        ("{0}/a[v3]/*.csv", "{0}/a[v3]/*.csv"),  # There is no such folder, so it is a class.
        ("{0}/plain.csv", "{0}/plain.csv"),
        ("gs://bucket/a[v2]/*.csv", "gs://bucket/a[v2]/*.csv"),
    ],
)
def test_a_pattern_begins_after_what_exists(pattern, expected, tmp_path):
    (tmp_path / "a[v2]").mkdir()
    write(tmp_path / "a[v2]" / "e[1].csv", "")
    assert as_it_is(pattern.format(tmp_path)) == expected.format(tmp_path)


def test_a_pattern_that_names_nothing_that_exists_is_one(tmp_path):
    for name in ("logv", "log2", "log3"):
        write(tmp_path / f"{name}.csv", "")
    assert sorted(matching(f"{tmp_path}/log[v2].csv")) == [f"{tmp_path}/log2.csv", f"{tmp_path}/logv.csv"]
    assert matching(f"{tmp_path}/{'x' * 300}") == matching(f"{tmp_path}/{'x' * 300}*") == []


def test_a_remote_file_shows_its_first_bytes_without_reading_them(monkeypatch):
    monkeypatch.setattr(FileSystems, "open", lambda path, compression_type: io.BytesIO(b"PAR1 and more"))
    with open_binary("gs://bucket/log") as stream:
        assert (start_of(stream, 4), stream.read()) == (b"PAR1", b"PAR1 and more")
