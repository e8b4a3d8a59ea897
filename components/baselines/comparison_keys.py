"""The names of what a comparison holds, for those who read it without computing any."""

from typing import Final

MODEL, RULES, BEST_RULE, DIFFERENCE, BEATEN, VERDICT = "model", "rules", "best_rule", "difference", "beaten", "verdict"
EXAMPLES, USERS = "examples", "users"
REPEATS, OVER_EXAMPLES, SCORE_FIGURES, SLICES = "repeats", "over_examples", "scores", "slices"

AUC, LOG_LOSS, CALIBRATION_ERROR, OBSERVED_TO_PREDICTED = (
    "auc",
    "log_loss",
    "calibration_error",
    "observed_to_predicted",
)
SHIFT, SHIFTED_LOG_LOSS, SHIFTED_CALIBRATION_ERROR = "shift", "shifted_log_loss", "shifted_calibration_error"
BINS: Final = "bins"
"""The figures of scores; `ScoreSums.figures` says what they are."""
UNCALIBRATED: Final = "uncalibrated_scores"
"""The same of the scores as they were before they were calibrated; missing if they were not."""
CANDIDATES_PER_CLICK: Final = "candidates_per_click"
"""Of how many candidates one is clicked, as calibrated scores have it; None: as many as an example has."""

BY_PLACE: Final = "by_place"
LEFT_OUT, CLIPPED, MEAN_WEIGHT, EFFECTIVE, RANKERS = "left_out", "clipped", "mean_weight", "effective", "rankers"
"""The estimates by place of a surface; `place_estimates` says what they are."""
PLACES, BEYOND, REFERENCE, GIVEN, WHY_NOT = "places", "beyond", "reference", "given", "why_not"
"""What is told of the places themselves; `place_tables` says what it is."""
