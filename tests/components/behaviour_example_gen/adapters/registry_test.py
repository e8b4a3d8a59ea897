import pytest

from components.behaviour_example_gen.adapters import events
from components.behaviour_example_gen.adapters.registry import adapter
from components.raw_files.refusal import DataError


def test_an_adapter_is_found_by_its_name():
    assert adapter("events").read_events is events.read_events
    assert adapter("events").read_items is events.read_items


def test_an_unknown_adapter():
    with pytest.raises(DataError, match="^data.source = 'kuaishou': there is no such adapter. Known are events"):
        adapter("kuaishou")
