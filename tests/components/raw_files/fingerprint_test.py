from components.raw_files.fingerprint import ABSENT, fingerprint
from tests.support.raw_files import write


def test_names_and_contents_make_the_fingerprint_and_folders_do_not(tmp_path):
    def of(*files):
        """The fingerprint of files of these names and contents, in a new folder."""
        folder = tmp_path / str(len(list(tmp_path.iterdir())))
        folder.mkdir()
        return fingerprint(lambda: [write(folder / name, content) for name, content in files])

    log = ("log.tsv", "a\n")
    assert of(log) == of(log) and len(of(log)) == 64
    different = [[log], [("log.tsv", "b\n")], [log, log], [log, ("more.tsv", "")], [log, ("most.tsv", "")]]
    assert len({of(*files) for files in different}) == 5
    assert fingerprint(lambda: [f"{tmp_path}/no.tsv"]) == ABSENT
