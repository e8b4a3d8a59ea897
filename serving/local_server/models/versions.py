"""The life of one model's versions: finds them on disk, loads them, makes them available and unloads them.

The rules are TF Serving's. The newest version is wanted, unless the policy says otherwise. A new version is loaded
before the old one is unloaded. A version that does not load is tried again a few times and then ends with its error,
while the old version keeps serving.
"""

import contextlib
import enum
import logging
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from serving.local_server.models.freed_memory import give_back
from serving.local_server.models.servable import Servable
from serving.local_server.models.served_models import NEWEST, VersionPolicy
from serving.local_server.models.version_folders import version_folders
from serving.local_server.models.warm_up import load_warm
from serving.local_server.wire.statuses import ServingError, not_found, without_origin

LOGGER = logging.getLogger(__name__)


class State(enum.IntEnum):
    """The state of a version. The numbers are those of `ModelVersionStatus.State`."""

    START = 10
    LOADING = 20
    AVAILABLE = 30
    UNLOADING = 40
    END = 50


@dataclass(frozen=True)
class VersionStatus:
    """The status of one version for `GetModelStatus`; `error_code` 0 is OK."""

    version: int
    state: State
    error_code: int = 0
    error_message: str = ""


@dataclass(frozen=True)
class LoadedVersion:
    """An available version. It stays loaded for as long as it is held."""

    version: int
    servable: Servable


@dataclass(frozen=True)
class ColdStart:
    """How to start a version that is available as soon as it is loaded, and is warmed up after that.

    Attributes:
        load: Makes a servable from a version's path.
        warm_later: Warms up a servable, on a thread of its own. Its arguments are the servable, the path, and a
            function that tells whether to stop. It returns how many warm-up requests the version has.
    """

    load: Callable[[str], Servable]
    warm_later: Callable[[Servable, str, Callable[[], bool]], int]


@dataclass
class _Version:
    path: str
    state: State = State.START
    servable: Servable | None = None
    error: ServingError | None = None
    aspired: bool = True
    users: int = 0
    attempts: int = 0
    next_attempt: float = 0.0


class ModelVersions:
    """Watches a base path and serves the versions that the policy wants.

    Attributes:
        name: The model's name in requests.
        base_path: The folder that holds the version folders; may be set while it is watched.
        policy: Which versions are wanted; may be set while it is watched.
    """

    def __init__(
        self,
        name: str,
        base_path: str,
        poll_seconds: float = 1.0,
        load_retries: int = 5,
        retry_seconds: float = 60.0,
        load: Callable[[str], Servable] = load_warm,
        policy: VersionPolicy = NEWEST,
        first: ColdStart | None = None,
    ):
        """Nothing is read before `start` or `poll`.

        Args:
            name: The model's name in requests.
            base_path: The folder that holds the version folders.
            poll_seconds: Seconds between two looks at the base path; 0 looks once.
            load_retries: How often a version that does not load is tried again.
            retry_seconds: Seconds between those tries.
            load: Makes a servable from a version's path.
            policy: Which versions are wanted.
            first: How to start a version while no other one is available; None uses `load`.
        """
        self.name = name
        self.base_path = base_path
        self.policy = policy
        self._poll_seconds = poll_seconds
        self._load_retries = load_retries
        self._retry_seconds = retry_seconds
        self._load = load
        self._first = first
        self._versions: dict[int, _Version] = {}
        self._changed = threading.Condition()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch, name=f"versions-{name}", daemon=True)
        self._base_path_missing = False
        self._was_freed = False

    def start(self) -> None:
        """Starts the thread that watches the base path."""
        self._thread.start()

    def stop(self, timeout: float = 10.0) -> None:
        """Stops watching and unloads all versions. Waits up to `timeout` seconds for requests that use them."""
        self._stop.set()
        with self._changed:
            self._changed.notify_all()
        if self._thread.is_alive():
            self._thread.join(timeout)
        for version in list(self._versions):
            self._unload(version)
        with self._changed:
            self._changed.wait_for(lambda: all(each.servable is None for each in self._versions.values()), timeout)

    @contextlib.contextmanager
    def acquire(self, version: int | None = None) -> Iterator[LoadedVersion]:
        """Holds a version, so that it is not unloaded during a request.

        Args:
            version: The number; None takes the newest version that is available.

        Raises:
            tf.errors.NotFoundError: The version is not available, or none is.
        """
        with self._changed:
            available = [number for number, each in self._versions.items() if each.state is State.AVAILABLE]
            wanted = max(available, default=None) if version is None else version
            if wanted not in available:
                wish = f"Latest({self.name})" if version is None else f"Specific({self.name}, {version})"
                raise not_found(f"Servable not found for request: {wish}")
            held = self._versions[wanted]
            held.users += 1
        try:
            assert held.servable is not None
            yield LoadedVersion(wanted, held.servable)
        finally:
            with self._changed:
                held.users -= 1
                self._close_if_unused(held)

    def status(self, version: int | None = None) -> list[VersionStatus]:
        """The status of all versions seen so far, newest first, or of one version.

        Raises:
            tf.errors.NotFoundError: The version was never seen, or none was.
        """
        with self._changed:
            if version is not None and version not in self._versions:
                raise not_found(f"Could not find version {version} of model {self.name}")
            if not self._versions:
                raise not_found(f"Could not find any versions of model {self.name}")
            numbers = sorted(self._versions, reverse=True) if version is None else [version]
            return [_status(number, self._versions[number]) for number in numbers]

    def wait_for(self, version: int, state: State, timeout: float) -> bool:
        """Waits until a version is in a state. Returns False if that takes longer than `timeout` seconds."""

        def reached() -> bool:
            return version in self._versions and self._versions[version].state is state

        with self._changed:
            return self._changed.wait_for(reached, timeout)

    def wait_until_settled(self, timeout: float | None = None) -> ServingError | None:
        """Waits until a version is available, or all wanted versions have failed.

        Args:
            timeout: The most seconds to wait; None waits for as long as it takes, which is for ever without a version.

        Returns:
            The newest version's error; None if a version is available, or if the model was stopped.

        Raises:
            TimeoutError: The time is over.
        """

        def settled() -> bool:
            states = [each.state for each in self._versions.values() if each.aspired]
            return State.AVAILABLE in states or (bool(states) and set(states) == {State.END}) or self._stop.is_set()

        with self._changed:
            if not self._changed.wait_for(settled, timeout):
                raise TimeoutError(f"Model {self.name} has no version after {timeout} s: {self.what_lacks()}")
            if self._stop.is_set() or any(each.state is State.AVAILABLE for each in self._versions.values()):
                return None
            return self._versions[max(self._versions)].error

    def what_lacks(self) -> str:
        """Says why no version is available."""
        with self._changed:
            if self._versions:
                newest = max(self._versions)
                error = self._versions[newest].error
                return f"version {newest} is still loading" if error is None else error.message
        if version_folders(self.base_path) is None:
            return f"the folder {self.base_path} does not exist, or cannot be read"
        return f"there is no version in {self.base_path}"

    def available(self) -> frozenset[int]:
        """The numbers of the versions that are available."""
        with self._changed:
            return frozenset(number for number, each in self._versions.items() if each.state is State.AVAILABLE)

    def poll(self) -> None:
        """Looks at the base path once, and loads and unloads versions accordingly."""
        folders = version_folders(self.base_path)
        if folders is None:
            if not self._base_path_missing:
                LOGGER.error("Could not read the base path %s of model %s", self.base_path, self.name)
            self._base_path_missing = True
            return
        self._base_path_missing = False
        self._aspire(self.policy.wanted(folders))
        for number in self._due():
            self._try_to_load(number)
            # Unload an old version as soon as a new one is available, not when all new ones were tried.
            self._unload_superseded()
        self._unload_superseded()
        if self._was_freed:
            self._was_freed = False
            give_back()

    def _watch(self) -> None:
        while True:
            try:
                self.poll()
            except Exception:
                LOGGER.exception("Looking for versions of model %s failed; will look again", self.name)
            if self._poll_seconds <= 0 or self._stop.wait(self._poll_seconds):
                return

    def _aspire(self, wanted: dict[int, str]) -> None:
        with self._changed:
            for number, path in wanted.items():
                known = self._versions.get(number)
                if known is None or (known.state is State.END and not known.aspired):
                    self._versions[number] = _Version(path)
                else:
                    known.aspired = True
            for number, each in self._versions.items():
                if number not in wanted:
                    each.aspired = False
                    if each.state in (State.START, State.LOADING):
                        each.state = State.END
            self._changed.notify_all()

    def _due(self) -> list[int]:
        """The versions to load now, newest first."""
        now = time.monotonic()
        with self._changed:
            return [
                number
                for number, each in sorted(self._versions.items(), reverse=True)
                if each.aspired and each.state in (State.START, State.LOADING) and each.next_attempt <= now
            ]

    def _try_to_load(self, number: int) -> None:
        entry = self._versions[number]
        self._set_state(entry, State.LOADING)
        entry.attempts += 1
        begin = time.monotonic()
        # While no version is available, a request should wait for its own signature alone, not for all of a warm-up.
        first = None if self.available() else self._first
        entry.servable, entry.error = _loaded(first.load if first else self._load, entry.path)
        if entry.error is not None:
            self._was_freed = True
            tries_left = 1 + self._load_retries - entry.attempts
            LOGGER.error(
                "Version %d of model %s does not load (%d more tries): %s",
                number,
                self.name,
                tries_left,
                entry.error.message,
            )
            entry.next_attempt = time.monotonic() + self._retry_seconds
            if tries_left <= 0:
                self._set_state(entry, State.END)
            return
        LOGGER.info(
            "Version %d of model %s is available (loaded in %.1f s)", number, self.name, time.monotonic() - begin
        )
        self._set_state(entry, State.AVAILABLE)
        if first:
            # Not a daemon: a process that ends while a graph runs is aborted, so it has to wait for this thread.
            threading.Thread(
                target=self._warm_later, args=(first, number), name=f"warm-up-{self.name}", daemon=False
            ).start()

    def _warm_later(self, first: ColdStart, number: int) -> None:
        """Warms up a version that is available already. A server that stops waits for the request that is running."""
        begin = time.monotonic()
        entry = self._versions[number]

        def stopped() -> bool:
            return self._stop.is_set() or entry.state is not State.AVAILABLE

        try:
            with self.acquire(number) as loaded:
                records = first.warm_later(loaded.servable, entry.path, stopped)
        except Exception as error:
            if not stopped():  # Nobody cares about a version that was replaced meanwhile.
                message = "Version %d of model %s is available, but one of its warm-up requests fails: %s"
                LOGGER.error(message, number, self.name, error)
            return
        if records and not stopped():
            seconds = time.monotonic() - begin
            LOGGER.info("Version %d of model %s is warm (%d requests in %.1f s)", number, self.name, records, seconds)

    def _unload_superseded(self) -> None:
        """Unloads versions that are no longer wanted. The newest of them stays while no wanted version is available."""
        with self._changed:
            wanted = [each for each in self._versions.values() if each.aspired]
            unwanted = sorted(
                number for number, each in self._versions.items() if not each.aspired and each.state is State.AVAILABLE
            )
        if wanted and not any(each.state is State.AVAILABLE for each in wanted):
            del unwanted[-1:]
        for number in unwanted:
            self._unload(number)

    def _unload(self, number: int) -> None:
        with self._changed:
            entry = self._versions[number]
            if entry.state is State.AVAILABLE:
                LOGGER.info("Version %d of model %s is unloaded", number, self.name)
                self._set_state(entry, State.UNLOADING)
                self._close_if_unused(entry)

    def _close_if_unused(self, entry: _Version) -> None:
        if entry.state is State.UNLOADING and entry.users == 0 and entry.servable is not None:
            entry.servable.close()
            entry.servable = None
            self._was_freed = True
            self._set_state(entry, State.END)

    def _set_state(self, entry: _Version, state: State) -> None:
        with self._changed:
            entry.state = state
            self._changed.notify_all()


def _loaded(load: Callable[[str], Servable], path: str) -> tuple[Servable | None, ServingError | None]:
    """Loads a version. Returns it, or the error without what it came from, which would keep the version in memory."""
    try:
        return load(path), None
    except Exception as error:
        return None, without_origin(error)


def _status(number: int, entry: _Version) -> VersionStatus:
    if entry.error is None:
        return VersionStatus(number, entry.state)
    return VersionStatus(number, entry.state, entry.error.error_code, entry.error.message)
