"""Gives memory that was freed back to the system.

A version that was unloaded leaves objects that refer to one another, which Python frees some time later, and large gaps
in the memory of the C library, which it keeps. A folder with a version that does not load would fill the memory, try by
try.
"""

import contextlib
import ctypes
import gc


def give_back() -> None:
    """Frees what nothing refers to, and returns it to the system where the C library can do that."""
    gc.collect()
    with contextlib.suppress(OSError, AttributeError):  # Other C libraries do not have it.
        ctypes.CDLL(None).malloc_trim(0)
