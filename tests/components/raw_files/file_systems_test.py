import gzip
import io

import pytest
from apache_beam.io.filesystems import FileSystems

from components.raw_files.file_systems import matching, open_binary
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


def test_a_remote_file_shows_its_first_bytes_without_reading_them(monkeypatch):
    monkeypatch.setattr(FileSystems, "open", lambda path, compression_type: io.BytesIO(b"PAR1 and more"))
    with open_binary("gs://bucket/log") as stream:
        assert (start_of(stream, 4), stream.read()) == (b"PAR1", b"PAR1 and more")
