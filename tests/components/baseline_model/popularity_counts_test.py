import pytest
import tensorflow as tf

from components.baseline_model.popularity_counts import count_positives
from schemas import features
from tests.support.behaviour_examples import behaviour_example, write_examples


def test_counts_positives_wherever_they_stand_in_whichever_file(tmp_path):
    examples = {
        "first": [behaviour_example(["a", "b", "c"], 0), behaviour_example(["b", "a"], 1)],
        "second": [behaviour_example(["c", "b"], 0), behaviour_example(["d"], -1)],
        "empty": [],
    }
    files = [write_examples(tmp_path / f"{name}.gz", each) for name, each in examples.items()]
    assert count_positives(files) == {b"a": 2, b"c": 1}
    # Labels that do not match the candidates are refused.
    example = tf.train.Example.FromString(behaviour_example(["a", "b"], 0))
    del example.features.feature[features.LABELS].float_list.value[-1]
    file = write_examples(tmp_path / "broken.gz", [example.SerializeToString()])
    with pytest.raises(ValueError, match="`candidates` and `labels` differ in length, in one of 1 files, .*broken.gz"):
        count_positives([file])
