"""What the gate says of a model."""

import json
from dataclasses import asdict, dataclass


@dataclass(frozen=True)
class Verdict:
    """The outcome of a check; it goes from the checking process to the pipeline as one line of JSON.

    Attributes:
        reasons: Why the model is refused, one finding each; empty where it may be served.
        median_latency_ms: Of the `rank` requests of one example each; 0 where none was answered.
    """

    reasons: tuple[str, ...] = ()
    median_latency_ms: float = 0.0

    @property
    def servable(self) -> bool:
        """Whether nothing speaks against serving the model."""
        return not self.reasons

    def to_json(self) -> str:
        """One line."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, line: str) -> "Verdict":
        """Reads what `to_json` wrote."""
        values = json.loads(line)
        return cls(**{**values, "reasons": tuple(values["reasons"])})
