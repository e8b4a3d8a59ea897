import pytest

from tfx_pipeline.report_page.html_parts import Html, element, escaped, folded, of_log, paragraphs, part, table


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;"),
        ("a & b", "a &amp; b"),
        ("\x1b[31mred", "\\x1b[31mred"),
        ("abc\u202etxt", "abc\\u202etxt"),
        ("\u05e9\u05dc\u05d5\u05dd", "\u05e9\u05dc\u05d5\u05dd"),
        (None, ""),
        (7, "7"),
    ],
)
def test_a_text_is_escaped_and_what_shows_nothing_is_spelled(text, shown):
    assert escaped(text) == shown
    assert element("p", text) == f"<p>{shown}</p>"
    assert of_log(text) == f"<bdi>{shown}</bdi>"
    assert table(["a"], [[text]], "b").count(shown) >= 1


def test_html_is_not_escaped_again():
    assert element("p", Html("<b>"), "<i>", escaped("&")) == "<p><b>&lt;i&gt;&amp;</p>"
    assert paragraphs(["a", Html("<b>")]) == "<p>a</p><p><b></p>"


def test_attributes_cannot_be_left_by_their_values():
    made = element("a", class_='" onclick="x', aria_label="<", open=True, title=None)
    assert made == '<a class="&quot; onclick=&quot;x" aria-label="&lt;" open></a>'


def test_a_part_without_content_is_nothing():
    assert part("Title", Html(), "") == ""
    assert part("A < b", "c") == "<section><h3>A &lt; b</h3>c</section>\n"
    assert folded("more", "c") == "<details><summary>more</summary>c</details>"


def test_a_table_has_headings_for_rows_and_columns_and_numbers_to_the_right():
    made = table(["rule", "NDCG", "word"], [["a", "0.5", "x"], ["b", "", "1"]], "The rules", marked=[1])
    assert '<th scope="col">rule</th><th scope="col" class="number">NDCG</th><th scope="col">word</th>' in made
    assert '<tr><th scope="row">a</th><td class="number">0.5</td><td>x</td></tr>' in made
    assert '<tr class="marked"><th scope="row">b</th><td class="number"></td><td>1</td></tr>' in made
    assert 'role="region" aria-label="The rules"' in made
    assert table(["rule"], [], "None") == ""


def test_what_a_paragraph_has_between_backticks_is_code_and_still_escaped():
    html = paragraphs(["say `tandem <x>` & `y`", "one ` alone", Html("<b>`</b>")])
    assert html == ("<p>say <code>tandem &lt;x&gt;</code> &amp; <code>y</code></p><p>one ` alone</p><p><b>`</b></p>")
