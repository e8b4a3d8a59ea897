import dataclasses

import numpy as np

from components.synthetic_log.layouts.numbers import session_numbers
from tests.support.small_behaviour import BEHAVIOUR


def test_searches_are_numbered_by_user():
    # Three actions of one user, and one of another; a feed click has no number.
    actions = dataclasses.replace(BEHAVIOUR.actions, is_search=np.array([False, True, True, True]))
    assert session_numbers(actions).tolist() == [0, 1, 2, 1]
