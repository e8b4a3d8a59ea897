"""The report of a local run: what it did and how good its models are. Read from the metadata store."""

import dataclasses
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import tensorflow_model_analysis as tfma
from ml_metadata import MetadataStore
from ml_metadata.proto import metadata_store_pb2
from tfx import v1 as tfx

from components.baseline_model.pushed_versions import last_pushed_version
from components.baselines.comparison_file import read_comparison
from components.behaviour_example_gen.left_out import LEFT_OUT_PROPERTY
from components.data_checks.finding import read_findings
from components.judged_queries.judge import read_judgement
from components.judged_queries.judgement_keys import QUERIES_KEY
from components.metrics.among_all_items.metrics_file import (
    among_which,
    read_catalogue_metrics,
    read_lists,
    read_vector_metrics,
)
from components.pusher.executor import ROLLED_BACK_PROPERTY
from components.servability_gate.gate_config import INFRA_VALIDATOR
from components.servability_gate.verdict import BLESSED_PROPERTY, REASONS_PROPERTY
from schemas import features
from tfx_pipeline.blessing import evaluation
from tfx_pipeline.config.pipeline_config import EvaluationConfig, PipelineConfig, ServedModel
from tfx_pipeline.config.training_config import BOTH_SURFACES
from tfx_pipeline.pipeline import JOINT_TRAINER, TUNER
from tfx_pipeline.training import automatic_training, warm_start
from tfx_pipeline.tuning import tuned_values

Metrics = dict[str, dict[str, float]]
"""Surface to metric name to value; the surface `overall` holds both."""
OVERALL = "overall"
POPULARITY = "popularity"
PUSHED, UNCHANGED, NOT_PUSHED = "pushed", "unchanged", "not_pushed"
_DIFFERENCE_SUFFIX = "_diff"


@dataclasses.dataclass(frozen=True)
class Shortfall:
    """A surface on which a model was not good enough.

    Attributes:
        surface: The surface's name.
        metric: The name of the metric that decides.
        value: The model's value; None if no example of the surface was evaluated.
        needed: The least value that would do: the baseline's plus the margin. None if the baseline has no value.
    """

    surface: str
    metric: str
    value: float | None
    needed: float | None


@dataclasses.dataclass(frozen=True)
class ModelReport:
    """What became of one model.

    Attributes:
        metrics: Among the candidates of an example: the metrics of `model`, of `baseline`, which the model has to beat,
            and, once it was evaluated, of `popularity`.
        whole_catalogue: The metrics among all items; empty if the model does not retrieve. If one model retrieves and
            another ranks, they are those of the answer as it is served.
        by_vectors: There, the same metrics by the retriever's vectors alone; empty for any other model.
        lists: There, what the lists that are served are like, by surface (`components.metrics.served_lists`); empty if
            none were asked for.
        among_which: Among which items these are, and what is ranked; empty if there are none.
        baseline: The model that serves as the baseline.
        blessed: Whether the model beat the baseline on every surface that it serves.
        shortfalls: The surfaces on which it did not.
        rules: The comparison with simple rules, as `components.baselines.compare` writes it, and `decides`: whether a
            model that does not beat them is not pushed. Empty if there was no comparison.
        judged_queries: What the model finds for queries made from titles, as `components.judged_queries.judge` writes
            it, without the queries themselves. Empty if there was no such judgement.
        servable: Whether the servability gate, or InfraValidator, let the model pass.
        servability_reasons: Why the servability gate refused the model.
        servability_figures: What the servability gate measured: the size and, if all answers were right, latencies.
        outcome: `pushed` by this run, `unchanged` if an earlier run pushed this very model, or `not_pushed`.
        version: The version that is this model; empty if it was not pushed.
        rolled_back: The version as which it was pushed before and rolled back, so that it is not pushed; else empty.
        pushed_version: The newest version in the folder, whichever run pushed it. It is the one that is served. Empty
            if there is none.
        pushed_model_dir: The folder of the versions.
    """

    metrics: dict[str, Metrics]
    whole_catalogue: Metrics
    by_vectors: Metrics
    lists: Metrics
    among_which: str
    baseline: str
    blessed: bool
    shortfalls: tuple[Shortfall, ...]
    rules: dict[str, Any]
    judged_queries: dict[str, Any]
    servable: bool
    servability_reasons: tuple[str, ...]
    servability_figures: dict[str, float]
    outcome: str
    version: str
    rolled_back: str
    pushed_version: str
    pushed_model_dir: str


@dataclasses.dataclass(frozen=True)
class IndexReport:
    """What became of a model that was indexed. The fields that `ModelReport` has, too, mean the same.

    Attributes:
        metrics: Of `model`: none, because nothing was evaluated.
        shortfalls: None.
    """

    servable: bool
    servability_reasons: tuple[str, ...]
    outcome: str
    version: str
    rolled_back: str
    pushed_version: str
    pushed_model_dir: str
    metrics: dict[str, Metrics] = dataclasses.field(default_factory=lambda: {"model": {}})
    shortfalls: tuple[Shortfall, ...] = ()


@dataclasses.dataclass(frozen=True)
class RunReport:
    """One run in short.

    Attributes:
        ran: The components that ran.
        cached: The components whose results came from the cache.
        data_findings: The anomalies that the checks of the data found and let pass, each in one line.
        left_out: What of the log nothing was learned from, in one line each.
        trainings: What trainings with `train: auto` chose, in one line each.
        starts: How trainings with `warm_start` began, in one line each.
        models: The report on each served model, by name.
        tensorboard: The folder of TensorBoard's logs.
    """

    ran: tuple[str, ...]
    cached: tuple[str, ...]
    data_findings: tuple[str, ...]
    left_out: tuple[str, ...]
    trainings: tuple[str, ...]
    starts: tuple[str, ...]
    models: dict[str, ModelReport]
    tensorboard: str

    def as_dict(self) -> dict[str, Any]:
        """The report as plain values, as they stand in the file."""
        return dataclasses.asdict(self)

    def write(self, path: str) -> None:
        """Writes the report as JSON."""
        Path(path).write_text(json.dumps(self.as_dict(), indent=2) + "\n", encoding="utf-8")


class RunHistory:
    """The executions in the metadata store of one pipeline.

    Args:
        config: The pipeline's configuration. A store is created at its `metadata_path` if there is none.
    """

    def __init__(self, config: PipelineConfig):
        self._config = config
        self._store = MetadataStore(tfx.orchestration.metadata.sqlite_metadata_connection_config(config.metadata_path))

    def last_execution_id(self) -> int:
        """The highest execution id so far; 0 if there is none."""
        return max((execution.id for execution in self._store.get_executions()), default=0)

    def executions_since(self, execution_id: int) -> dict[str, metadata_store_pb2.Execution]:
        """The executions after `execution_id`, by component."""
        return {
            self._component(execution): execution
            for execution in self._store.get_executions()
            if execution.id > execution_id
        }

    def artifact_uri(self, component: str, key: str, since: int) -> str:
        """Where the artifact `key` lies that a component wrote, or took from the cache, after the execution `since`."""
        return self._artifact(self.executions_since(since)[component], key).uri

    def tuned(self, since: int) -> dict[str, Any]:
        """The best values that a search has found after an execution, by field; empty if there was no search."""
        found: dict[str, Any] = {}
        for values in self._tuned(self.executions_since(since)).values():
            found |= values
        return found

    def report(self, since: int) -> RunReport:
        """Reports on the executions after the id `since`."""
        executions = self.executions_since(since)
        state = metadata_store_pb2.Execution
        return RunReport(
            ran=tuple(name for name, each in executions.items() if each.last_known_state == state.COMPLETE),
            cached=tuple(name for name, each in executions.items() if each.last_known_state == state.CACHED),
            data_findings=tuple(map(str, read_findings(self._artifact(executions["DataChecks"], "findings").uri))),
            left_out=left_out(self._config, self._left_out_of_log(executions)),
            trainings=self._trainings(executions),
            starts=self._starts(executions),
            models={served.name: self._model_report(served, executions) for served in self._config.served_models},
            tensorboard=self._config.tensorboard_dir,
        )

    def _model_report(self, served: ServedModel, executions: dict[str, metadata_store_pb2.Execution]) -> ModelReport:
        evaluator = executions[f"{served.node_prefix}Evaluator"]
        evaluation_uri = self._artifact(evaluator, "evaluation").uri
        metrics = {
            "model": read_metrics(evaluation_uri, evaluation.CANDIDATE),
            "baseline": read_metrics(evaluation_uri, evaluation.BASELINE),
        }
        popularity_uri = self._last_evaluation_against_popularity(f"{served.node_prefix}Evaluator")
        if popularity_uri:
            metrics[POPULARITY] = read_metrics(popularity_uri, evaluation.BASELINE)
        whole_catalogue: Metrics = {}
        by_vectors: Metrics = {}
        lists: Metrics = {}
        ranked_among = ""
        if served.retrieves:
            folder = self._artifact(executions[f"{served.node_prefix}CatalogueMetrics"], "metrics").uri
            # The component measures both surfaces, also of a model that serves only one.
            whole_catalogue, by_vectors, lists = (
                {surface: values for surface, values in found.items() if surface in metrics["model"]}
                for found in (read_catalogue_metrics(folder), read_vector_metrics(folder), read_lists(folder))
            )
            ranked_among = among_which(folder, served.surfaces)
        blessed = self._artifact(evaluator, "blessing").custom_properties["blessed"].int_value == 1
        tried = self._tried(served, executions)
        return ModelReport(
            metrics=metrics,
            whole_catalogue=whole_catalogue,
            by_vectors=by_vectors,
            lists=lists,
            among_which=ranked_among,
            baseline=self._baseline_source(evaluator),
            blessed=blessed,
            shortfalls=() if blessed else shortfalls(metrics, served.surfaces, self._config.evaluation),
            rules=self._rules(served, executions),
            judged_queries=self._judged_queries(served, executions),
            servability_figures={
                name: value.double_value
                for name, value in sorted(self._infra_blessing(served, executions).items())
                if value.WhichOneof("value") == "double_value"
            },
            **tried,
        )

    def index_reports(self, since: int) -> dict[str, IndexReport]:
        """Reports on the executions of an indexing, which are those after the id `since`, by the served model."""
        executions = self.executions_since(since)
        return {served.name: IndexReport(**self._tried(served, executions)) for served in self._config.served_models}

    def _tried(self, served: ServedModel, executions: dict[str, metadata_store_pb2.Execution]) -> dict[str, Any]:
        """What the gate and the Pusher made of a model, as fields of the reports."""
        infra_blessing = self._infra_blessing(served, executions)
        pusher = executions[f"{served.node_prefix}Pusher"]
        push = self._artifact(pusher, "pushed_model").custom_properties
        if push["pushed"].int_value != 1:
            outcome = NOT_PUSHED
        else:
            outcome = UNCHANGED if pusher.last_known_state == metadata_store_pb2.Execution.CACHED else PUSHED
        return {
            "servable": infra_blessing[BLESSED_PROPERTY].int_value == 1,
            "servability_reasons": tuple(infra_blessing[REASONS_PROPERTY].string_value.splitlines()),
            "outcome": outcome,
            "version": push["pushed_version"].string_value,
            "rolled_back": push[ROLLED_BACK_PROPERTY].string_value,
            "pushed_version": last_pushed_version(served.pushed_model_dir),
            "pushed_model_dir": served.pushed_model_dir,
        }

    def _infra_blessing(self, served: ServedModel, executions: dict[str, metadata_store_pb2.Execution]) -> Any:
        gate = "InfraValidator" if self._config.gate.kind == INFRA_VALIDATOR else "ServabilityGate"
        return self._artifact(executions[f"{served.node_prefix}{gate}"], "blessing").custom_properties

    def _rules(self, served: ServedModel, executions: dict[str, metadata_store_pb2.Execution]) -> dict[str, Any]:
        component = f"{served.node_prefix}Baselines"
        if component not in executions:
            return {}
        folder = self._artifact(executions[component], "comparison").uri
        return {**read_comparison(folder), "decides": self._config.evaluation.comparison_decides}

    def _trainings(self, executions: dict[str, metadata_store_pb2.Execution]) -> tuple[str, ...]:
        chosen = {name: automatic_training.read(folder) for name, folder in self._logs(executions).items()}
        tuned = {name: _words(values) for name, values in self._tuned(executions).items()}
        return tuple(f"{name}: {text}" for name, text in {**tuned, **chosen}.items() if text)

    def _starts(self, executions: dict[str, metadata_store_pb2.Execution]) -> tuple[str, ...]:
        told = {name: warm_start.read_told(folder) for name, folder in self._logs(executions).items()}
        return tuple(f"{name}: {text}" for name, text in told.items() if text)

    def _logs(self, executions: dict[str, metadata_store_pb2.Execution]) -> dict[str, str]:
        """The folder of TensorBoard's logs of each training."""
        trainers = [name for name in executions if name.endswith(JOINT_TRAINER)]
        return {name: self._artifact(executions[name], "model_run").uri for name in trainers}

    def _tuned(self, executions: dict[str, metadata_store_pb2.Execution]) -> dict[str, dict[str, Any]]:
        """The best values that each search has found."""
        tuners = [name for name in executions if name.endswith(TUNER)]
        folders = {name: self._artifact(executions[name], "best_hyperparameters").uri for name in tuners}
        return {name: tuned_values.read_best(folder) for name, folder in folders.items()}

    def _judged_queries(
        self, served: ServedModel, executions: dict[str, metadata_store_pb2.Execution]
    ) -> dict[str, Any]:
        component = f"{served.node_prefix}JudgedQueries"
        if component not in executions:
            return {}
        judgement = read_judgement(self._artifact(executions[component], "judgement").uri)
        return {name: value for name, value in judgement.items() if name != QUERIES_KEY}

    def _left_out_of_log(self, executions: dict[str, metadata_store_pb2.Execution]) -> str:
        properties = self._artifact(executions["BehaviourExampleGen"], "examples").custom_properties
        return properties[LEFT_OUT_PROPERTY].string_value

    def _component(self, execution: metadata_store_pb2.Execution) -> str:
        (node,) = (each for each in self._store.get_contexts_by_execution(execution.id) if each.type == "node")
        return node.name.rpartition(".")[2]

    def _artifact(self, execution: metadata_store_pb2.Execution, key: str) -> metadata_store_pb2.Artifact:
        """The artifact that an execution read or wrote under a key."""
        for event in self._store.get_events_by_execution_ids([execution.id]):
            if any(step.key == key for step in event.path.steps):
                (artifact,) = self._store.get_artifacts_by_id([event.artifact_id])
                return artifact
        raise KeyError(f"{self._component(execution)} has no artifact {key!r} in {self._config.metadata_path}.")

    def _baseline_source(self, evaluator: metadata_store_pb2.Execution) -> str:
        return self._artifact(evaluator, "baseline_model").custom_properties["source"].string_value

    def _last_evaluation_against_popularity(self, evaluator: str) -> str:
        """The newest evaluation of the node `evaluator` against the popularity model; empty if there is none."""
        for execution in sorted(self._store.get_executions(), key=lambda each: -each.id):
            if self._component(execution) != evaluator or execution.last_known_state not in (
                metadata_store_pb2.Execution.COMPLETE,
                metadata_store_pb2.Execution.CACHED,
            ):
                continue
            evaluated = self._artifact(execution, "evaluation")
            is_there = evaluated.state != metadata_store_pb2.Artifact.DELETED  # `tandem runs remove` says so.
            if is_there and self._baseline_source(execution).startswith(POPULARITY):
                return evaluated.uri
        return ""


def left_out(config: PipelineConfig, of_log: str) -> tuple[str, ...]:
    """What of the log nothing was learned from.

    Args:
        config: The configuration that was run.
        of_log: What BehaviourExampleGen left out, a line each.
    """
    surfaces = {surface for served in config.served_models for surface in served.surfaces}
    unserved = [surface for surface in BOTH_SURFACES if surface not in surfaces]
    return (
        *(f"{surface}: no model is trained, measured or pushed for it." for surface in unserved),
        *of_log.splitlines(),
    )


def shortfalls(metrics: dict[str, Metrics], surfaces: Sequence[str], config: EvaluationConfig) -> tuple[Shortfall, ...]:
    """The surfaces on which a model does not beat its baseline by the margin.

    Args:
        metrics: The metrics of `model` and of `baseline`.
        surfaces: The surfaces that the model serves.
        config: Names the metric that decides, and the margin.
    """
    found = []
    for surface in surfaces:
        value = metrics["model"].get(surface, {}).get(config.metric)
        baseline = metrics["baseline"].get(surface, {}).get(config.metric)
        needed = None if baseline is None else baseline + config.margin
        # TFMA compares the difference with the margin. To compare with the sum `needed` could round to the other side.
        if value is None or baseline is None or value - baseline < config.margin:
            found.append(Shortfall(surface, config.metric, value, needed))
    return tuple(found)


def _words(values: Mapping[str, Any]) -> str:
    return ", ".join(
        f"{name} {value:g}" if isinstance(value, float) else f"{name} {value}" for name, value in values.items()
    )


def read_metrics(evaluation_uri: str, model_name: str) -> dict[str, dict[str, float]]:
    """Reads the metrics of one model, by surface, from an Evaluator's output."""
    result = tfma.load_eval_result(evaluation_uri, model_name=model_name)
    metrics: Metrics = {}
    for slice_key, by_output in result.slicing_metrics:
        surface = dict(slice_key).get(features.SURFACE, OVERALL)
        metrics[surface] = {
            name: value["doubleValue"]
            for by_sub_key in by_output.values()
            for values in by_sub_key.values()
            for name, value in values.items()
            if "doubleValue" in value and not name.endswith(_DIFFERENCE_SUFFIX)
        }
    return metrics
