import pytest

from tfx_pipeline.config.pipeline_config import load_config
from tfx_pipeline.display.component_words import words_of
from tfx_pipeline.past_runs.trained_models import TrainedModel


@pytest.mark.parametrize("overrides", [[], ["fine_tuning.surfaces=[search]", "retriever.model="]])
def test_every_component_of_the_pipelines_that_come_along_has_words(overrides):
    from tfx_pipeline.pipeline import (  # Imports TFX: many seconds.
        create_experiment_pipeline,
        create_index_pipeline,
        create_pipeline,
    )

    config = load_config("configs/online_retail.yaml", overrides)
    nodes = create_pipeline(config).components
    trained = {
        node.id: TrainedModel("model", "graph", ("examples",), {}, {}) for node in nodes if node.id.endswith("Trainer")
    }
    nodes += create_index_pipeline(config, trained).components
    nodes += create_experiment_pipeline(config).components
    assert [node.id for node in nodes if not words_of(node.id)] == []
    assert words_of("Resolver") == ""
