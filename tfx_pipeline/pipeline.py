"""The pipeline: which components there are and what flows between them. The same for every runner."""

from tfx import v1 as tfx
from tfx.dsl.components.base.base_node import BaseNode

from components.baseline_model.component import BaselineModel
from components.behaviour_example_gen.component import BehaviourExampleGen
from components.item_catalog.component import ItemCatalogGen
from components.servability_gate.component import ServabilityGate
from schemas import behaviour_schema, features
from tfx_pipeline import evaluation, training
from tfx_pipeline.config_loading import as_dict
from tfx_pipeline.configs import PipelineConfig


def create_pipeline(config: PipelineConfig, baseline_version: str = "") -> tfx.dsl.Pipeline:
    """Assembles the pipeline.

    Args:
        config: Every knob.
        baseline_version: The version that was pushed last, which the new model has to beat; empty when there is none.
            It is told here, not found by the component, so that caching sees it change.

    Returns:
        The pipeline, for `local_runner` or `kubeflow_runner`.
    """
    trained = _until_trained(config)
    examples, model = trained["BehaviourExampleGen"].outputs["examples"], trained["Trainer"].outputs["model"]
    baseline_model = BaselineModel(
        examples=examples, pushed_model_dir=config.pushed_model_dir, version=baseline_version
    )
    evaluator = tfx.components.Evaluator(
        examples=examples,
        model=model,
        baseline_model=baseline_model.outputs["model"],
        eval_config=evaluation.eval_config(config.evaluation),
        example_splits=[config.evaluation.split],
    )
    servability_gate = ServabilityGate(model=model, examples=examples, config=config.gate)
    pusher = tfx.components.Pusher(
        model=model,
        model_blessing=evaluator.outputs["blessing"],
        infra_blessing=servability_gate.outputs["blessing"],
        push_destination=tfx.proto.PushDestination(
            filesystem=tfx.proto.PushDestination.Filesystem(base_directory=config.pushed_model_dir)
        ),
    )
    return _pipeline(config, [*trained.values(), baseline_model, evaluator, servability_gate, pusher])


def create_training_pipeline(config: PipelineConfig) -> tfx.dsl.Pipeline:
    """Assembles the part up to the trained model, for comparing trainings; it shares the cache with the whole."""
    return _pipeline(config, list(_until_trained(config).values()))


def _until_trained(config: PipelineConfig) -> dict[str, BaseNode]:
    """From the raw files to the trained model: the components by id."""
    item_catalog = ItemCatalogGen(config=config.data).with_id("ItemCatalog")
    example_gen = BehaviourExampleGen(item_catalog.outputs["catalog"], config.data)
    examples = example_gen.outputs["examples"]
    # Items are no behaviour: they have neither user nor history, and are not to be checked for them.
    not_behaviour = [features.CATALOG_SPLIT]

    statistics_gen = tfx.components.StatisticsGen(examples=examples, exclude_splits=not_behaviour)
    schema_gen = tfx.components.ImportSchemaGen(schema_file=str(behaviour_schema.BEHAVIOUR_SCHEMA_PATH))
    schema = schema_gen.outputs["schema"]
    example_validator = tfx.components.ExampleValidator(
        statistics=statistics_gen.outputs["statistics"], schema=schema, exclude_splits=not_behaviour
    )
    transform = tfx.components.Transform(
        examples=examples,
        schema=schema,
        preprocessing_fn="tfx_pipeline.preprocessing.preprocessing_fn",
        splits_config=tfx.proto.SplitsConfig(
            analyze=[features.TRAIN_SPLIT, features.CATALOG_SPLIT],
            transform=[features.TRAIN_SPLIT, features.VALIDATION_SPLIT, features.CATALOG_SPLIT],
        ),
        custom_config={
            "transform": as_dict(config.transform),
            "recommendation_history": config.data.recommendation_history,
            "search_history": config.data.search_history,
            "items_per_session": config.data.items_per_session,
            "attributes": list(config.data.item_columns.attributes),
        },
        disable_statistics=True,
    )
    trainer = tfx.components.Trainer(
        run_fn="tfx_pipeline.trainer.run_fn",
        examples=transform.outputs["transformed_examples"],
        transform_graph=transform.outputs["transform_graph"],
        train_args=tfx.proto.TrainArgs(splits=[features.TRAIN_SPLIT, features.CATALOG_SPLIT]),
        eval_args=tfx.proto.EvalArgs(splits=[features.VALIDATION_SPLIT]),
        custom_config=training.custom_config(config),
    )
    components = [item_catalog, example_gen, statistics_gen, schema_gen, example_validator, transform, trainer]
    return {component.id: component for component in components}


def _pipeline(config: PipelineConfig, components: list[BaseNode]) -> tfx.dsl.Pipeline:
    return tfx.dsl.Pipeline(
        pipeline_name=config.name,
        pipeline_root=config.pipeline_root,
        components=components,
        enable_cache=config.enable_cache,
        beam_pipeline_args=list(config.beam_args),
        metadata_connection_config=tfx.orchestration.metadata.sqlite_metadata_connection_config(config.metadata_path),
    )
