"""What is read from a real metadata store; the end-to-end tests read the rest."""

import pytest
from ml_metadata import MetadataStore
from ml_metadata.proto import metadata_store_pb2
from tfx.orchestration.metadata import sqlite_metadata_connection_config
from tfx.types import standard_artifacts

from tfx_pipeline.configs import PipelineConfig
from tfx_pipeline.report import RunHistory


@pytest.fixture
def config(tmp_path):
    return PipelineConfig(name="tiny", root=str(tmp_path))


def add_statistics(config, span, uri, state=metadata_store_pb2.Artifact.LIVE):
    (store := MetadataStore(sqlite_metadata_connection_config(config.metadata_path))).put_artifacts(
        [
            metadata_store_pb2.Artifact(
                type_id=store.put_artifact_type(standard_artifacts.ExampleStatistics._get_artifact_type()),
                uri=uri,
                state=state,
                properties={"span": metadata_store_pb2.Value(int_value=span)},
            )
        ]
    )


def test_the_statistics_before_a_span_are_the_newest_of_the_nearest(config):
    assert RunHistory(config).statistics_before(9) == ""
    add_statistics(config, span=7, uri="/seven")
    add_statistics(config, span=8, uri="/eight")
    add_statistics(config, span=8, uri="/eight again")
    add_statistics(config, span=9, uri="/nine")
    add_statistics(config, span=8, uri="/unfinished", state=metadata_store_pb2.Artifact.ABANDONED)
    history = RunHistory(config)
    assert history.statistics_before(10) == "/nine"
    assert history.statistics_before(9) == "/eight again"
    assert history.statistics_before(8) == "/seven"
    assert history.statistics_before(7) == ""


def test_without_spans_there_is_nothing_before(config):
    add_statistics(config, span=0, uri="/data")
    assert RunHistory(config).statistics_before(0) == ""
