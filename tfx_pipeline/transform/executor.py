"""The executor of Transform: counts the vocabularies, makes the graph and transforms the examples."""

import functools
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import apache_beam as beam
import tensorflow as tf
from tensorflow_transform import TFTransformOutput, impl_helper
from tensorflow_transform.tf_metadata import dataset_metadata, metadata_io, schema_utils
from tfx import types
from tfx.components.transform import executor as tfx_executor
from tfx.components.transform import executor_utils, labels
from tfx.types import artifact_utils, standard_component_specs
from tfx.utils import io_utils

from tfx_pipeline.transform import transformed_examples, vocabulary_counts
from tfx_pipeline.transform.vocabularies import CountedFiles

_COUNTED_DIR = ".counted"
_EXAMPLES_PREFIX = "transformed_examples"


class Executor(tfx_executor.Executor):
    """Does what TFX's executor does, in a fraction of the time.

    TFX's executor makes the graph if the preprocessing function needs more than vocabularies. It analyses nothing but
    numbers that are to be scaled; but where subwords are learned, it counts the vocabularies, too.
    """

    def Do(
        self,
        input_dict: dict[str, list[types.Artifact]],
        output_dict: dict[str, list[types.Artifact]],
        exec_properties: dict[str, Any],
    ) -> None:
        """Makes the graph and transforms the examples."""
        splits = executor_utils.ResolveSplitsConfig(
            exec_properties.get(standard_component_specs.SPLITS_CONFIG_KEY),
            input_dict[standard_component_specs.EXAMPLES_KEY],
        )
        graph_dir = artifact_utils.get_single_uri(output_dict[standard_component_specs.TRANSFORM_GRAPH_KEY])
        schema_dir = artifact_utils.get_single_uri(input_dict[standard_component_specs.SCHEMA_KEY])
        schema = io_utils.SchemaReader().read(io_utils.get_only_uri_in_dir(schema_dir))
        spec = schema_utils.schema_as_feature_spec(schema).feature_spec
        function = super()._GetPreprocessingFn(
            {
                labels.PREPROCESSING_FN: exec_properties[standard_component_specs.PREPROCESSING_FN_KEY],
                labels.CUSTOM_CONFIG: exec_properties.get(standard_component_specs.CUSTOM_CONFIG_KEY),
            },
            {},
        )
        counted_dir = f"{graph_dir}/{_COUNTED_DIR}"
        tf.io.gfile.makedirs(counted_dir)
        graph = vocabulary_counts.counting_graph(function, spec)
        self._function = function
        if graph.fields:
            with self._make_beam_pipeline() as pipeline:
                files = pipeline | "Files" >> beam.Create(_files(input_dict, splits.analyze))
                vocabulary_counts.write(files, graph, counted_dir)
            counted = CountedFiles(counted_dir, [field.name for field in graph.fields])
            self._function = functools.partial(function, build=counted)

        outputs = dict(output_dict)
        transformed = outputs.pop(standard_component_specs.TRANSFORMED_EXAMPLES_KEY)
        if graph.is_all:
            metadata = dataset_metadata.DatasetMetadata(schema)
            metadata_io.write_metadata(metadata, f"{graph_dir}/{TFTransformOutput.RAW_METADATA_DIR}")
            shapes = {name: tf.SparseTensorSpec([None, None], each.dtype) for name, each in spec.items()}
            impl_helper.analyze_in_place(self._function, False, spec, shapes, graph_dir)
        else:
            super().Do(input_dict, outputs, exec_properties)
        io_utils.delete_dir(counted_dir)

        executor_utils.SetSplitNames(splits.transform, transformed)
        pairs = [pair for split in splits.transform for pair in _pairs(input_dict, transformed, split)]
        with self._make_beam_pipeline() as pipeline:
            transformed_examples.write(pipeline | "Files" >> beam.Create(pairs), graph_dir)

    def _GetPreprocessingFn(self, inputs: Mapping[str, Any], unused_outputs: Mapping[str, Any]) -> Callable[..., Any]:
        """Returns the function of which TFX's executor makes the graph."""
        return self._function


def _files(examples: Mapping[str, list[types.Artifact]], splits: Sequence[str]) -> list[str]:
    """The paths of all files of the splits."""
    artifacts = examples[standard_component_specs.EXAMPLES_KEY]
    folders = [uri for split in splits for uri in artifact_utils.get_split_uris(artifacts, split)]
    return [path for folder in folders for path in sorted(tf.io.gfile.glob(io_utils.all_files_pattern(folder)))]


def _pairs(
    examples: Mapping[str, list[types.Artifact]], transformed: list[types.Artifact], split: str
) -> list[tuple[str, str]]:
    """Each file of the split, and the file of its transformed examples."""
    paths = _files(examples, [split])
    (folder,) = artifact_utils.get_split_uris(transformed, split)
    names = (f"{_EXAMPLES_PREFIX}-{number:05}-of-{len(paths):05}.gz" for number in range(len(paths)))
    return [(path, f"{folder}/{name}") for path, name in zip(paths, names, strict=True)]
