import pytest

from schemas import signatures
from tests.support.explored_shop import explored_at


@pytest.fixture
def explored():
    with explored_at("127.0.0.1:9") as explored:
        yield explored


def test_items_are_named_by_title_or_else_by_id(explored):
    assert explored.named("a1") == {"item_id": "a1", "title": "Amber lamp"}
    assert explored.named("d2") == {"item_id": "d2", "title": "d2"}
    assert explored.named("nothing") == {"item_id": "nothing", "title": "nothing"}


def test_a_model_without_context_is_told_no_moment(explored):
    assert explored.moment_inputs == () and signatures.RANK_TIMESTAMP_MS not in explored.moment()["context"]
    assert explored.moment() == {"timestamp_ms": None, "context": {}}
