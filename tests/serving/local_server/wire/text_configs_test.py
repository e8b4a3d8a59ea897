from pathlib import Path

import pytest

import serving
from serving.local_server.wire.text_configs import (
    BatchingConfig,
    TlsConfig,
    read_batching_config,
    read_metrics_path,
    read_tls_config,
)
from tests.support.local_servers import refusal

KEY_AND_CERTIFICATE = 'server_key: "k" server_cert: "c"'
ROOM = Path(serving.__file__).parent / "deploy"


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ('prometheus_config { enable: true path: "/p" }', "/p"),
        ("prometheus_config { enable: true }", "/monitoring/prometheus/metrics"),
        ('prometheus_config { path: "/p" }', ""),
        ("", ""),
    ],
)
def test_monitoring(text, path):
    assert read_metrics_path(text) == path


def test_tls():
    text = 'server_key: "-----BEGIN\\nKEY" server_cert: "cert" custom_ca: "ca" client_verify: true'
    assert read_tls_config(text) == TlsConfig("-----BEGIN\nKEY", "cert", "ca", client_verify=True)
    assert read_tls_config(KEY_AND_CERTIFICATE) == TlsConfig("k", "c")


def test_batching():
    text = """
        max_batch_size { value: 64 } batch_timeout_micros { value: 5000 } max_enqueued_batches { value: 3 }
        num_batch_threads { value: 2 } thread_pool_name { value: "pool" } allowed_batch_sizes: 8
        allowed_batch_sizes: 64 pad_variable_length_inputs: true enable_large_batch_splitting { value: true }
        max_execution_batch_size { value: 64 }
    """
    assert read_batching_config(text) == BatchingConfig(64, 5000, 3, 2, "pool", (8, 64), True, True)
    assert read_batching_config("") == BatchingConfig()
    assert read_batching_config("batch_timeout_micros { value: 0 }").batch_timeout_micros == 0


@pytest.mark.parametrize(
    ("read", "text", "message"),
    [
        (read_metrics_path, "prometheus { }", "Error parsing text-format tensorflow.serving.MonitoringConfig: "),
        (read_tls_config, "server_key: 1", "Error parsing text-format tensorflow.serving.SSLConfig: "),
        (read_tls_config, 'server_key: "k"', "The SSLConfig has no server_cert"),
        (
            read_tls_config,
            f"{KEY_AND_CERTIFICATE} client_verify: true",
            "The SSLConfig has no custom_ca, by which to verify clients",
        ),
        (read_batching_config, "max_batch_size: 1", "Error parsing text-format tensorflow.serving.BatchingParameters"),
        *(
            (
                read_batching_config,
                f"max_batch_size {{ value: {most} }} allowed_batch_sizes: {sizes}",
                "allowed_batch_sizes must grow and end with max_batch_size. "
                f"Received: allowed_batch_sizes={sizes}, max_batch_size={most}",
            )
            for most, sizes in ((64, [8]), (8, [9, 8]))
        ),
    ],
)
def test_texts_that_are_refused(read, text, message):
    assert refusal(read, text).startswith(message)


def test_the_files_of_this_room():
    monitoring = (ROOM / "monitoring.config").read_text(encoding="utf-8")
    assert read_metrics_path(monitoring) == "/monitoring/prometheus/metrics"
    batching = read_batching_config((ROOM / "batching.config").read_text(encoding="utf-8"))
    assert (batching.max_batch_size, batching.batch_timeout_micros, batching.num_batch_threads) == (64, 1000, 2)
