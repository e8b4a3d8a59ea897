"""The executor of BehaviourExampleGen."""

import logging
import time

from tfx import types
from tfx.components.util import examples_utils
from tfx.dsl.components.base.base_beam_executor import BaseBeamExecutor
from tfx.proto import example_gen_pb2
from tfx.types import artifact_utils

from components.artifacts import Artifacts, Properties
from components.behaviour_example_gen.generation import (
    EVENT,
    USER,
    USERS,
    generate_examples,
    splits_of,
)
from components.behaviour_example_gen.left_out import (
    CUT_EVENTS,
    CUT_USERS,
    LEFT_OUT_PROPERTY,
    REPEATED_EVENTS,
    left_out_of,
)
from components.raw_files.refusal import describe
from components.raw_files.summary import Summary
from components.sources.adapter import adapter
from components.sources.data_config import DataConfig
from components.sources.span_sizes import check_newest_span
from components.sources.table_fit import ids_in_tables, tables_sentence
from components.sources.unknown_ids import check_unknown
from schemas.features import AUDIENCE_SPLIT, BEHAVIOUR_SPLITS, CATALOG_SPLIT, PRETRAIN_SPLIT

_LOG = logging.getLogger(__name__)
CATALOG_KEY = "catalog"
EXAMPLES_KEY = "examples"
REJECTS_KEY = "rejects"
DATA_CONFIG_KEY = "data_config"
FINGERPRINT_KEY = "fingerprint"


class Executor(BaseBeamExecutor):
    """Unpacks artifacts, calls `generate_examples`, and records on the artifacts how the examples were made."""

    def Do(self, input_dict: Artifacts, output_dict: Artifacts, exec_properties: Properties) -> None:
        """Writes the examples of all splits.

        Args:
            input_dict: `catalog`, of type ItemCatalog.
            output_dict: `examples`, of type Examples, and `rejects`, of type Rejects.
            exec_properties: `data_config`, a DataConfig as JSON; `fingerprint`, which only the cache uses.
        """
        self._log_startup(input_dict, output_dict, exec_properties)
        catalog = artifact_utils.get_single_instance(input_dict[CATALOG_KEY])
        examples = artifact_utils.get_single_instance(output_dict[EXAMPLES_KEY])
        rejects = artifact_utils.get_single_instance(output_dict[REJECTS_KEY])
        config = DataConfig.from_json(exec_properties[DATA_CONFIG_KEY])
        check_newest_span(adapter(config.source).source_files(config), config.least_span_share)
        # The splits must be named before their URIs can be derived.
        examples.split_names = artifact_utils.encode_split_names(list(splits_of(config)))
        split_dirs = {split: artifact_utils.get_split_uri([examples], split) for split in splits_of(config)}
        now_ms = int(time.time() * 1000)
        summary = generate_examples(
            self._make_beam_pipeline, config, catalog.uri, split_dirs, rejects.uri, now_ms, places_dir=examples.uri
        )
        examples.span = adapter(config.source).source_files(config).last_span
        _record(examples, config, summary)
        examples.set_string_custom_property(LEFT_OUT_PROPERTY, "\n".join(left_out_of(config, summary.counts)))
        rejects.set_int_custom_property("rejects", summary.reports[EVENT].rejects)
        for kind, refused in summary.reports.items():
            if refused.rejects:
                _LOG.warning(
                    "%d of %d %s rows refused: %s. See %s",
                    refused.rejects,
                    refused.rows,
                    kind,
                    describe(refused.reasons),
                    rejects.uri,
                )
        if USER in summary.reports:
            for told in check_unknown(USER, summary.counts, summary.reports[USER], f"data.users = {config.users}", 1.0):
                _LOG.warning("%s", told)
            sentence, hardly_fit = tables_sentence(USER, summary.counts, summary.reports[USER])
            if sentence:
                _LOG.log(logging.WARNING if hardly_fit else logging.INFO, "%s", sentence)
        for kind, read in summary.reports.items():
            for told in read.told:
                _LOG.warning("%s rows: %s", kind, told)
        for sentence in left_out_of(config, summary.counts):
            _LOG.warning("%s", sentence)
        behaviour = [split for split in splits_of(config) if split not in (CATALOG_SPLIT, AUDIENCE_SPLIT)]
        counts = ", ".join(f"{summary.counts[split]:,} {split}" for split in behaviour)
        _LOG.info("Examples: %s, of %s users", counts, f"{summary.counts[USERS]:,}")


def _record(examples: types.Artifact, config: DataConfig, summary: Summary) -> None:
    examples_utils.set_payload_format(examples, example_gen_pb2.FORMAT_TF_EXAMPLE)  # type: ignore[attr-defined]
    examples_utils.set_file_format(examples, "tfrecords_gzip")
    report = summary.reports[EVENT]
    numbers = {
        "seed": config.seed,
        "train_negatives": config.train_negatives,
        "evaluation_negatives": config.evaluation_negatives,
        "events": report.rows - report.rejects,
        "rejects": report.rejects,
        USERS: summary.counts[USERS],
    }
    numbers |= {f"targets_{split}": summary.counts[split] for split in BEHAVIOUR_SPLITS}
    numbers |= {name: summary.counts[name] for name in (CUT_USERS, CUT_EVENTS, REPEATED_EVENTS)}
    if config.pretraining_events:
        numbers[f"targets_{PRETRAIN_SPLIT}"] = summary.counts[PRETRAIN_SPLIT]
    if USER in summary.reports:
        joined = ids_in_tables(USER, summary.counts)
        numbers["users_in_table"] = joined or summary.reports[USER].rows - summary.reports[USER].rejects
    for name, number in numbers.items():
        examples.set_int_custom_property(name, number)
    examples.set_string_custom_property("negatives", config.negatives)
    examples.set_float_custom_property("history_negatives", config.history_negatives)
    own_splits = adapter(config.source).read_candidates is not None
    examples.set_string_custom_property("split", config.source if own_splits else config.split)
