"""The executor of ItemCatalogGen."""

import logging
import time
from collections.abc import Iterator, Mapping

from tfx.dsl.components.base.base_beam_executor import BaseBeamExecutor
from tfx.types import artifact_utils

from components.artifacts import Artifacts, Properties
from components.item_catalog.catalog import DIVIDED_BY, ITEM, ITEMS, UNTITLED, WITH_NUMBER, WITH_VECTOR, build_catalog
from components.raw_files.refusal import describe
from components.sources.data_config import GENERIC_SOURCE, DataConfig
from components.sources.table_fit import tables_sentence
from components.sources.unknown_ids import check_unknown

_LOG = logging.getLogger(__name__)
_MANY = 0.5
CATALOG_KEY = "catalog"
REJECTS_KEY = "rejects"
DATA_CONFIG_KEY = "data_config"
FINGERPRINT_KEY = "fingerprint"


class Executor(BaseBeamExecutor):
    """Unpacks artifacts, calls `build_catalog`, and records its counts on the artifacts."""

    def Do(self, input_dict: Artifacts, output_dict: Artifacts, exec_properties: Properties) -> None:
        """Writes the item table.

        Args:
            input_dict: Nothing.
            output_dict: `catalog`, of type ItemCatalog, and `rejects`, of type Rejects.
            exec_properties: `data_config`, a DataConfig as JSON; `fingerprint`, which only the cache uses.
        """
        self._log_startup(input_dict, output_dict, exec_properties)
        catalog = artifact_utils.get_single_instance(output_dict[CATALOG_KEY])
        rejects = artifact_utils.get_single_instance(output_dict[REJECTS_KEY])
        config = DataConfig.from_json(exec_properties[DATA_CONFIG_KEY])
        summary = build_catalog(self._make_beam_pipeline, config, catalog.uri, rejects.uri, int(time.time() * 1000))
        for name in (ITEMS, UNTITLED):
            catalog.set_int_custom_property(name, summary.counts[name])
        report = summary.reports[ITEM]
        rejects.set_int_custom_property(REJECTS_KEY, report.rejects)
        items, untitled = (f"{summary.counts[name]:,}" for name in (ITEMS, UNTITLED))
        _LOG.info("Catalogue: %s items, %s without a title", items, untitled)
        for name, count in summary.counts.items():
            if (
                name.startswith(DIVIDED_BY)
                and config.source == GENERIC_SOURCE
                and count > _MANY * summary.counts[ITEMS]
            ):
                _LOG.warning(
                    "data.item_columns.categories: %d items have one category that holds %r and not data.item_columns."
                    "category_separator = %r. Is it the separator?",
                    count,
                    name.removeprefix(DIVIDED_BY),
                    config.item_columns.category_separator,
                )
        for level, told in _numbers_told(config, summary.counts):
            _LOG.log(level, "%s", told)
        for told in check_unknown(ITEM, summary.counts, report, f"data.items = {config.items}", 1.0):
            _LOG.warning("%s", told)
        sentence, hardly_fit = tables_sentence(ITEM, summary.counts, report)
        if sentence:
            _LOG.log(logging.WARNING if hardly_fit else logging.INFO, "%s", sentence)
        for told in report.told:
            _LOG.warning("item rows: %s", told)
        if report.rejects:
            _LOG.warning("%d item rows refused: %s. See %s", report.rejects, describe(report.reasons), rejects.uri)


def _numbers_told(config: DataConfig, counts: Mapping[str, int]) -> Iterator[tuple[int, str]]:
    """Of how many items each number, and a content vector, is not known; each with the level to log it at."""
    for name in config.item_numbers:
        unknown = counts[ITEMS] - counts.get(f"{WITH_NUMBER}{name}", 0)
        level = logging.WARNING if unknown == counts[ITEMS] else logging.INFO
        yield level, f"data.item_columns.numbers: {name!r} is unknown of {unknown:,} of {counts[ITEMS]:,} items"
    if config.has_item_vectors:
        ((length, known),) = ((name, count) for name, count in counts.items() if name.startswith(WITH_VECTOR))
        yield (
            logging.INFO,
            f"data.item_columns.vectors: vectors of {length.removeprefix(WITH_VECTOR)} numbers; "
            f"{counts[ITEMS] - known:,} of {counts[ITEMS]:,} items have none, which adds nothing to them",
        )
