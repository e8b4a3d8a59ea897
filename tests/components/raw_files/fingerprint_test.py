from components.raw_files.fingerprint import ABSENT, fingerprint
from components.raw_files.refusal import DataError
from tests.support.raw_files import write


def test_copies_have_one_fingerprint(tmp_path):
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
        write(tmp_path / folder / "log.tsv", "a\n")
    one, two = (fingerprint(lambda path=f"{tmp_path}/{folder}/log.tsv": [path]) for folder in ("one", "two"))
    assert one == two and len(one) == 64


def test_a_change_changes_it(tmp_path):
    path = write(tmp_path / "log.tsv", "a\n")
    prints = {fingerprint(lambda: [path])}
    write(tmp_path / "log.tsv", "b\n")
    prints.add(fingerprint(lambda: [path]))
    prints.add(fingerprint(lambda: [path, path]))
    more = write(tmp_path / "more.tsv", "")
    prints.add(fingerprint(lambda: [path, more]))
    (tmp_path / "more.tsv").rename(tmp_path / "most.tsv")
    prints.add(fingerprint(lambda: [path, f"{tmp_path}/most.tsv"]))
    assert len(prints) == 5


def test_files_that_are_not_here():
    def list_files():
        raise DataError("There are none.")

    assert fingerprint(list_files) == ABSENT
