import gc

import pytest

from serving.local_server.rest.json_document import parse_object
from serving.local_server.rest.paused_collection import paused_collection


def test_the_collector_pauses_until_the_last_block_ends():
    assert gc.isenabled()
    first, second = paused_collection(), paused_collection()
    first.__enter__()
    second.__enter__()
    first.__exit__(None, None, None)
    assert not gc.isenabled()
    second.__exit__(None, None, None)
    assert gc.isenabled()


def test_it_goes_on_after_an_error():
    with pytest.raises(KeyError), paused_collection():
        raise KeyError
    assert gc.isenabled()


def test_a_collector_that_is_off_stays_off():
    gc.disable()
    try:
        with paused_collection():
            assert not gc.isenabled()
        assert not gc.isenabled()
    finally:
        gc.enable()


def test_a_large_text_is_parsed_without_it():
    """It would look at the new lists every few hundred of them."""
    looks = []
    gc.callbacks.append(lambda phase, info: looks.append(phase))
    try:
        parse_object(b'{"inputs": [' + b"[], " * 50_000 + b"[]]}")
    finally:
        gc.callbacks.pop()
    assert len(looks) <= 2
    assert gc.isenabled()
