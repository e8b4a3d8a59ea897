from components.raw_files.fingerprint import ABSENT, fingerprint
from tests.support.raw_files import write


def test_copies_have_one_fingerprint(tmp_path):
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
        write(tmp_path / folder / "log.tsv", "a\n")
    one, two = (fingerprint(f"{tmp_path}/{folder}/*.tsv") for folder in ("one", "two"))
    assert one == two and len(one) == 64


def test_a_change_changes_it(tmp_path):
    path = write(tmp_path / "log.tsv", "a\n")
    prints = {fingerprint(path)}
    write(tmp_path / "log.tsv", "b\n")
    prints.add(fingerprint(path))
    prints.add(fingerprint(path, path))
    write(tmp_path / "more.tsv", "")
    prints.add(fingerprint(f"{tmp_path}/*.tsv"))
    (tmp_path / "more.tsv").rename(tmp_path / "most.tsv")
    prints.add(fingerprint(f"{tmp_path}/*.tsv"))
    assert len(prints) == 5


def test_files_that_are_not_here(tmp_path):
    assert fingerprint(f"{tmp_path}/no.tsv") == ABSENT


def test_empty_patterns_are_skipped(tmp_path):
    path = write(tmp_path / "log.tsv", "a\n")
    assert fingerprint(path, "") == fingerprint(path)
