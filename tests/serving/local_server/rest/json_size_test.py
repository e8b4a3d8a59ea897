import json

import pytest

from serving.local_server.rest.json_size import has_more_members_than


@pytest.mark.parametrize(
    ("text", "members"),
    [
        (b"", 0),
        (b"1", 0),
        (b"[]", 1),
        (b"[1, 2, 3]", 3),
        (b"[[], [], []]", 6),
        (b'{"a": 1, "b": [2]}', 3),
        # Strings count once, with whatever is in them.
        (b'["a, [ {", "b,c"]', 2),
        (rb'["a\", [", "b\\", ","]', 3),
        (rb'["\\\",[[[", 1]', 2),
        (rb'["\n\",[[[", 1]', 2),
        (b'{"[,{": "[,{"}', 1),
    ],
)
def test_members_are_counted(text, members):
    assert not has_more_members_than(text, members)
    assert members == 0 or has_more_members_than(text, members - 1)


def test_never_fewer_than_a_parser_makes():
    def members(value):
        if isinstance(value, dict):
            return 1 + sum(map(members, value.values()))
        return 1 + sum(map(members, value)) if isinstance(value, list) else 1

    for value in ([["a,"] * 9] * 9, {"k" * 9: [{"\\": '"', '"\\,': []}] * 9}, [[[[]]]] * 50):
        made = members(value) - 1  # The value at the top is no member of another.
        assert has_more_members_than(json.dumps(value).encode(), made - 1)


def test_strings_alone_are_too_many():
    assert has_more_members_than(b'"",' * 100, 10)
    assert has_more_members_than(b'""' * 100 + b",,,,,,,,,,,", 10)


def test_a_string_without_end_is_no_trouble():
    assert not has_more_members_than(b'["' + rb"\"," * 500_000, 10)
    assert has_more_members_than(b"[" + rb"\," * 500_000, 10)
