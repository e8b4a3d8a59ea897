import pytest

from tests.support.explored_shop import explored_at


@pytest.fixture
def explored():
    with explored_at("127.0.0.1:9") as explored:
        yield explored


def test_items_are_named_by_title_or_else_by_id(explored):
    titles = {"a1": "Amber lamp", "d2": "d2", "nothing": "nothing"}
    assert [explored.named(each) for each in titles] == [{"item_id": each, "title": titles[each]} for each in titles]


def test_a_model_without_context_is_told_no_moment(explored):
    assert (explored.moment_inputs, explored.moment()) == ((), {"timestamp_ms": None, "context": {}})
