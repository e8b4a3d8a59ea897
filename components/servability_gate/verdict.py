"""The gate's verdict on a model, and the names of the properties that record it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

REASONS_PROPERTY = "reasons"
"""A property of the blessing: the reasons, one on each line. Each figure has a property of its own name."""
BLESSED_PROPERTY = "blessed"
"""A property of the blessing, as TFX's InfraValidator writes it: 1 if the model may be served."""
MODEL_MB = "model_mb"
"""The figure of the exported folder's size. Latencies are named by protocol and percentile: `rest_rank_p50_ms`."""


@dataclass(frozen=True)
class Verdict:
    """The outcome of a check.

    Attributes:
        reasons: Why the model is refused, one reason each; empty if it may be served.
        figures: What was measured, by name. Latencies are measured only if there is no other reason against the model.
    """

    reasons: tuple[str, ...] = ()
    figures: Mapping[str, float] = field(default_factory=dict)

    @property
    def servable(self) -> bool:
        """Whether nothing speaks against serving the model."""
        return not self.reasons
