"""Reads the tables of a page."""

import html
import re


def table_rows(page: str, name: str) -> list[list[str]]:
    """The rows of the only table with that name, heading and all; each cell as the text that is seen."""
    (table,) = re.findall(f'<table aria-label="{re.escape(html.escape(name))}">(.*?)</table>', page)
    rows = [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row) for row in re.findall("<tr.*?>(.*?)</tr>", table)]
    return [[html.unescape(re.sub("<[^>]*>", "", cell)) for cell in row] for row in rows]
