import pytest

from components.progress import heard_by
from components.raw_files.text_file import open_text
from tests.support.raw_files import write


@pytest.mark.parametrize(
    ("name", "size", "kilobytes"),
    # Of a packed file its own bytes count: about a thousandth.
    [("events.tsv", 2_500, 2), ("events.tsv.gz", 2_500_000, 2)],
)
def test_a_file_tells_how_many_of_its_kilobytes_are_read(tmp_path, name, size, kilobytes):
    heard = []
    path = write(tmp_path / name, "x" * size)
    with heard_by(lambda progress, steps: heard.append((progress, steps))), open_text(path, newline="") as text:
        assert text.read() == "x" * size
    assert {(progress.what, progress.total) for progress, _ in heard} == {(f"kB of {name}", kilobytes)}
    assert sum(steps for _, steps in heard) == kilobytes
