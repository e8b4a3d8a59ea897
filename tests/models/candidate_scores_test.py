import keras
import numpy as np

from models.candidate_scores import PADDING_LOGIT, without_padding


def test_padding_is_behind_everything():
    logits = np.array([[-5.0, 7.0, 1.0]], "float16")
    scores = without_padding(logits, np.array([[4, 0, 2]]))
    np.testing.assert_array_equal(scores, [[-5.0, PADDING_LOGIT, 1.0]])
    assert keras.backend.standardize_dtype(scores.dtype) == "float32"
