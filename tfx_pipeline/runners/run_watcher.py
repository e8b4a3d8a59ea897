"""The events of a local run, for whoever shows its progress."""

from collections.abc import Sequence


class RunWatcher:
    """Hears of the components of a run. This class ignores them; a display overrides the methods that it needs."""

    def run_begins(self, components: Sequence[str]) -> None:
        """A run begins.

        Args:
            components: The ids of its components, in the order in which they run.
        """

    def component_begins(self, component: str) -> None:
        """A component begins. Whether its results come from the cache is not known yet."""

    def component_ends(self, component: str, is_cached: bool) -> None:
        """A component has ended well."""

    def component_fails(self, component: str) -> None:
        """A component failed or was interrupted."""
