"""What a local run tells while it goes on, to whoever shows it."""

from collections.abc import Sequence


class RunWatcher:
    """Hears of the components of a run. This one does nothing with it; displays override what they show."""

    def run_begins(self, components: Sequence[str]) -> None:
        """A run begins.

        Args:
            components: The ids of its components, in the order in which they run.
        """

    def component_begins(self, component: str) -> None:
        """A component begins; whether it comes from the cache is not known yet."""

    def component_ends(self, component: str, is_cached: bool) -> None:
        """A component has ended well."""

    def component_fails(self, component: str) -> None:
        """A component has ended with an error, or was interrupted."""
