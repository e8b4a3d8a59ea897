import pytest

from components.raw_files.file_format import FileFormat
from components.sources.log_sources import EventSource


def test_an_entry_says_how_its_files_are_written():
    source = EventSource("e.txt", format="csv", delimiter=";", quote="none", encoding="cp1252", header=False)
    assert source.form == FileFormat(format="csv", delimiter=";", quote="none", encoding="cp1252", header=False)
    assert EventSource(column_names=("a",), header=False).form.column_names == ("a",)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"surface": "feed"}, "`surface` should be empty or recommendation or search. Received: 'feed'"),
        ({"label": 2}, "`label` should be 0, 1 or null. Received: 2"),
        ({"encoding": "latin-99"}, "`encoding` should be the name of a text encoding"),
    ],
)
def test_what_is_unknown_is_refused(settings, message):
    with pytest.raises(ValueError, match=f"^{message}"):
        EventSource("e", **settings)
