"""How many connections a process may have open: the system's limit on open files, which is often set low."""

import resource


def allow_many_open_files() -> int:
    """Raises the limit of this process as far as the system lets it, and returns it; -1 stands for none."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != hard:
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return hard
