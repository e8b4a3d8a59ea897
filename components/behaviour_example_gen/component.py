"""BehaviourExampleGen: the TFX component that turns logs into examples."""

from tfx import types
from tfx.dsl.components.base.base_beam_component import BaseBeamComponent
from tfx.dsl.components.base.executor_spec import BeamExecutorSpec
from tfx.types import standard_artifacts
from tfx.types.component_spec import ChannelParameter, ComponentSpec, ExecutionParameter

from components.behaviour_example_gen.executor import (
    CATALOG_KEY,
    DATA_CONFIG_KEY,
    EXAMPLES_KEY,
    FINGERPRINT_KEY,
    REJECTS_KEY,
    Executor,
)
from components.item_catalog.artifact import ItemCatalog
from components.raw_files.fingerprint import fingerprint
from components.raw_files.rejects_artifact import Rejects
from components.sources.adapter import adapter, check_pretraining, users_reader
from components.sources.data_config import DataConfig


class BehaviourExampleGenSpec(ComponentSpec):
    """The inputs, outputs and parameters of BehaviourExampleGen."""

    PARAMETERS = {
        DATA_CONFIG_KEY: ExecutionParameter(type=str),
        FINGERPRINT_KEY: ExecutionParameter(type=str),
    }
    INPUTS = {CATALOG_KEY: ChannelParameter(type=ItemCatalog)}
    OUTPUTS = {
        EXAMPLES_KEY: ChannelParameter(type=standard_artifacts.Examples),
        REJECTS_KEY: ChannelParameter(type=Rejects),
    }


class BehaviourExampleGen(BaseBeamComponent):
    """Reads event logs. Writes one tf.Example per target, with the history strictly before it, and one per item.

    Outputs: `examples` (Examples) with the splits `train`, `validation`, `test` and `catalog`, `pretrain` if there are
    events of pre-training, and `audience` if there is a table of users; `rejects` (Rejects). The custom properties of
    `examples` hold the seed, the kind of negatives and their share of the history, and the numbers of events, users,
    rejects, and targets per split.

    Args:
        catalog: The item table, of type ItemCatalog.
        config: Where the logs are, and how examples are made from them. The constructor computes a digest of the files,
            so that the cache notices when they change.
    """

    SPEC_CLASS = BehaviourExampleGenSpec
    EXECUTOR_SPEC = BeamExecutorSpec(Executor)

    def __init__(self, catalog: types.BaseChannel, config: DataConfig):
        files = adapter(config.source).source_files(config)
        users_reader(config)  # These two fail now rather than when the pipeline runs.
        check_pretraining(config)
        super().__init__(
            BehaviourExampleGenSpec(
                **{
                    CATALOG_KEY: catalog,
                    DATA_CONFIG_KEY: config.to_json(),
                    FINGERPRINT_KEY: fingerprint(
                        lambda: [
                            *(*files.event_files, *files.candidate_files),
                            *(*files.user_files, *files.pretraining_files),
                        ]
                    ),
                    EXAMPLES_KEY: types.Channel(type=standard_artifacts.Examples),
                    REJECTS_KEY: types.Channel(type=Rejects),
                }
            )
        )
