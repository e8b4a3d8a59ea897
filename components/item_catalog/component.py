"""ItemCatalogGen: the TFX component that makes the item table."""

from tfx import types
from tfx.dsl.components.base.base_beam_component import BaseBeamComponent
from tfx.dsl.components.base.executor_spec import BeamExecutorSpec
from tfx.types.component_spec import ChannelParameter, ComponentSpec, ExecutionParameter

from components.item_catalog.artifact import ItemCatalog
from components.item_catalog.executor import CATALOG_KEY, DATA_CONFIG_KEY, FINGERPRINT_KEY, REJECTS_KEY, Executor
from components.raw_files.fingerprint import fingerprint
from components.raw_files.rejects_artifact import Rejects
from components.sources.adapter import adapter
from components.sources.data_config import DataConfig


class ItemCatalogGenSpec(ComponentSpec):
    """The inputs, outputs and parameters of ItemCatalogGen."""

    PARAMETERS = {
        DATA_CONFIG_KEY: ExecutionParameter(type=str),
        FINGERPRINT_KEY: ExecutionParameter(type=str),
    }
    INPUTS: dict[str, ChannelParameter] = {}
    OUTPUTS = {
        CATALOG_KEY: ChannelParameter(type=ItemCatalog),
        REJECTS_KEY: ChannelParameter(type=Rejects),
    }


class ItemCatalogGen(BaseBeamComponent):
    """Reads the item files and the event files, and writes one row per item.

    Outputs: `catalog` (ItemCatalog) with the custom properties `items` and `items_without_title`, and `rejects`
    (Rejects).

    Args:
        config: Where the files are. The constructor computes a digest of them, so that the cache notices when they
            change.
    """

    SPEC_CLASS = ItemCatalogGenSpec
    EXECUTOR_SPEC = BeamExecutorSpec(Executor)

    def __init__(self, config: DataConfig):
        files = adapter(config.source).source_files(config)
        super().__init__(
            ItemCatalogGenSpec(
                **{
                    DATA_CONFIG_KEY: config.to_json(),
                    FINGERPRINT_KEY: fingerprint(lambda: files.files_that_name_items),
                    CATALOG_KEY: types.Channel(type=ItemCatalog),
                    REJECTS_KEY: types.Channel(type=Rejects),
                }
            )
        )
