from tfx_pipeline.config.pipeline_config import load_config
from tfx_pipeline.display.component_words import words_of


def test_every_component_of_the_pipelines_that_come_along_has_words():
    from tfx_pipeline.pipeline import create_pipeline

    overrides = ["fine_tuning.surfaces=[search]", "retriever.model="]
    for config in (load_config("configs/online_retail.yaml"), load_config("configs/online_retail.yaml", overrides)):
        assert [node.id for node in create_pipeline(config).components if not words_of(node.id)] == []


def test_what_is_not_known_has_none():
    assert words_of("Resolver") == ""
