import re

import pytest

from components.raw_files.file_format import FileFormat, setting_beside


@pytest.mark.parametrize(
    ("form", "sign", "quotation"),
    [
        ({}, ",", '"'),
        ({"format": "tsv"}, "\t", ""),
        ({"format": "tsv", "quote": '"'}, "\t", '"'),
        ({"delimiter": "tab"}, "\t", '"'),
        ({"delimiter": "\\t"}, "\t", '"'),
        ({"delimiter": "::"}, "::", ""),
        ({"delimiter": "semicolon", "quote": "none"}, ";", ""),
    ],
)
def test_what_divides_and_what_quotes(form, sign, quotation):
    assert (FileFormat(**form).sign, FileFormat(**form).quotation) == (sign, quotation)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        (
            {"format": "xlsx"},
            "`format` should be one of auto, csv, tsv, json_lines, json, parquet, avro. Received: format='x",
        ),
        ({"delimiter": "semi"}, "one of comma, semicolon, tab, pipe, space. Received: delimiter='semi'"),
        ({"delimiter": "\n"}, "Received: delimiter='\\n'"),
        ({"quote": "ab"}, "`quote` should be one sign, or none. Received: quote='ab'"),
        ({"quote": "''"}, "`quote` should be one sign, or none."),
        ({"quote": ";", "delimiter": ";"}, "`quote` and `delimiter` should differ. Received: ';' and ';'"),
        ({"quote": "'", "delimiter": "::"}, "`quote` should be empty where `delimiter` has several signs"),
        ({"encoding": "latin-99"}, "`encoding` should be the name of a text encoding, such as utf-8, utf-16, latin-1,"),
        ({"encoding": "hex"}, "Received: encoding='hex'"),
        ({"column_names": ("a",)}, "`column_names` is for files without a header: set `header: false`, or leave it"),
        (
            {"column_names": ("a", "a"), "header": False},
            "`column_names` should differ. Received: column_names=['a', 'a']",
        ),
        ({"format": "parquet", "delimiter": ";"}, "`delimiter` is for CSV and TSV alone. Received: format='parquet'"),
        ({"format": "json", "header": False}, "`header: false` is for CSV and TSV alone. Received: format='json'"),
    ],
)
def test_what_is_unknown_or_means_nothing_is_refused(settings, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        FileFormat(**settings)


def test_the_full_name_of_a_setting():
    sections = {"data.columns": "data.", "data.item_columns": "data.item_files.", "": "data."}
    for columns, section in sections.items():
        assert setting_beside(columns, "encoding") == f"{section}encoding"
