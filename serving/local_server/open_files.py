"""Raises the limit on open files, which is often low and limits the number of connections."""

import resource


def allow_many_open_files() -> int:
    """Raises the limit of this process as far as the system allows. Returns the limit; -1 means no limit."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != hard:
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return hard


def most_connections() -> int:
    """How many connections a server may keep so that files enough are left for models, logs and the other port."""
    limit, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return 2**31 if limit < 0 else max(1, limit // 2)
