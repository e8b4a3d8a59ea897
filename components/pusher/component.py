"""Pusher: a blessed model becomes the newest version, once."""

from tfx import v1 as tfx
from tfx.dsl.components.base import executor_spec

from components.pusher import driver, executor


class Pusher(tfx.components.Pusher):
    """TFX's Pusher, except that it does not push a model that is the newest version already.

    So a run that was stopped during the push can be repeated: a half-written version is replaced, and a complete one is
    not pushed again under another number. If a pushed version was removed from its folder, the push is not taken from
    the cache.
    """

    EXECUTOR_SPEC = executor_spec.ExecutorClassSpec(executor.Executor)
    DRIVER_CLASS = driver.Driver  # type: ignore[assignment]
