import gzip

from components.progress import heard_by
from components.raw_files.text_file import open_text


def read(path):
    heard = []
    with heard_by(lambda progress, steps: heard.append((progress, steps))), open_text(str(path), newline="") as text:
        content = text.read()
    return content, heard


def test_a_file_tells_how_many_of_its_kilobytes_are_read(tmp_path):
    path = tmp_path / "events.tsv"
    path.write_text("x" * 2_500)
    content, heard = read(path)
    assert content == "x" * 2_500
    assert {(progress.what, progress.total) for progress, _ in heard} == {("kB of events.tsv", 2)}
    assert sum(steps for _, steps in heard) == 2


def test_of_a_packed_file_its_own_bytes_count(tmp_path):
    path = tmp_path / "events.tsv.gz"
    path.write_bytes(gzip.compress(b"x" * 1_000_000))  # About a thousandth.
    content, heard = read(path)
    assert len(content) == 1_000_000
    assert sum(steps for _, steps in heard) <= 2
