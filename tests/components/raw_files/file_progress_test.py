import pytest

from components.progress import heard_by
from components.raw_files.file_format import FileFormat
from components.raw_files.file_parts import divide
from components.raw_files.row_files import read_rows
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


@pytest.mark.parametrize("form", [FileFormat(format="tsv"), FileFormat(format="csv")], ids=["lines", "quotation marks"])
def test_a_large_file_is_told_while_it_is_divided_and_its_parts_together(tmp_path, form):
    path = write(tmp_path / "events", "id\n" + "1234567890\n" * 2_000)
    heard = []
    with heard_by(lambda progress, steps: heard.append((progress.what, progress.total, steps))):
        parts = divide(path, form, 6_000)
        rows = [row for part in parts for row in read_rows(path, (), "", form, part=part)]
    assert len(rows) == 2_000 and len(parts) == 4
    told = {what: sum(steps for each, total, steps in heard if (each, total) == (what, 22)) for what, _, _ in heard}
    # The beginning is read for each part once more, and each part may leave less than a kilobyte untold.
    assert told.keys() == {"kB of events looked through", "kB of events"}
    assert told["kB of events looked through"] == 22 and told["kB of events"] >= 22 - 4
