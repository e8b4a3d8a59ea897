"""Limits over real connections: `hostile_input_test.py` and `limits_test.py`."""

from serving.local_server.limits.admission import Admission
from serving.local_server.limits.request_limits import RequestLimits


def test_a_budget_has_twice_what_one_request_may_have():
    admission = Admission(RequestLimits(request_values=7), longest=5)
    assert (admission.bytes.most, admission.values.most) == (10, 14)
