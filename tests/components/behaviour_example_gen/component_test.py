"""Both components through their executors, with artifacts but without a metadata store."""

import dataclasses

import pytest
from tfx.components.util import examples_utils, tfxio_utils
from tfx.dsl.components.base.base_beam_executor import BaseBeamExecutor
from tfx.types import artifact_utils
from tfx_bsl.tfxio.dataset_options import RecordBatchesOptions

from components.behaviour_example_gen.component import BehaviourExampleGen
from components.item_catalog.component import ItemCatalogGen
from components.raw_files.refusal import DataError
from components.sources.data_config import DataConfig
from schemas import features
from tests.support.generated_examples import read_split
from tests.support.model_folders import artifact_at
from tests.support.raw_files import lines, write

HEADER = ("user_id", "timestamp_ms", "surface", "item_id")


def config_of(folder, *rows):
    """A log of these rows and its items in the folder, and how they are read."""
    write(folder / "log-20260131.tsv", lines(HEADER, *rows))
    write(folder / "items.tsv", lines(("item_id", "title"), ("a", "APPLE"), ("y", "YAK"), ("z", "ZEBRA")))
    return DataConfig(
        earliest="",
        events=f"{folder}/log-{{SPAN}}.tsv",
        items=f"{folder}/items.tsv",
        train_negatives=1,
        evaluation_negatives=2,
        history_negatives=0.5,
        max_reject_share=0.25,
        seed=3,
    )


def components(config):
    catalog_gen = ItemCatalogGen(config)
    return catalog_gen, BehaviourExampleGen(catalog_gen.outputs["catalog"], config)


def execute(component, inputs, folder):
    """Runs the component's executor; gives its outputs."""
    outputs = {key: [artifact_at(folder / key, channel.type)] for key, channel in component.outputs.items()}
    context = BaseBeamExecutor.Context(beam_pipeline_args=["--direct_running_mode=in_memory", "--direct_num_workers=1"])
    component.executor_spec.executor_class(context).Do(inputs, outputs, component.exec_properties)
    return outputs


@pytest.fixture(scope="module")
def outputs(tmp_path_factory):
    events = [("u", time, "recommendation", item) for time, item in enumerate("abcd")]
    config = config_of(tmp_path_factory.mktemp("data"), *events, ("", 1, "recommendation", "a"))
    catalog_gen, example_gen = components(config)
    catalog = execute(catalog_gen, {}, tmp_path_factory.mktemp("catalog"))
    examples = execute(example_gen, {"catalog": catalog["catalog"]}, tmp_path_factory.mktemp("examples"))
    return {"items": catalog, "examples": examples}


def test_the_examples_are_where_tfx_components_look(outputs):
    artifacts = outputs["examples"]["examples"]
    assert examples_utils.get_payload_format_string(artifacts[0]) == "FORMAT_TF_EXAMPLE"
    assert examples_utils.get_file_format(artifacts[0]) == "tfrecords_gzip"
    counts = {
        split: len(read_split(artifact_utils.get_split_uri(artifacts, split)))
        for split in artifact_utils.decode_split_names(artifacts[0].split_names)
    }
    assert counts == {"train": 2, "validation": 1, "test": 1, "catalog": 6}
    factory = tfxio_utils.get_tfxio_factory_from_artifact(artifacts, ["test"])
    tfxio = factory(examples_utils.get_split_file_patterns(artifacts, features.TEST_SPLIT)[0])
    (batch,) = tfxio.RecordBatches(RecordBatchesOptions(batch_size=8, num_epochs=1))
    assert batch.num_rows == 1 and features.CANDIDATES in batch.schema.names


def test_how_the_outputs_were_made_is_recorded(outputs):
    examples, catalog = outputs["examples"]["examples"][0], outputs["items"]["catalog"][0]
    expected = {
        **{"seed": 3, "train_negatives": 1, "evaluation_negatives": 2, "events": 4, "rejects": 1, "users": 1},
        **{"targets_train": 2, "targets_validation": 1, "targets_test": 1, "users_cut": 0, "events_cut": 0},
    }
    assert {name: examples.get_int_custom_property(name) for name in expected} == expected
    assert examples.span == 20260131, "the newest of the days that were read"
    assert examples.get_string_custom_property("negatives") == "uniform"
    assert examples.get_float_custom_property("history_negatives") == 0.5
    assert examples.get_string_custom_property("split") == "leave_one_out"
    assert outputs["examples"]["rejects"][0].get_int_custom_property("rejects") == 1
    assert catalog.get_int_custom_property("items") == 6
    assert catalog.get_int_custom_property("items_without_title") == 3


def test_changed_files_change_what_the_cache_compares(tmp_path):
    def properties(item):
        return [each.exec_properties for each in components(config_of(tmp_path, ("u", 1, "recommendation", item)))]

    before = properties("a")
    assert properties("a") == before
    assert [one == two for one, two in zip(before, properties("b"), strict=True)] == [False, False]


def test_a_day_that_has_arrived_only_in_part_ends_the_run(outputs, tmp_path):
    """In the executor, so that it does on Kubeflow, too."""
    config = config_of(tmp_path, *[("u", time, "recommendation", item) for time, item in enumerate("abcd")])
    write(tmp_path / "log-20260201.tsv", lines(HEADER, ("u", 9, "recommendation", "a")))
    _, example_gen = components(dataclasses.replace(config, least_span_share=0.5))
    with pytest.raises(DataError, match="the files of span 20260201 have "):
        execute(example_gen, {"catalog": outputs["items"]["catalog"]}, tmp_path / "examples")
