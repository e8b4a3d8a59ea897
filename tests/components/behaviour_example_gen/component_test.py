"""Both components through their executors, with artifacts but without a metadata store."""

import pytest
from tfx import types
from tfx.components.util import examples_utils, tfxio_utils
from tfx.dsl.components.base.base_beam_executor import BaseBeamExecutor
from tfx.types import artifact_utils, standard_artifacts
from tfx_bsl.tfxio.dataset_options import RecordBatchesOptions

from components.behaviour_example_gen.component import BehaviourExampleGen
from components.item_catalog.component import ItemCatalogGen
from components.sources.data_config import DataConfig
from schemas import features
from tests.support.generated_examples import read_split
from tests.support.raw_files import lines, write

BEAM_ARGS = ["--direct_running_mode=in_memory", "--direct_num_workers=1"]
HEADER = ("user_id", "timestamp_ms", "surface", "item_id")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("data")
    events = [("u", time, "recommendation", item) for time, item in enumerate("abcd")]
    write(folder / "log-20260131.tsv", lines(HEADER, *events, ("", 1, "recommendation", "a")))
    write(folder / "items.tsv", lines(("item_id", "title"), ("a", "APPLE"), ("y", "YAK"), ("z", "ZEBRA")))
    return folder


def config_of(folder):
    return DataConfig(
        events=f"{folder}/log-{{SPAN}}.tsv",
        items=f"{folder}/items.tsv",
        train_negatives=1,
        evaluation_negatives=2,
        max_reject_share=0.25,
        seed=3,
    )


def execute(component, inputs, folder):
    """Runs the component's executor; gives its outputs."""
    outputs = {}
    for key, channel in component.outputs.items():
        artifact = channel.type()
        artifact.uri = str(folder / key)
        outputs[key] = [artifact]
    context = BaseBeamExecutor.Context(beam_pipeline_args=list(BEAM_ARGS))
    executor = component.executor_spec.executor_class(context)
    executor.Do(inputs, outputs, component.exec_properties)
    return outputs


@pytest.fixture(scope="module")
def outputs(folder, tmp_path_factory):
    config = config_of(folder)
    catalog_gen = ItemCatalogGen(config)
    catalog = execute(catalog_gen, {}, tmp_path_factory.mktemp("catalog"))
    example_gen = BehaviourExampleGen(catalog_gen.outputs["catalog"], config)
    examples = execute(example_gen, {"catalog": catalog["catalog"]}, tmp_path_factory.mktemp("examples"))
    return {"items": catalog, "examples": examples}


def test_the_examples_are_where_tfx_components_look(outputs):
    artifacts = outputs["examples"]["examples"]
    assert artifact_utils.decode_split_names(artifacts[0].split_names) == ["train", "validation", "test", "catalog"]
    assert examples_utils.get_payload_format_string(artifacts[0]) == "FORMAT_TF_EXAMPLE"
    assert examples_utils.get_file_format(artifacts[0]) == "tfrecords_gzip"
    counts = {
        split: len(read_split(artifact_utils.get_split_uri(artifacts, split)))
        for split in (*features.BEHAVIOUR_SPLITS, features.CATALOG_SPLIT)
    }
    assert counts == {"train": 2, "validation": 1, "test": 1, "catalog": 6}


def test_tfx_reads_a_split(outputs):
    artifacts = outputs["examples"]["examples"]
    factory = tfxio_utils.get_tfxio_factory_from_artifact(artifacts, ["test"])
    tfxio = factory(examples_utils.get_split_file_patterns(artifacts, features.TEST_SPLIT)[0])
    batches = list(tfxio.RecordBatches(RecordBatchesOptions(batch_size=8, num_epochs=1)))
    assert [batch.num_rows for batch in batches] == [1]
    assert features.CANDIDATES in batches[0].schema.names


def test_how_the_examples_were_made_is_recorded(outputs):
    examples = outputs["examples"]["examples"][0]
    recorded = {
        name: examples.get_int_custom_property(name)
        for name in (
            "seed",
            "train_negatives",
            "evaluation_negatives",
            "events",
            "rejects",
            "users",
            "targets_train",
            "targets_validation",
            "targets_test",
            "users_cut",
            "events_cut",
        )
    }
    assert recorded == {
        "seed": 3,
        "train_negatives": 1,
        "evaluation_negatives": 2,
        "events": 4,
        "rejects": 1,
        "users": 1,
        "targets_train": 2,
        "targets_validation": 1,
        "targets_test": 1,
        "users_cut": 0,
        "events_cut": 0,
    }
    assert examples.span == 20260131, "the newest of the days that were read"
    assert examples.get_string_custom_property("negatives") == "uniform"
    assert examples.get_string_custom_property("split") == "leave_one_out"
    assert outputs["examples"]["rejects"][0].get_int_custom_property("rejects") == 1


def test_the_catalogue_tells_its_counts(outputs):
    catalog = outputs["items"]["catalog"][0]
    assert catalog.get_int_custom_property("items") == 6
    assert catalog.get_int_custom_property("items_without_title") == 3


def test_changed_files_change_what_the_cache_compares(folder, tmp_path):
    write(tmp_path / "log-20260131.tsv", lines(HEADER, ("u", 1, "recommendation", "a")))
    write(tmp_path / "items.tsv", lines(("item_id", "title"), ("a", "APPLE")))

    def properties():
        catalog_gen = ItemCatalogGen(config_of(tmp_path))
        example_gen = BehaviourExampleGen(catalog_gen.outputs["catalog"], config_of(tmp_path))
        return catalog_gen.exec_properties, example_gen.exec_properties

    before = properties()
    assert properties() == before
    write(tmp_path / "log-20260131.tsv", lines(HEADER, ("u", 1, "recommendation", "b")))
    assert [one == two for one, two in zip(before, properties(), strict=True)] == [False, False]


def test_another_artifact_is_no_catalogue(folder):
    with pytest.raises(TypeError, match="ItemCatalog"):
        BehaviourExampleGen(types.Channel(type=standard_artifacts.Schema), config_of(folder))
