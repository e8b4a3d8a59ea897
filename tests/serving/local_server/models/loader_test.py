import dataclasses
import shutil
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import tensorflow as tf

from serving.local_server.models.batching import BatchedServable
from serving.local_server.models.loader import BATCHING_FILE, Loader
from serving.local_server.models.servable import Servable
from serving.local_server.models.warm_up import WARM_UP_FILE
from serving.local_server.watching.server_metrics import Metrics
from serving.local_server.wire.text_configs import BatchingConfig
from tests.serving.local_server.models.warm_up_test import predict_log, write
from tests.support.local_servers import refusal
from tests.support.tf_serving_models import half_plus, save_graph

NOT_FLOAT = "Expects arg[0] to be float but int64 is provided"


@pytest.fixture
def version(tmp_path):
    save_graph(tmp_path / "1", lambda: {"serving_default": half_plus(2.0)})
    return tmp_path / "1"


def bring_along(version, x):
    write(version / WARM_UP_FILE, predict_log(x))


def answer(servable):
    return servable.run("", {"x": np.float32([[2]])})["y"].tolist()


def warm_up_lines(metrics):
    return [
        line for line in metrics.page().splitlines() if line.startswith(":tensorflow:serving:model_warmup_latency_c")
    ]


def test_calls_are_put_together_only_where_told(version):
    for batching, kind in ((None, Servable), (BatchingConfig(), BatchedServable)):
        servable = Loader(batching=batching)(str(version))
        assert type(servable) is kind
        assert answer(servable) == [[3.0]]
        servable.close()


def test_warm_up_is_timed_where_there_is_any(version):
    metrics = Metrics()
    Loader(metrics=metrics)(str(version)).close()
    assert warm_up_lines(metrics) == []
    bring_along(version, np.float32([[2]]))
    Loader(metrics=metrics)(str(version)).close()
    name = ":tensorflow:serving:model_warmup_latency_count"
    assert warm_up_lines(metrics) == [f'{name}{{model_path="{version}",status="OK"}} 1']


def test_warm_up_that_fails_fails_the_load_unless_it_is_left(version):
    metrics = Metrics()
    bring_along(version, np.int64([[2]]))
    assert refusal(Loader(metrics=metrics), str(version)) == NOT_FLOAT
    assert warm_up_lines(metrics)[0].endswith('status="INVALID_ARGUMENT"} 1')
    Loader(warms_up=False)(str(version)).close()


def test_a_cold_version_is_warmed_up_later(version):
    metrics = Metrics()
    bring_along(version, np.int64([[2]]))
    load = Loader(metrics=metrics)
    servable = load.cold(str(version))
    assert warm_up_lines(metrics) == []
    assert refusal(load.warm_later, servable, str(version), lambda: False) == NOT_FLOAT
    assert warm_up_lines(metrics)[0].endswith('status="INVALID_ARGUMENT"} 1')
    load.warm_later(servable, str(version), lambda: True)
    assert warm_up_lines(metrics)[1].endswith('status="OK"} 1'), "once stopped, nothing is asked"
    assert answer(servable) == [[3.0]], "what failed closed nothing"
    servable.close()


def test_a_version_may_say_itself_how_calls_are_put_together(version):
    batching = BatchingConfig(max_batch_size=7, num_batch_threads=1, thread_pool_name="mine")
    servable = Loader(batching=batching, batches_by_model=True)(str(version))
    assert type(servable) is Servable
    servable.close()
    own = "max_batch_size { value: 2 } num_batch_threads { value: 5 } thread_pool_name { value: 'theirs' }"
    (version / BATCHING_FILE).write_text(own, encoding="utf-8")
    for by_model, wanted in ((True, dataclasses.replace(batching, max_batch_size=2)), (False, batching)):
        servable = Loader(batching=batching, batches_by_model=by_model)(str(version))
        assert servable._config == wanted
        servable.close()
    assert type(Loader(batches_by_model=True)(str(version))) is Servable


def test_no_more_versions_load_at_a_time_than_may(version, monkeypatch):
    inside, most, expected = [], [], 0
    all_there = threading.Event()

    class Slow:
        """Loads until as many load as may, so that this is seen however slow the machine is."""

        def __init__(self, *arguments, **options):
            inside.append(1)
            most.append(len(inside))
            if len(inside) >= expected:
                all_there.set()
            assert all_there.wait(60)
            time.sleep(0.02)  # Who may not come in would come in now.
            inside.pop()

    monkeypatch.setattr("serving.local_server.models.loader.Servable", Slow)
    for limit, expected in ((1, 1), (2, 2), (0, 4)):
        most.clear()
        all_there.clear()
        load = Loader(warms_up=False, at_a_time=limit)
        with ThreadPoolExecutor(4) as threads:
            list(threads.map(load, [str(version)] * 4))
        assert max(most) == expected


def test_methods_are_checked_where_told(tmp_path):
    save_graph(tmp_path / "1", lambda: {"serving_default": ("tensorflow/serving/other", *half_plus(2.0)[1:])})
    assert answer(Loader()(str(tmp_path / "1"))) == [[3.0]]
    servable = Loader(checks_methods=True)(str(tmp_path / "1"))
    assert refusal(answer, servable, error=tf.errors.InternalError) == (
        "Expected prediction signature method_name to be one of {tensorflow/serving/predict, "
        "tensorflow/serving/classify, tensorflow/serving/regress}. Was: tensorflow/serving/other"
    )


class Tripled(tf.Module):
    def __init__(self):
        super().__init__()
        self.factor = tf.Variable(3.0)

    @tf.function(input_signature=[tf.TensorSpec([None, 1], tf.float32)])
    def tripled(self, x):
        return {"y": self.factor * x}


@pytest.mark.parametrize("name", ["two words", 'it\'s "so"', "é {a,b} #1 %41", "all*", "[v2]", "a\\b"])
def test_a_model_with_weights_in_a_folder_of_an_odd_name(name, tmp_path):
    """TensorFlow looks for weights by a pattern, so a folder that is one itself is refused with a reason."""
    module = Tripled()
    tf.saved_model.save(module, str(tmp_path / "made"), signatures={"serving_default": module.tripled})
    path = tmp_path / name / "1"
    shutil.copytree(tmp_path / "made", path)
    if not {"[", "\\"} & set(name):
        servable = Loader()(str(path))
        assert answer(servable) == [[6.0]]
        servable.close()
        return
    with pytest.raises(tf.errors.FailedPreconditionError, match="in a path for a pattern, and would find no weights"):
        Loader()(str(path))
    # The law of it: TensorFlow itself does not find them.
    with pytest.raises(Exception, match="not a valid checkpoint"):
        Servable(str(path))
