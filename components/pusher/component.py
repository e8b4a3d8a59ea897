"""Pusher: a blessed model becomes the newest version, once."""

from tfx import v1 as tfx
from tfx.dsl.components.base import executor_spec

from components.pusher import driver, executor


class Pusher(tfx.components.Pusher):
    """TFX's Pusher, which does not push a model that is the newest version already.

    So a run that was stopped while it pushed can be repeated: what was half written is replaced, and what was whole is
    not pushed a second time under another number. A push whose version was removed from its folder is not taken from
    the cache.
    """

    EXECUTOR_SPEC = executor_spec.ExecutorClassSpec(executor.Executor)
    DRIVER_CLASS = driver.Driver  # type: ignore[assignment]
