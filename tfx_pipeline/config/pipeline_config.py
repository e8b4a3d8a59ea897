"""All settings of a run: one frozen dataclass for each concern, loaded from `configs/*.yaml` and changed by `--set`."""

import dataclasses
import math
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import ClassVar

from components.baselines.rule_names import RULE_NAMES
from components.baselines.slices.slice_names import WAY_NAMES
from components.data_checks.checks_config import DataChecksConfig
from components.servability_gate.gate_config import GateConfig
from components.sources.data_config import POPULARITY, TRAIN_ONLY, DataConfig
from components.synthetic_log.generator_config import GeneratorConfig
from models import registry
from models.unifiedssr.unifiedssr_config import UnifiedSSRConfig
from models.unisar.unisar_config import UniSARConfig
from schemas import context_values, features, signatures
from schemas.canonical_event import Surface
from schemas.number_checks import check_least
from schemas.rank_metrics import rank_metrics
from schemas.word_splitting import TOKENIZERS, WORDS
from tfx_pipeline.config import search_space
from tfx_pipeline.config.beam_config import BeamConfig
from tfx_pipeline.config.calibration_config import CalibrationConfig
from tfx_pipeline.config.hooks_config import HooksConfig
from tfx_pipeline.config.kubeflow_config import KubeflowConfig
from tfx_pipeline.config.loading import ConfigError, load_dataclass
from tfx_pipeline.config.retention_config import RetentionConfig
from tfx_pipeline.config.sources_config import SourcesConfig
from tfx_pipeline.config.training_config import FineTuningConfig, TrainConfig
from tfx_pipeline.config.tune_config import TuneConfig
from tfx_pipeline.training.event_logs import run_links

DEFAULT_CONFIG = "configs/online_retail.yaml"
METADATA_FILE = "metadata.sqlite"
"""The file of the local metadata store, in a pipeline's root."""

_LENGTHS = ("recommendation_history", "search_history")
FOLLOWING = {f"{model}.{name}": f"data.{name}" for model in registry.names() for name in _LENGTHS}
"""Fields that take the value of another field. `load_config` refuses any other value."""


AUTO, CANDIDATES, ALL_ITEMS = "auto", "candidates", "all_items"
LOG = "log"
NUMBER_SCALES = (LOG, "linear")


@dataclass(frozen=True)
class TransformConfig:
    """What the Transform graph keeps of texts and ids.

    Attributes:
        tokenizer: What the model knows of a text. `words`: its words, each by itself; a word that training has not is
            unknown. `character_ngrams`: each word and the three-letter pieces of it, so that a misspelt or new word is
            known by its pieces. Costs training about ten times the work for texts. `subwords`: frequent words whole,
            and of all others the pieces that the log teaches. Costs training up to three times the work for texts.
        ngram_buckets: With `character_ngrams`, how many embeddings the pieces share, by their hash; at least 1.
        subwords: With `subwords`, how many pieces are learned at most; at least 1. Fewer are shorter, and more words
            share them.
        fold_accents: Whether accents and vowel marks do not count, so that `cafe` finds `café`. Latin, Greek, Russian,
            Arabic and Hebrew; other scripts' marks are letters, and stay.
        correct_spelling: Whether an unknown word of a query becomes the word that differs from it by one letter or by
            two neighbours that changed places, so that `umbrela` finds `umbrella`; of several the most frequent.
            Letters of any alphabet, but no numbers, and no scripts without spaces; words of at least 4 letters, or 3
            where two changed places. Needs the tokenizer `words`.
        join_word_forms: Whether words that differ by an ending, as singular and plural do, are one word, so that `mugs`
            finds `mug`. The log teaches the endings, in any language. Needs the tokenizer `words`.
        words_per_query: How many words of a query are kept, at least 1. A text without spaces (Chinese, Japanese, Thai)
            has about two for each character.
        words_per_title: How many words of an item's title are kept; 0 for none.
        words_per_category_path: Words kept of an item's whole category path, as a text; 0 for none.
        category_levels: How many levels of an item's category path are kept, broad to narrow; 0 where items have none.
        context: What the model knows about the moment of a request, in this order: `hour` and `weekday` (of the
            timestamp, by `data.timezone`) and names of `data.columns.context`.
        min_word_count: A word that training has less often than this is out of vocabulary.
        max_users: How many users, the most frequent ones, get an index of their own; 0 for all. The attributes of all
            others are unknown, too.
        max_items: How many items, the most frequent ones, get an index of their own; 0 for all.
        max_words: How many words, the most frequent ones, get an index of their own; 0 for all.
        number_scale: How the models see `numbers` of items and users. `log`: the logarithm, sign(x) * ln(1 + |x|), in
            standard deviations from its mean, for prices, counts and anything else that a few large values stretch.
            `linear`: the number itself, in standard deviations. Both end at 5. An unknown number adds nothing.
    """

    tokenizer: str = WORDS
    ngram_buckets: int = 20_000
    subwords: int = 2_000
    fold_accents: bool = False
    correct_spelling: bool = False
    join_word_forms: bool = False
    words_per_query: int = 8
    words_per_title: int = 12
    words_per_category_path: int = 0
    category_levels: int = 0
    context: tuple[str, ...] = ()
    min_word_count: int = 1
    max_users: int = 0
    max_items: int = 0
    max_words: int = 0
    number_scale: str = LOG

    def __post_init__(self) -> None:
        """Refuses numbers that are too small, and unknown tokenizers."""
        if self.tokenizer not in TOKENIZERS:
            raise ValueError(
                f"transform.tokenizer should be one of {', '.join(TOKENIZERS)}. Received: {self.tokenizer!r}"
            )
        for name in ("correct_spelling", "join_word_forms"):
            if getattr(self, name) and self.tokenizer != WORDS:
                raise ValueError(
                    f"transform.{name} needs transform.tokenizer: {WORDS}. Received: {self.tokenizer!r}, which knows "
                    "words by their pieces"
                )
        if self.number_scale not in NUMBER_SCALES:
            raise ValueError(
                f"transform.number_scale should be one of {', '.join(NUMBER_SCALES)}. Received: {self.number_scale!r}"
            )
        check_least(self, 1, "words_per_query", "min_word_count", "ngram_buckets", "subwords")
        check_least(self, 0, "words_per_title", "words_per_category_path", "category_levels")
        check_least(self, 0, "max_users", "max_items", "max_words")


@dataclass(frozen=True)
class EvaluationConfig:
    """When a model is good enough to be pushed.

    Attributes:
        metric: The ranking metric that decides, such as `ndcg_at_5`, `hit_rate_at_10` or `mrr`; those of
            `schemas/rank_metrics.py`, at 1, 5, 10 and 20.
        margin: How much better than the baseline's the model's metric must be, on each surface. Absolute: with 0.005,
            0.205 beats 0.200.
        split: The split that is evaluated: `train`, `validation` or `test`.
        baselines: The rules that the model is compared with, too, such as `item_neighbours`; those of
            `components/baselines`. Empty: there is no such comparison, but for `sasrec`.
        sasrec: Whether a SASRec is trained beside the model, of our own blocks and on ids alone, and counts as one more
            of these rules. It costs a training. `tfx_pipeline/blessing/sasrec.py` says how it is built and trained.
        must_beat_baselines: Whether a model is pushed only if, on each surface, it beats the best of these rules in
            `metric`, among `decides_among`. Otherwise the report shows the comparison all the same.
        decides_among: Where the model has to beat them. `candidates`: among the candidates of each example.
            `all_items`: where it retrieves, among all items, by `baseline_examples` examples. That is what users see,
            but fewer examples have wider intervals. What retrieves nothing is measured among candidates all the same.
            `auto`: `all_items`, unless `baseline_examples` is 0.
        baseline_margin: How much better than the best rule's the model's metric must be: the lower end of the
            difference's 95 % interval must exceed it. A negative one lets a model pass that may be worse, but not by
            more.
        baseline_examples: If the model retrieves, about how many examples are compared among all items, too; 0 for
            none. `decides_among` says whether these figures decide.
        deciding_slices: Ways to cut the examples, such as `history_length` or `item_popularity`: a model that is worse
            than the Evaluator's baseline in one of their slices, for sure, is not pushed. Those of
            `components/baselines/slices`. Empty: no slice decides. Otherwise the baseline ranks all examples once more.
        slice_margin: How much worse it may be there: the upper end of the difference's 95 % interval must not be below
            the negative of it. At least 0.
        listed_examples: If the model retrieves, for about how many examples it is also asked for the list that it would
            serve: how much of the catalogue these lists show, how evenly, how popular, new and alike their items are.
            0 for none. They decide nothing.
        judged_queries: If the model retrieves, how many queries of each of seven kinds are made from the items' titles
            (whole titles, misspelt ones, plurals, ...), to show how many of the first five items are right; 0 for none.
            They decide nothing.
        exclude_seen: Whether figures among all items leave out the items of the user's history, as answers do that are
            asked with `exclude_seen`. A positive that is itself in the history (a repeat) is ranked with the history;
            the report says how many there are. Otherwise all items are ranked.
        examination: Where the log tells places (`data.columns.place`): how likely users are to see each place, from the
            first on, by surface, such as `{search: [1.0, 0.6, 0.4]}`, where an experiment has shown it. It is estimated
            for surfaces that are not named. Figures by place decide nothing.
        place_weight_cap: The most that a held-out engagement counts for in figures by place, at least 1: one at a place
            of examination 0.01 counts as this one, and not as a hundred. 0 for no limit.
    """

    metric: str = "ndcg_at_5"
    margin: float = 0.005
    split: str = features.TEST_SPLIT
    baselines: tuple[str, ...] = RULE_NAMES
    sasrec: bool = False
    must_beat_baselines: bool = True
    decides_among: str = AUTO
    baseline_margin: float = 0.0
    baseline_examples: int = 2_000
    deciding_slices: tuple[str, ...] = ()
    slice_margin: float = 0.0
    listed_examples: int = 500
    judged_queries: int = 30
    exclude_seen: bool = True
    examination: Mapping[str, tuple[float, ...]] = field(default_factory=dict)
    place_weight_cap: float = 20.0

    def decided_among_all(self, retrieves: bool) -> bool:
        """Whether a model has to beat the rules among all items, rather than among candidates.

        Args:
            retrieves: Whether it finds items among all.
        """
        return retrieves and self.decides_among != CANDIDATES and bool(self.baseline_examples)

    @property
    def comparison_decides(self) -> bool:
        """Whether a model that the component Baselines does not bless is not pushed."""
        return self.must_beat_baselines or bool(self.deciding_slices)

    def __post_init__(self) -> None:
        """Refuses an unknown metric, split, rule or slice, and a margin that no metric can reach."""
        for name in ("margin", "baseline_margin"):
            if not -1 <= getattr(self, name) <= 1:
                raise ValueError(f"`{name}` should be from -1 to 1. Received: {name}={getattr(self, name)}")
        if not 0 <= self.slice_margin <= 1:
            raise ValueError(f"`slice_margin` should be from 0 to 1. Received: slice_margin={self.slice_margin}")
        if self.decides_among not in (AUTO, CANDIDATES, ALL_ITEMS):
            raise ValueError(
                f"`decides_among` should be {AUTO}, {CANDIDATES} or {ALL_ITEMS}. "
                f"Received: decides_among={self.decides_among!r}"
            )
        if self.decides_among == ALL_ITEMS and not self.baseline_examples:
            raise ValueError(f"`decides_among: {ALL_ITEMS}` needs `baseline_examples` above 0. Received: 0")
        for way in self.deciding_slices:
            if way not in WAY_NAMES:
                raise ValueError(f"`deciding_slices` should be some of {', '.join(WAY_NAMES)}. Received: {way!r}")
        if self.deciding_slices and not (self.baselines or self.sasrec):
            raise ValueError(
                "`deciding_slices` are measured beside simple rules: name at least one in `baselines`. Received: none"
            )
        check_least(self, 0, "baseline_examples", "listed_examples", "judged_queries")
        for place, rule in enumerate(self.baselines):
            if rule not in RULE_NAMES:
                raise ValueError(f"`baselines` should be some of {', '.join(RULE_NAMES)}. Received: {rule!r}")
            if rule in self.baselines[:place]:
                raise ValueError(f"`baselines` should name each rule once. Received: {rule!r} twice")
        self._check_places()
        known = ", ".join(metric.name for metric in rank_metrics())
        if self.metric not in known.split(", "):
            raise ValueError(f"`metric` should be one of {known}. Received: metric={self.metric!r}")
        if self.split not in features.BEHAVIOUR_SPLITS:
            known = ", ".join(features.BEHAVIOUR_SPLITS)
            raise ValueError(f"`split` should be one of {known}. Received: split={self.split!r}")

    def _check_places(self) -> None:
        for surface, chances in self.examination.items():
            if surface not in [each.value for each in Surface]:
                known = " and ".join(each.value for each in Surface)
                raise ValueError(f"`examination` should be told for {known}. Received: {surface!r}")
            if not chances or not all(0 < each <= 1 for each in chances):
                raise ValueError(
                    f"`examination.{surface}` should hold a number above 0, up to 1, for each place from the first on. "
                    f"Received: {list(chances)}"
                )
        if self.place_weight_cap and not 1 <= self.place_weight_cap < math.inf:
            raise ValueError(
                "`place_weight_cap` should be at least 1, or 0 for no limit. Received: "
                f"place_weight_cap={self.place_weight_cap}"
            )


SCANN = "scann"
RETRIEVAL_INDICES = ("brute_force", SCANN)


@dataclass(frozen=True)
class ExportConfig:
    """What the exported model looks like.

    Attributes:
        retrieval_index: How a model that retrieves finds items: `brute_force`, exact; or `scann`, approximate, for
            catalogues of hundreds of thousands of items. `scann` needs the package scann, in the model server too.
    """

    retrieval_index: str = "brute_force"

    def __post_init__(self) -> None:
        """Refuses an unknown index."""
        if self.retrieval_index not in RETRIEVAL_INDICES:
            raise ValueError(
                f"`retrieval_index` should be one of {', '.join(RETRIEVAL_INDICES)}. "
                f"Received: retrieval_index={self.retrieval_index!r}"
            )


@dataclass(frozen=True)
class RetrieverConfig:
    """A second model, which finds the items that the first one ranks; both are served as one.

    Attributes:
        model: Which model: `unifiedssr`, the one that retrieves. Empty: there is none.
        retrieved: How many items it hands to the ranking model, from 1 to 10,000: of all sources together.
        sources: Where these items come from.
        train: Its training.
    """

    model: str = ""
    retrieved: int = 200
    sources: SourcesConfig = field(default_factory=SourcesConfig)
    train: TrainConfig = field(default_factory=TrainConfig)

    def __post_init__(self) -> None:
        """Refuses a number of items that no request can ask for."""
        if not 1 <= self.retrieved <= signatures.LARGEST_K:
            raise ValueError(
                f"`retrieved` should be from 1 to {signatures.LARGEST_K}. Received: retrieved={self.retrieved}"
            )


@dataclass(frozen=True)
class ServedModel:
    """One of the models that a pipeline evaluates and pushes.

    Attributes:
        name: The name by which clients ask a model server for it.
        pushed_model_dir: The folder that receives its blessed versions.
        surfaces: The surfaces that it serves.
        node_prefix: The prefix of the ids of its nodes: `Search` for `SearchTrainer` and `SearchEvaluator`.
        retrieves: Whether it finds items in the whole catalogue.
    """

    name: str
    pushed_model_dir: str
    surfaces: tuple[str, ...]
    node_prefix: str
    retrieves: bool


@dataclass(frozen=True)
class PipelineConfig:
    """One whole run.

    Attributes:
        name: The name of the pipeline and of the pushed model, which clients send to the model server.
        root: Folder of artifacts, metadata, logs and pushed models. Empty: `runs/<name>`.
        model: Which model ranks: `unisar`, or `unifiedssr`, which also retrieves.
        data: From raw logs to examples.
        generate: What `tandem generate` makes up for `data` to read.
        data_checks: What in the data ends a run before anything is trained.
        transform: From examples to the model's inputs.
        unisar: The hyper-parameters of UniSAR.
        unifiedssr: The hyper-parameters of UnifiedSSR.
        train: The training of `model`; with fine-tuning, the joint pre-training.
        fine_tuning: The trainings that follow, on one surface each (UnifiedSSR).
        retriever: A second model, which finds what `model` ranks.
        tune: A search for better values of the model's and its training's fields.
        export: What the exported model looks like.
        calibration: Whether the scores of `model` are probabilities.
        evaluation: When a model is good enough to be pushed.
        gate: The servability gate: how a model is tried before it is pushed.
        kubeflow: How the pipeline runs on Kubeflow.
        retention: How much of earlier runs is kept. On Kubeflow nothing is removed.
        hooks: Who is told of each run, and how. On Kubeflow nobody is.
        push_to: Folder that receives the blessed versions; with fine-tuning, one of that name and the surface's for
            each surface. Empty: `<root>/pushed/<name>`.
        enable_cache: Reuse what an earlier run computed from the same inputs. Off, every component runs anew.
        beam: On which engine Beam runs.
    """

    RENAMED: ClassVar[Mapping[str, str]] = {"beam_args": "beam.args"}
    """Fields that have another name now."""

    name: str = "tandem"
    root: str = ""
    model: str = "unisar"
    data: DataConfig = field(default_factory=DataConfig)
    generate: GeneratorConfig = field(default_factory=GeneratorConfig)
    data_checks: DataChecksConfig = field(default_factory=DataChecksConfig)
    transform: TransformConfig = field(default_factory=TransformConfig)
    unisar: UniSARConfig = field(default_factory=UniSARConfig)
    unifiedssr: UnifiedSSRConfig = field(default_factory=UnifiedSSRConfig)
    train: TrainConfig = field(default_factory=TrainConfig)
    fine_tuning: FineTuningConfig = field(default_factory=FineTuningConfig)
    retriever: RetrieverConfig = field(default_factory=RetrieverConfig)
    tune: TuneConfig = field(default_factory=TuneConfig)
    export: ExportConfig = field(default_factory=ExportConfig)
    calibration: CalibrationConfig = field(default_factory=CalibrationConfig)
    evaluation: EvaluationConfig = field(default_factory=EvaluationConfig)
    gate: GateConfig = field(default_factory=GateConfig)
    kubeflow: KubeflowConfig = field(default_factory=KubeflowConfig)
    retention: RetentionConfig = field(default_factory=RetentionConfig)
    hooks: HooksConfig = field(default_factory=HooksConfig)
    push_to: str = ""
    enable_cache: bool = True
    beam: BeamConfig = field(default_factory=BeamConfig)

    @property
    def run_root(self) -> str:
        """The folder of everything that this pipeline writes, as an absolute path. A remote root stays as it is."""
        root = self.root or os.path.join("runs", self.name)
        return root if "://" in root else os.path.abspath(root)

    @property
    def pipeline_root(self) -> str:
        """The folder of the components' artifacts."""
        return os.path.join(self.run_root, "artifacts")

    @property
    def metadata_path(self) -> str:
        """The sqlite file of the local metadata store."""
        return os.path.join(self.run_root, METADATA_FILE)

    @property
    def passed_statistics_dir(self) -> str:
        """Where DataChecks keeps the statistics of each span that passed. The local runner and Kubeflow share it."""
        return os.path.join(self.run_root, "passed_statistics")

    @property
    def pushed_model_dir(self) -> str:
        """The folder of version folders that a model server reads."""
        return self.push_to or os.path.join(self.run_root, "pushed", self.name)

    @property
    def served_models(self) -> tuple[ServedModel, ...]:
        """The models that are evaluated and pushed: one for all trained surfaces or, with fine-tuning, one for each."""
        retrieves = self.model in registry.RETRIEVING or bool(self.retriever.model)
        if not self.fine_tuning.surfaces:
            return (ServedModel(self.name, self.pushed_model_dir, self.train.surfaces, "", retrieves),)
        return tuple(
            ServedModel(
                f"{self.name}_{surface}",
                f"{self.pushed_model_dir}_{surface}",
                (surface,),
                surface.capitalize(),
                retrieves,
            )
            for surface in self.fine_tuning.surfaces
        )

    @property
    def adds_item_prior(self) -> bool:
        """Whether `recommend` and `search` of a model that retrieves, then ranks add popularity to the ranker's scores.

        They do where negatives drawn by popularity, and by nothing else, took it out of these. Not with `words_first`,
        which would no longer hold: a popular item without the query's words could pass one that has them.
        """
        learns_from_examples = self.model not in registry.DRAWING_NEGATIVES
        return self.data.negatives == POPULARITY and learns_from_examples and not self.unisar.words_first

    @property
    def report_path(self) -> str:
        """The file of the last run's report."""
        return os.path.join(self.run_root, "report.json")

    @property
    def tensorboard_dir(self) -> str:
        """The folder in which TensorBoard finds the logs of each training by a name."""
        return os.path.join(self.run_root, run_links.FOLDER)

    @property
    def checkpoint_dir(self) -> str:
        """The folder of checkpoints, from which an interrupted training goes on."""
        return os.path.join(self.run_root, "checkpoints")


def load_config(path: str = DEFAULT_CONFIG, overrides: Sequence[str] = ()) -> PipelineConfig:
    """Reads and checks a run's configuration.

    Args:
        path: A YAML file such as `configs/online_retail.yaml`.
        overrides: Changes, each as `section.field=value`.

    Raises:
        ConfigError: A field is unknown or has a wrong type, or two fields contradict each other.
    """
    config = load_dataclass(PipelineConfig, path, overrides)
    checked = _checked(config, path)
    if config.tune.enabled:
        search_space.check(checked, path, _checked)
    return checked


def _checked(config: PipelineConfig, path: str) -> PipelineConfig:
    """Refuses fields that contradict each other, and gives the models the lengths of histories."""
    if not config.name:
        raise ConfigError(f"{path}: `name` is empty; it names the pipeline and the pushed model.")
    if config.model not in registry.names():
        raise ConfigError(f"{path}: `model`: there is no {config.model!r}. Known: {', '.join(registry.names())}.")
    if config.retriever.model and config.retriever.model not in registry.RETRIEVING:
        raise ConfigError(
            f"{path}: `retriever.model`: {config.retriever.model!r} does not retrieve. "
            f"Those that do: {', '.join(registry.RETRIEVING)}."
        )
    if config.retriever.model and config.fine_tuning.surfaces:
        raise ConfigError(
            f"{path}: `retriever.model` and `fine_tuning.surfaces` do not go together: items are retrieved and ranked "
            "by models of both surfaces. Leave one of the two out."
        )
    if config.train.warm_start and config.fine_tuning.surfaces:
        raise ConfigError(
            f"{path}: `train.warm_start` and `fine_tuning.surfaces` do not go together: what is pushed is fine-tuned, "
            "so no joint model is left to start from. Leave one of the two out."
        )
    if not config.data.events and not config.data.sources:
        raise ConfigError(f"{path}: `data.events` is empty; give the path or glob of the event files.")
    if config.data.split == TRAIN_ONLY:
        raise ConfigError(f"{path}: `data.split` is {TRAIN_ONLY}, so nothing is left to validate and to test.")
    if config.data.pretraining_events and not config.fine_tuning.surfaces:
        raise ConfigError(
            f"{path}: `data.pretraining_events` is what a joint training learns from before `fine_tuning`. Set "
            "`fine_tuning.surfaces`, or leave it out."
        )
    if config.unisar.repeat_features and not config.data.of_history(config.data.train_negatives):
        raise ConfigError(
            f"{path}: `unisar.repeat_features` needs negatives of the history, and `data.history_negatives` "
            f"({config.data.history_negatives:g}) of {config.data.train_negatives} `train_negatives` are none: a model "
            "would learn that whatever is in the history is wanted. Set `data.history_negatives: 0.5` and "
            "`data.train_negatives: 4`, or leave it out."
        )
    if config.evaluation.examination and not config.data.has_places:
        raise ConfigError(
            f"{path}: `evaluation.examination` needs a log that tells at which place each item was shown. Name the "
            "column in `data.columns.place`, or leave it out."
        )
    offered = (*context_values.MADE_OF_TIME, *config.data.context)
    for name in config.transform.context:
        if name not in offered:
            raise ConfigError(
                f"{path}: `transform.context`: there is no {name!r}. Known: {', '.join(offered)}; name further columns "
                "in `data.columns.context`."
            )
    meaningless = config.calibration.why_meaningless(
        config.data.has_own_candidates, config.data.negatives, config.data.history_negatives
    )
    if meaningless:
        raise ConfigError(f"{path}: {meaningless}")
    if registry.UNIFIEDSSR in (config.model, config.retriever.model):
        _check_numbers_are_read(config, path)
    for model in registry.names():
        for name in _LENGTHS:
            said, default = getattr(getattr(config, model), name), getattr(registry.config_class(model)(), name)
            decides = getattr(config.data, name)
            if said not in (default, decides):
                raise ConfigError(
                    f"{path}: `{model}.{name}` is {said}, but `data.{name}`, which is {decides}, decides how long "
                    f"histories are. Set `data.{name}` alone."
                )
    return _with_agreeing_lengths(config)


def _check_numbers_are_read(config: PipelineConfig, path: str) -> None:
    """Refuses numbers and vectors that UnifiedSSR, as it is set, would not look at."""
    items, users = config.data.item_numbers or config.data.has_item_vectors, config.data.user_numbers
    for asked, told, setting, is_on in (
        (
            items,
            "data.item_columns.numbers and .vectors",
            "unifiedssr.item_attributes",
            config.unifiedssr.item_attributes,
        ),
        (users, "data.user_columns.numbers", "unifiedssr.user_embedding", config.unifiedssr.user_embedding),
    ):
        if asked and not is_on:
            raise ConfigError(
                f"{path}: `{setting}` is false, so unifiedssr reads nothing of `{told}`. Set `{setting}: true`, or "
                f"leave `{told}` out."
            )


def _with_agreeing_lengths(config: PipelineConfig) -> PipelineConfig:
    """Gives the models the lengths of histories that `data` has. They are set there alone."""
    lengths = {name: getattr(config.data, name) for name in _LENGTHS}
    agreeing = {name: dataclasses.replace(getattr(config, name), **lengths) for name in registry.names()}
    return dataclasses.replace(config, **agreeing)
