"""What the servability gate asks of a model."""

from dataclasses import dataclass

from schemas import features

_MOST_WARM_UP_REQUESTS = 50
"""TF Serving takes 1,000 of all signatures together, of which there are fewer than 20."""


@dataclass(frozen=True)
class GateConfig:
    """The `gate` section of a pipeline's configuration.

    Attributes:
        split: The split whose examples are replayed.
        examples: How many examples are replayed, half of them of each surface where there are as many.
        tolerance: How far the scores of one example may differ between the signatures, and between a request of its
            own and a request that it shares with others.
        latency_limit_ms: A model is refused when the median `rank` request of one example takes longer. 0 sets no
            limit: a shared machine makes a poor clock.
        timeout_s: A model that has not answered everything by then is refused.
        warm_up_requests: How many of the answered requests of each signature a server will replay before it offers the
            model; 0 leaves it to the first users.
    """

    split: str = features.TEST_SPLIT
    examples: int = 64
    tolerance: float = 1e-5
    latency_limit_ms: float = 0.0
    timeout_s: float = 600.0
    warm_up_requests: int = 3

    def __post_init__(self) -> None:
        """Refuses more requests than a server would replay."""
        if not 0 <= self.warm_up_requests <= _MOST_WARM_UP_REQUESTS:
            raise ValueError(
                f"`warm_up_requests` should be from 0 to {_MOST_WARM_UP_REQUESTS}. "
                f"Received: warm_up_requests={self.warm_up_requests}"
            )
