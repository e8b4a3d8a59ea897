"""What the gate says of a model."""

from collections.abc import Mapping
from dataclasses import dataclass, field

REASONS_PROPERTY = "reasons"
"""Of the blessing: the reasons, a line each. Each figure has a property of its own name."""
BLESSED_PROPERTY = "blessed"
"""Of the blessing, as TFX's InfraValidator leaves it: 1 where the model may be served."""
MODEL_MB = "model_mb"
"""The figure of the exported folder's size; a latency is named for protocol and percentile: `rest_rank_p50_ms`."""


@dataclass(frozen=True)
class Verdict:
    """The outcome of a check.

    Attributes:
        reasons: Why the model is refused, one finding each; empty where it may be served.
        figures: What was measured, by name; latencies only where nothing else spoke against the model.
    """

    reasons: tuple[str, ...] = ()
    figures: Mapping[str, float] = field(default_factory=dict)

    @property
    def servable(self) -> bool:
        """Whether nothing speaks against serving the model."""
        return not self.reasons
