"""The pipeline: its components and the artifacts that flow between them. It is the same for every runner."""

import dataclasses
from collections.abc import Mapping
from typing import Any

from tfx import v1 as tfx
from tfx.dsl.components.base.base_node import BaseNode
from tfx.types import BaseChannel

from components.baseline_model.component import BaselineModel
from components.baselines.compare import ComparisonSettings
from components.baselines.component import Baselines
from components.baselines.example_ranking import AMONG_ALL, AMONG_CANDIDATES
from components.behaviour_example_gen.component import BehaviourExampleGen
from components.data_checks.component import DataChecks
from components.item_catalog.component import ItemCatalogGen
from components.judged_queries.component import JudgedQueries
from components.metrics.among_all_items.component import CatalogueMetrics
from components.metrics.by_user.component import UserMetrics
from components.pusher.component import Pusher
from components.retrieve_then_rank.component import RetrieveThenRank
from components.servability_gate.component import ServabilityGate
from components.servability_gate.gate_config import INFRA_VALIDATOR
from components.warm_start.component import WarmStart
from models import registry
from schemas import behaviour_schema, features
from schemas.canonical_event import Surface
from tfx_pipeline.blessing import evaluation, infra_validation, sasrec
from tfx_pipeline.config import search_space
from tfx_pipeline.config.loading import ConfigError, as_dict
from tfx_pipeline.config.pipeline_config import EvaluationConfig, PipelineConfig, ServedModel
from tfx_pipeline.config.sources_config import SourcesConfig
from tfx_pipeline.config.training_config import TrainConfig
from tfx_pipeline.engines import beam_options
from tfx_pipeline.past_runs.trained_models import TrainedModel
from tfx_pipeline.training import training_job
from tfx_pipeline.training.calibration import Calibration
from tfx_pipeline.transform.component import Transform
from tfx_pipeline.tuning import search_job, tuned_values
from tfx_pipeline.tuning.component import Tuner

JOINT_TRAINER = "Trainer"
"""The id of the node that trains on both surfaces."""
RETRIEVER = "Retriever"
"""What the ids of the retriever's nodes begin with."""
USER_METRICS = "UserMetrics"
"""The id of the node that measures a trained model on each user of the validation split, after a prefix."""
TUNER = "Tuner"
"""The id of the node that tries values of a training's fields."""
WARM_START = "WarmStart"
"""The id of the node that finds what a training starts from, after a prefix."""
_INDEXER = "Indexer"


def create_pipeline(config: PipelineConfig) -> tfx.dsl.Pipeline:
    """Assembles the pipeline, for `local_runner` or `kubeflow_runner`."""
    nodes = _until_trained(config, config.passed_statistics_dir)
    examples, transform = nodes["BehaviourExampleGen"].outputs["examples"], nodes["Transform"]
    rival = None
    if config.evaluation.sasrec:
        plain = sasrec.plain(config)
        trainer = _trainer(plain, transform, registry.UNIFIEDSSR, plain.train, sasrec.PREFIX)
        nodes[trainer.id], rival = trainer, trainer.outputs["model"]
    for served in config.served_models:
        model = nodes[f"{served.node_prefix}{JOINT_TRAINER}"].outputs["model"]
        if config.retriever.model:
            retriever = _trainer(
                config,
                transform,
                config.retriever.model,
                config.retriever.train,
                RETRIEVER,
                _warm_start(config, nodes, config.retriever.train, RETRIEVER),
                sources=config.retriever.sources,
                tuned=_tuned(config, nodes, search_space.OF_RETRIEVER, config.retriever.model),
            )
            both = _retrieve_then_rank(config, retriever.outputs["model"], model)
            nodes |= {retriever.id: retriever, both.id: both}
            model = both.outputs["model"]
        nodes |= _until_pushed(config, served, model, examples, rival)
    return _pipeline(config, nodes)


def create_training_pipeline(config: PipelineConfig) -> tfx.dsl.Pipeline:
    """Assembles the part up to the trained models. Its cache is the whole pipeline's."""
    # Later spans are not to be compared with the span of an experiment, so its statistics are not kept.
    return _pipeline(config, _until_trained(config, passed_statistics_dir=""))


def create_experiment_pipeline(config: PipelineConfig) -> tfx.dsl.Pipeline:
    """Assembles the part up to the trained models, and measures each on the users of the validation split.

    Variants are trained as they are written: none is tuned.
    """
    config = dataclasses.replace(config, tune=dataclasses.replace(config.tune, enabled=False))
    nodes = _until_trained(config, passed_statistics_dir="")
    examples = nodes["BehaviourExampleGen"].outputs["examples"]
    for served in config.served_models:
        model = nodes[f"{served.node_prefix}{JOINT_TRAINER}"].outputs["model"]
        measured = UserMetrics(model, examples).with_id(f"{served.node_prefix}{USER_METRICS}")
        nodes[measured.id] = measured
    return _pipeline(config, nodes)


def create_tuning_pipeline(config: PipelineConfig) -> tfx.dsl.Pipeline:
    """Assembles the part up to the best values. Its cache is the whole pipeline's."""
    nodes = _until_transformed(config, passed_statistics_dir="")
    tuner = _tuner(config, nodes["Transform"])
    return _pipeline(config, nodes | {tuner.id: tuner})


def create_index_pipeline(config: PipelineConfig, trained: Mapping[str, TrainedModel]) -> tfx.dsl.Pipeline:
    """Assembles the pipeline that takes new items into the pushed models. It trains nothing.

    Its first two components are those of the whole pipeline, and so is their cache. The Evaluator has no part: what the
    models think of the items that they knew does not change.

    Args:
        config: The configuration.
        trained: The trainings that the pushed models were made of, by the ids of their components.
    """
    item_catalog = ItemCatalogGen(config=config.data).with_id("ItemCatalog")
    example_gen = BehaviourExampleGen(item_catalog.outputs["catalog"], config.data)
    examples = example_gen.outputs["examples"]
    nodes = [item_catalog, example_gen]
    for served in config.served_models:
        added, model = _indexer(config, trained, served.node_prefix, examples)
        nodes += added
        if config.retriever.model:
            added, retriever = _indexer(config, trained, RETRIEVER, examples)
            both = _retrieve_then_rank(config, retriever, model).with_id(f"{_INDEXER}RetrieveThenRank")
            nodes += [*added, both]
            model = both.outputs["model"]
        gate = _gate(config, served, model, examples)
        nodes += [gate, _pusher(served, gate)]
    return _pipeline(config, {node.id: node for node in nodes})


def _retrieve_then_rank(config: PipelineConfig, retriever: BaseChannel, ranker: BaseChannel) -> RetrieveThenRank:
    return RetrieveThenRank(retriever, ranker, config.retriever.retrieved, config.adds_item_prior)


def _indexer(
    config: PipelineConfig, trained: Mapping[str, TrainedModel], prefix: str, examples: BaseChannel
) -> tuple[list[BaseNode], BaseChannel]:
    """The nodes that index one trained model, and the model that they make."""
    of = trained[prefix + JOINT_TRAINER]
    model = tfx.dsl.Importer(source_uri=of.model_uri, artifact_type=tfx.types.standard_artifacts.Model)
    graph = tfx.dsl.Importer(
        source_uri=of.transform_graph_uri, artifact_type=tfx.types.standard_artifacts.TransformGraph
    )
    splits = list(_table_splits(config))
    indexer = tfx.components.Trainer(
        run_fn="tfx_pipeline.indexer.run_fn",
        examples=examples,
        transform_graph=graph.outputs["result"],
        base_model=model.outputs["result"],
        train_args=tfx.proto.TrainArgs(splits=splits),
        eval_args=tfx.proto.EvalArgs(splits=splits),
        custom_config={
            **of.custom_config,
            "train_files": list(of.train_files),
            "transform_config": dict(of.transform_config),
        },
    )
    nodes = [
        model.with_id(f"{prefix}TrainedModel"),
        graph.with_id(f"{prefix}TrainedTransform"),
        indexer.with_id(f"{prefix}{_INDEXER}"),
    ]
    return nodes, indexer.outputs["model"]


def _until_transformed(config: PipelineConfig, passed_statistics_dir: str) -> dict[str, BaseNode]:
    """The components from the raw files to the transformed examples, by id."""
    item_catalog = ItemCatalogGen(config=config.data).with_id("ItemCatalog")
    example_gen = BehaviourExampleGen(item_catalog.outputs["catalog"], config.data)
    examples = example_gen.outputs["examples"]
    # Rows of items and users are no behaviour: they have no history, so they are not checked for one.
    not_behaviour = list(_table_splits(config))

    statistics_gen = tfx.components.StatisticsGen(examples=examples, exclude_splits=not_behaviour)
    schema_gen = tfx.components.ImportSchemaGen(schema_file=str(behaviour_schema.BEHAVIOUR_SCHEMA_PATH))
    schema = schema_gen.outputs["schema"]
    example_validator = tfx.components.ExampleValidator(
        statistics=statistics_gen.outputs["statistics"], schema=schema, exclude_splits=not_behaviour
    )
    data_checks = DataChecks(
        statistics=statistics_gen.outputs["statistics"],
        anomalies=example_validator.outputs["anomalies"],
        schema=schema,
        config=config.data_checks,
        passed_statistics_dir=passed_statistics_dir,
    )
    transform = Transform(
        examples=examples,
        schema=schema,
        preprocessing_fn="tfx_pipeline.preprocessing.preprocessing_fn",
        splits_config=tfx.proto.SplitsConfig(
            analyze=[*_learned_splits(config), *_table_splits(config)],
            transform=[*_learned_splits(config), features.VALIDATION_SPLIT, *_table_splits(config)],
        ),
        custom_config={
            "transform": as_dict(config.transform),
            "recommendation_history": config.data.recommendation_history,
            "search_history": config.data.search_history,
            "items_per_session": config.data.items_per_session,
            "timezone": config.data.timezone,
            "attributes": list(config.data.item_attributes),
            "attributes_of_users": list(config.data.user_attributes),
            **({"with_weights": True} if config.data.has_weights else {}),
            "numbers": list(config.data.item_numbers),
            "numbers_of_users": list(config.data.user_numbers),
            "vectors": config.data.has_item_vectors,
        },
        disable_statistics=True,
        # No later run would read it.
        disable_analyzer_cache=True,
    )
    # Transform reads nothing from the checks, but it should not start on data that fails them.
    transform.add_upstream_node(data_checks)
    nodes = [item_catalog, example_gen, statistics_gen, schema_gen, example_validator, data_checks, transform]
    return {node.id: node for node in nodes}


def _until_trained(config: PipelineConfig, passed_statistics_dir: str) -> dict[str, BaseNode]:
    """The components from the raw files to the joint model and the fine-tuned ones, by id."""
    nodes = _until_transformed(config, passed_statistics_dir)
    transform = nodes["Transform"]
    if config.tune.enabled:
        tuner = _tuner(config, transform)
        nodes[tuner.id] = tuner
    tuned = _tuned(config, nodes, search_space.JOINT, config.model)
    calibration = _calibration(config)
    trainer = _trainer(
        *(config, transform, config.model, config.train),
        start_from=_warm_start(config, nodes, config.train),
        split=_learned_splits(config)[-1],
        tuned=tuned,
        calibration=calibration,
    )
    nodes[trainer.id] = trainer
    for served in config.served_models if config.fine_tuning.surfaces else ():
        (surface,) = served.surfaces
        train = config.fine_tuning.train_config(config.train, surface)
        own = config.fine_tuning.own_fields
        node = _trainer(
            config,
            transform,
            config.model,
            train,
            served.node_prefix,
            trainer.outputs["model"],
            tuned=_Tuned(tuned.best, tuple(each for each in tuned.names if each not in own)) if tuned else None,
            calibration=calibration,
        )
        nodes[node.id] = node
    return nodes


def _warm_start(
    config: PipelineConfig, nodes: dict[str, BaseNode], train: TrainConfig, prefix: str = ""
) -> BaseChannel | None:
    """What the last pushed model has left for a training, whose node is added; None if it begins anew."""
    if not train.warm_start:
        return None
    (served,) = config.served_models
    examples = nodes["BehaviourExampleGen"].outputs["examples"]
    node = WarmStart(examples, served.pushed_model_dir, prefix + JOINT_TRAINER, _read_by_models(config))
    nodes[f"{prefix}{WARM_START}"] = node.with_id(f"{prefix}{WARM_START}")
    return node.outputs["model"]


def _read_by_models(config: PipelineConfig) -> dict[str, Any]:
    """What says what the models' inputs mean. Their sizes, which follow from the log, are not among it."""
    of_transform = (
        *("tokenizer", "ngram_buckets", "fold_accents", "join_word_forms"),
        *("category_levels", "context", "number_scale"),
    )
    return {
        **{f"transform.{name}": getattr(config.transform, name) for name in of_transform},
        "data.timezone": config.data.timezone,
        "data.item_columns.attributes": config.data.item_attributes,
        "data.item_columns.numbers": config.data.item_numbers,
        "data.user_columns.attributes": config.data.user_attributes,
        "data.user_columns.numbers": config.data.user_numbers,
    }


def _calibration(config: PipelineConfig) -> Calibration | None:
    """To what the scores of the ranking model are calibrated. Those of a retriever beside it are not served."""
    if not config.calibration.is_on:
        return None
    if config.calibration.of_shown(config.data.has_own_candidates, config.data.negatives):
        raise ConfigError(
            "`calibration.candidates: shown` is counted by `tandem run`, which looks at the log before. A compiled "
            "pipeline does not: set the number that a run says."
        )
    return Calibration(config.calibration, bool(config.retriever.model) and config.adds_item_prior)


@dataclasses.dataclass(frozen=True)
class _Tuned:
    """Where a training takes values from that a search has found, and of which fields."""

    best: BaseChannel
    names: tuple[str, ...]


def _tuned(config: PipelineConfig, nodes: Mapping[str, BaseNode], section: str, model: str) -> _Tuned | None:
    """What a search has found for a training: the fields of its section and of its model; None if nothing."""
    tuner = next((node for name, node in nodes.items() if name.endswith(TUNER)), None)
    if tuner is None:
        return None
    names = [each.name for each in search_space.search_space(config).dimensions]
    own = tuple(name for name in names if name.rpartition(".")[0] in (section, model))
    return _Tuned(tuner.outputs["best_hyperparameters"], own) if own else None


def _tuner(config: PipelineConfig, transform: BaseNode) -> BaseNode:
    """A search for values of the fields that `config.tune` names, on what the tuned training learns from."""
    space = search_space.search_space(config)
    of_retriever = space.training == search_space.OF_RETRIEVER
    prefix, split = (RETRIEVER, features.TRAIN_SPLIT) if of_retriever else ("", _learned_splits(config)[-1])
    return Tuner(
        tuner_fn="tfx_pipeline.tuner.tuner_fn",
        examples=transform.outputs["transformed_examples"],
        transform_graph=transform.outputs["transform_graph"],
        train_args=tfx.proto.TrainArgs(splits=[split, *_table_splits(config)]),
        eval_args=tfx.proto.EvalArgs(splits=[features.VALIDATION_SPLIT]),
        custom_config=search_job.custom_config(config, space, prefix + JOINT_TRAINER),
    ).with_id(prefix + TUNER)


def _table_splits(config: PipelineConfig) -> tuple[str, ...]:
    """The splits that hold tables instead of behaviour: the items and, if a file of users is given, the users."""
    return (features.CATALOG_SPLIT, *([features.AUDIENCE_SPLIT] if config.data.has_users else []))


def _learned_splits(config: PipelineConfig) -> tuple[str, ...]:
    """The splits that trainings learn from. The joint one takes the last."""
    return (features.TRAIN_SPLIT, *([features.PRETRAIN_SPLIT] if config.data.pretraining_events else []))


def _trainer(
    config: PipelineConfig,
    transform: BaseNode,
    model_name: str,
    train: TrainConfig,
    prefix: str = "",
    start_from: BaseChannel | None = None,
    split: str = features.TRAIN_SPLIT,
    sources: SourcesConfig | None = None,
    tuned: _Tuned | None = None,
    calibration: Calibration | None = None,
) -> BaseNode:
    """A training of the model `model_name` on a split.

    It starts from the weights of `start_from`, a model or what WarmStart has made, if given. The exported model also
    finds items by `sources`, if given, and its scores are calibrated, if that is.
    What a search has found, if one came before, replaces the values of these fields.
    """
    return tfx.components.Trainer(
        run_fn="tfx_pipeline.trainer.run_fn",
        examples=transform.outputs["transformed_examples"],
        transform_graph=transform.outputs["transform_graph"],
        base_model=start_from,
        train_args=tfx.proto.TrainArgs(splits=[split, *_table_splits(config)]),
        eval_args=tfx.proto.EvalArgs(splits=[features.VALIDATION_SPLIT]),
        hyperparameters=tuned.best if tuned else None,
        custom_config={
            **training_job.custom_config(config, model_name, train, sources, calibration),
            **({tuned_values.NAMES: list(tuned.names)} if tuned else {}),
        },
    ).with_id(prefix + JOINT_TRAINER)


def _until_pushed(
    config: PipelineConfig,
    served: ServedModel,
    model: BaseChannel,
    examples: BaseChannel,
    rival: BaseChannel | None,
) -> dict[str, BaseNode]:
    """The components from a trained model to the pushed one, by id. It is compared with the SASRec `rival`, if any."""
    prefix = served.node_prefix
    baseline_model = BaselineModel(examples, model, served.pushed_model_dir).with_id(f"{prefix}BaselineModel")
    evaluator = tfx.components.Evaluator(
        examples=examples,
        model=model,
        baseline_model=baseline_model.outputs["model"],
        eval_config=evaluation.eval_config(config.evaluation, served.surfaces),
        example_splits=[config.evaluation.split],
    ).with_id(f"{prefix}Evaluator")
    gate = _gate(config, served, model, examples)
    nodes = [baseline_model, evaluator, gate]
    is_compared = bool(config.evaluation.baselines or rival)
    if is_compared:
        nodes.append(_baselines(config, served, model, examples, rival, baseline_model.outputs["model"]))
    must_beat = is_compared and config.evaluation.comparison_decides
    beaten = nodes[-1].outputs["blessing"] if must_beat else None
    nodes.append(_pusher(served, gate, evaluator.outputs["blessing"], beaten))
    if served.retrieves:
        nodes.append(
            CatalogueMetrics(
                model,
                examples,
                config.evaluation.split,
                exclude_seen=config.evaluation.exclude_seen,
                listed_examples=config.evaluation.listed_examples,
            ).with_id(f"{prefix}CatalogueMetrics")
        )
    if _judges_search(config.evaluation, served):
        judged = JudgedQueries(model, examples, config.evaluation.judged_queries)
        nodes.append(judged.with_id(f"{prefix}JudgedQueries"))
    return {node.id: node for node in nodes}


def _judges_search(config: EvaluationConfig, served: ServedModel) -> bool:
    """Whether a model is asked queries that are made from titles: one that finds items, also in search."""
    return served.retrieves and Surface.SEARCH.value in served.surfaces and config.judged_queries > 0


def _baselines(
    config: PipelineConfig,
    served: ServedModel,
    model: BaseChannel,
    examples: BaseChannel,
    rival: BaseChannel | None,
    baseline_model: BaseChannel,
) -> BaseNode:
    """The component that compares the model with simple rules and, if there is one, with the SASRec `rival`.

    Where slices decide, it also compares it with the Evaluator's baseline there.
    """
    of = config.evaluation
    settings = ComparisonSettings(
        rules=of.baselines,
        metric=of.metric,
        margin=of.baseline_margin,
        surfaces=served.surfaces,
        catalogue_examples=of.baseline_examples if served.retrieves else 0,
        exclude_seen=of.exclude_seen,
        decides_among=AMONG_ALL if of.decided_among_all(served.retrieves) else AMONG_CANDIDATES,
        rules_decide=of.must_beat_baselines,
        deciding_slices=of.deciding_slices,
        slice_margin=of.slice_margin,
        timezone=config.data.timezone,
        examination=of.examination,
        place_weight_cap=of.place_weight_cap,
    )
    node = Baselines(
        model, examples, settings, of.split, rival, baseline_model=baseline_model if of.deciding_slices else None
    )
    return node.with_id(f"{served.node_prefix}Baselines")


def _gate(config: PipelineConfig, served: ServedModel, model: BaseChannel, examples: BaseChannel) -> BaseNode:
    """The component that serves the model on trial: with our server, or with TF Serving in a container."""
    if config.gate.kind == INFRA_VALIDATOR:
        return infra_validation.infra_validator(config.gate, served, model, examples).with_id(
            f"{served.node_prefix}InfraValidator"
        )
    kept = {
        Surface.RECOMMENDATION.value: config.data.recommendation_history,
        Surface.SEARCH.value: config.data.search_history,
    }
    return ServabilityGate(model, examples, config.gate, kept).with_id(f"{served.node_prefix}ServabilityGate")


def _pusher(
    served: ServedModel,
    gate: BaseNode,
    model_blessing: BaseChannel | None = None,
    baseline_blessing: BaseChannel | None = None,
) -> BaseNode:
    """The component that pushes what the gate and, if given, others have blessed.

    The gate's blessing holds the model that is pushed: the exported model with requests to warm it up.
    """
    return Pusher(
        model_blessing=model_blessing,
        infra_blessing=gate.outputs["blessing"],
        push_destination=tfx.proto.PushDestination(
            filesystem=tfx.proto.PushDestination.Filesystem(base_directory=served.pushed_model_dir)
        ),
        baseline_blessing=baseline_blessing,
    ).with_id(f"{served.node_prefix}Pusher")


def _pipeline(config: PipelineConfig, nodes: Mapping[str, BaseNode]) -> tfx.dsl.Pipeline:
    return tfx.dsl.Pipeline(
        pipeline_name=config.name,
        pipeline_root=config.pipeline_root,
        components=list(nodes.values()),
        enable_cache=config.enable_cache,
        beam_pipeline_args=[*beam_options.for_executors(config.beam)],
        metadata_connection_config=tfx.orchestration.metadata.sqlite_metadata_connection_config(config.metadata_path),
    )
