import gc
import weakref

from serving.local_server.models.freed_memory import give_back


class Node:
    """Refers to itself, so that only the garbage collector frees it."""

    def __init__(self):
        self.other = self


def test_what_refers_to_itself_is_freed():
    gc.disable()
    try:
        node = Node()
        gone = weakref.ref(node)
        del node
        assert gone() is not None
        give_back()
        assert gone() is None
    finally:
        gc.enable()
