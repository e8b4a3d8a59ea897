import gzip
import random

import pytest
import tensorflow as tf

from serving.local_server.limits.budget import Budget
from serving.local_server.rest.packed_body import TooLongError, unpacked
from tests.support.local_servers import refusal

TEXT = random.Random(0).randbytes(3 * 2**20)
"""Three steps long, and no shorter when it is packed."""


def test_what_was_packed_comes_back_and_both_are_held():
    budget, packed = Budget(7 * 2**20, "bytes"), gzip.compress(TEXT)
    with budget.share() as share:
        assert unpacked(packed, len(TEXT), share) == TEXT
        assert budget.held == len(packed) + len(TEXT)
    assert unpacked(gzip.compress(b""), 5, budget.share()) == b""


@pytest.mark.parametrize("body", [b"", b"{}", gzip.compress(TEXT)[:-9], gzip.compress(b"abc")[:-1]])
def test_what_is_no_gzip_is_empty(body):
    assert unpacked(body, len(TEXT), Budget(2**40, "bytes").share()) == b""


def test_no_more_is_unpacked_than_may_be():
    bomb, budget = gzip.compress(b" " * 10**7), Budget(2**21, "bytes")
    message = refusal(unpacked, bomb, 9, Budget(2**40, "bytes").share(), error=TooLongError)
    assert message.startswith("Unpacked: The request's body is longer than 9 bytes.")
    with budget.share() as share:
        assert "try again later" in refusal(unpacked, bomb, 10**7, share, error=tf.errors.UnavailableError)
        assert budget.held <= 2**21
