import resource

from serving.local_server.open_files import allow_many_open_files, most_connections


def test_the_limit_is_raised_as_far_as_it_goes():
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    lower = before[1] - 1 if before[1] != resource.RLIM_INFINITY else 4096
    resource.setrlimit(resource.RLIMIT_NOFILE, (lower, before[1]))
    try:
        assert allow_many_open_files() == before[1]
        assert resource.getrlimit(resource.RLIMIT_NOFILE) == (before[1], before[1])
        assert allow_many_open_files() == before[1]
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)


def test_connections_leave_half_of_the_files_to_others(monkeypatch):
    monkeypatch.setattr(resource, "getrlimit", lambda kind: (101, 200))
    assert most_connections() == 50
    monkeypatch.setattr(resource, "getrlimit", lambda kind: (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    assert most_connections() >= 2**31
