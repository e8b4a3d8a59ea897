"""What tests of hooks share: a server that is told."""

import contextlib

import pytest

from tests.support.webhook_server import serving


@pytest.fixture
def answering():
    """Starts a server that answers with these codes."""
    with contextlib.ExitStack() as stack:
        yield lambda *codes, silent_s=0.0: stack.enter_context(serving(codes, silent_s))
