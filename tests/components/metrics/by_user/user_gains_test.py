import numpy as np

from components.metrics.by_user.user_gains import UserGains, read_user_gains, write_user_gains


def test_what_is_written_is_read(tmp_path):
    search = UserGains(np.array([b"a", "Zoë".encode()]), np.array([2, 1]), np.array([[0.5, 0.25], [1.0, 0.0]]))
    feed = UserGains(np.array([b"u"]), np.array([3]), np.array([[1.5, 0.75]]))
    write_user_gains(str(tmp_path), {"search": search, "recommendation": feed})
    read = read_user_gains(str(tmp_path))
    assert list(read) == ["search", "recommendation"]
    for found, expected in ((read["search"], search), (read["recommendation"], feed)):
        assert found.users.tolist() == expected.users.tolist()
        assert found.counts.tolist() == expected.counts.tolist()
        np.testing.assert_array_equal(found.sums, expected.sums)
