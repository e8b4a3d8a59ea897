"""The page that Prometheus reads."""

import pytest

from serving.local_server.watching.server_metrics import LATENCY_BUCKETS, Counter, Histogram, Metrics


def test_a_counter_by_its_labels():
    counter = Counter("/tensorflow/serving/request_count", ("model_name", "status"))
    counter.add("m", "OK")
    counter.add("m", "OK")
    counter.add('quote"\\and\nline', "NOT_FOUND")
    assert list(counter.lines()) == [
        "# TYPE :tensorflow:serving:request_count counter",
        ':tensorflow:serving:request_count{model_name="m",status="OK"} 2',
        ':tensorflow:serving:request_count{model_name="quote\\"\\\\and\\nline",status="NOT_FOUND"} 1',
    ]


def test_a_histogram_counts_what_lies_below_each_limit():
    histogram = Histogram("/a/b", ("x",), (10, 18, 32.4))
    for value in (9.5, 10, 20, 1000):
        histogram.add(value, "y")
    assert list(histogram.lines()) == [
        "# TYPE :a:b histogram",
        ':a:b_bucket{x="y",le="10"} 1',
        ':a:b_bucket{x="y",le="18"} 2',
        ':a:b_bucket{x="y",le="32.4"} 3',
        ':a:b_bucket{x="y",le="+Inf"} 4',
        ':a:b_sum{x="y"} 1039.5',
        ':a:b_count{x="y"} 4',
    ]


def test_limits_grow_from_ten_microseconds_to_twenty_minutes():
    assert len(LATENCY_BUCKETS) == 33
    assert LATENCY_BUCKETS[:3] == pytest.approx([10, 18, 32.4])
    assert 20 < LATENCY_BUCKETS[-1] / 60e6 < 30


def test_ever_new_names_do_not_fill_the_memory():
    counter, histogram = Counter("/a", ("x",)), Histogram("/b", ("x",), (1,))
    for index in range(1100):
        counter.add(str(index))
        histogram.add(0.5, str(index))
    assert len(list(counter.lines())) == 1 + 1000 + 1
    assert list(counter.lines())[-1] == ':a{x="other"} 100'
    assert list(histogram.lines())[-1] == ':b_count{x="other"} 100'


def test_the_page_names_what_there_is_before_anything_is_counted():
    page = Metrics().page()
    for name in ("request_count counter", "request_latency histogram", "runtime_latency histogram"):
        assert f"# TYPE :tensorflow:serving:{name}\n" in page
    assert "# TYPE :tensorflow:serving:batching_session:queuing_latency histogram\n" in page
    assert "# TYPE :tandem:serving:request_count counter\n" in page
