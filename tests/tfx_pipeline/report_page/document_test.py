import pytest

from tfx_pipeline.report_page.document import document, tried, write_whole
from tfx_pipeline.report_page.html_parts import Html, element


def test_a_document_needs_nothing_else_and_escapes_its_title():
    text = document("a < b", [element("p", "top")], [element("p", "part")])
    assert text.startswith("<!DOCTYPE html>") and "default-src 'none'" in text and ":root {" in text
    assert text.count("a &lt; b") == 2 and "a < b" not in text
    assert text.index("<p>top</p>") < text.index("<main><p>part</p></main>")


def test_a_file_is_there_whole_or_not_at_all(tmp_path):
    path = tmp_path / "a folder" / "page.html"
    write_whole("first", str(path))
    write_whole("second é", str(path))
    with pytest.raises(UnicodeEncodeError):
        write_whole("no text: \ud800", str(path))
    assert path.read_text(encoding="utf-8") == "second é"
    (tmp_path / "taken").mkdir()
    with pytest.raises(IsADirectoryError):
        write_whole("third", str(tmp_path / "taken"))
    assert sorted(each.name for each in tmp_path.rglob("*")) == ["a folder", "page.html", "taken"]


def test_a_part_that_fails_says_so_in_its_place():
    def fail(of):
        raise KeyError(of)

    assert tried(lambda of: element("p", of), "<") == "<p>&lt;</p>"
    told = '<p class="missing">A part of the report is missing: KeyError: &#x27;&lt;b&gt;&#x27;</p>'
    assert tried(fail, "<b>") == told and isinstance(tried(fail, "<b>"), Html)
