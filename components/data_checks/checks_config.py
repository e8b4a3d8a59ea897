"""The `data_checks` section of a pipeline's configuration."""

from dataclasses import dataclass

from schemas.number_checks import check_shares


@dataclass(frozen=True)
class DataChecksConfig:
    """What counts as an anomaly, and what becomes of it.

    How far two sets of data are apart is told feature by feature, from 0 to 1: of strings by the largest difference
    between the shares of a value (L-infinity), of numbers by the Jensen-Shannon divergence.

    Attributes:
        stop: Whether an anomaly ends the run before anything is trained. If not, it is only reported.
        allowed: Features whose anomalies are reported but do not end a run.
        drift_threshold: How far the training examples may be from those of the span before, from 0 to 1; 0 compares
            nothing. It needs `{SPAN}` in `data.events`, and a run with the same `root` that passed on an earlier span.
        skew_threshold: How far the training examples may be from `requests`, from 0 to 1; 0 compares nothing.
        requests: Path or glob of TFRecord files with tf.Examples as they were sent to `serving_default`. Empty: none.
    """

    stop: bool = True
    allowed: tuple[str, ...] = ()
    drift_threshold: float = 0.3
    skew_threshold: float = 0.3
    requests: str = ""

    def __post_init__(self) -> None:
        """Refuses values that mean nothing.

        Raises:
            ValueError: A value is out of its range; the message names it.
        """
        check_shares(self, "drift_threshold", "skew_threshold")
