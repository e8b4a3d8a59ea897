"""The rows that a benchmark works on, generated or read from files, and the model that fits them."""

import argparse
import dataclasses
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import keras
import tensorflow as tf

from benchmarks.workloads import generated_batches
from benchmarks.workloads.generated_batches import SIZES, Size
from models import registry
from models.registry import VocabularySizes
from models.unisar.unisar_config import UniSARConfig
from schemas import features
from schemas.canonical_event import Surface

if TYPE_CHECKING:
    import tensorflow_transform as tft

AS_LONG_AS_THE_LONGEST = (features.CANDIDATE_ITEMS, *(surface.value for surface in Surface))
"""Inputs whose second axis differs from batch to batch: the candidates, and the labels by surface."""
_SHUFFLED_BATCHES = 4
_DEVIATION = 0.01


@dataclasses.dataclass(frozen=True)
class Workload:
    """What the options of a benchmark ask for.

    Attributes:
        size: The sizes of batches, vocabularies, histories and texts.
        files: Patterns of transformed example files; empty if rows are generated.
        transform_output: The Transform output that wrote the files; None if rows are generated.
        dtype: The Keras dtype policy of the model.
        jit_compile: Whether XLA compiles what is measured.
        seed: Seed of the model's weights and of everything that is drawn.
    """

    size: Size
    files: tuple[str, ...] = ()
    transform_output: "tft.TFTransformOutput | None" = None
    dtype: str = "float32"
    jit_compile: bool = False
    seed: int = 0

    def build_model(self, config: UniSARConfig | None = None) -> keras.Model:
        """Builds the model as the pipeline does. Titles and categories are random.

        Args:
            config: The hyper-parameters; by default those of `size`.
        """
        keras.utils.set_random_seed(self.seed)
        size = self.size
        catalogue = generated_batches.catalogue(size, self.seed)
        return registry.build("unisar", config or size.unisar, size.vocabulary, catalogue, dtype=self.dtype)

    def function(self, call, example: Any):
        """Compiles `call(*tensors)` for any number of rows and candidates, as training and serving do.

        Args:
            call: A function of tensors, or of dicts of them.
            example: An example of the arguments, as a tuple.
        """
        signature = [_open_specs(argument) for argument in example]
        # Nothing here has Python control flow over tensors.
        return tf.function(call, input_signature=signature, autograph=False, jit_compile=self.jit_compile)

    def joint_batches(self, rows: int) -> tf.data.Dataset:
        """Reads joint batches of `rows` rows from the files without end. Rows are shuffled within a few batches."""
        from tfx_pipeline.training import inputs  # Imports tensorflow_transform: seconds.

        assert self.transform_output is not None, "files come with the Transform output that wrote them"
        return inputs.joint_batches(
            self.files, self.transform_output, rows, shuffle_buffer=_SHUFFLED_BATCHES * rows, seed=self.seed
        ).repeat()

    def description(self) -> dict[str, Any]:
        """Describes the sizes for the report."""
        size = self.size
        return {
            "size": size.name,
            "rows": "from files" if self.files else "generated",
            **dataclasses.asdict(size.vocabulary),
            "items_per_session": size.items_per_session,
            "words_per_query": size.words_per_query,
            "words_per_title": size.words_per_title,
            "dtype": self.dtype,
            "jit_compile": self.jit_compile,
            "unisar": size.unisar.to_dict(),
        }


def disturb(model: keras.Model, seed: int) -> None:
    """Moves each weight of a built model a little from where it begins, so that the model looks trained.

    Exports leave out factors of 1 and summands of 0: an untrained model has many of them, a trained one none.
    """
    seeds = keras.random.SeedGenerator(seed)
    for weight in model.trainable_weights:
        weight.assign_add(keras.random.normal(weight.shape, stddev=_DEVIATION, dtype=weight.dtype, seed=seeds))


def add_arguments(parser: argparse.ArgumentParser, default_steps: int) -> None:
    """Declares the options of the UniSAR benchmarks."""
    parser.add_argument("--size", choices=sorted(SIZES), default="amazon", help="sizes of the papers' configurations")
    parser.add_argument("--steps", type=int, default=default_steps, help="measured calls; figures are their medians")
    parser.add_argument("--scale", type=float, default=1.0, help="rows and vocabularies times this, for a first look")
    parser.add_argument("--set", action="append", default=[], metavar="FIELD=VALUE", help="a field of UniSARConfig")
    parser.add_argument("--input", nargs="+", default=[], metavar="PATTERN", help="transformed TFRecord files")
    parser.add_argument("--transform_graph", help="the Transform output that wrote them; it has the vocabularies")
    parser.add_argument("--dtype", default="float32", help="a Keras dtype policy, such as mixed_bfloat16")
    parser.add_argument("--jit_compile", action="store_true", help="compile with XLA")
    parser.add_argument("--seed", type=int, default=0, help="of the weights and of all that is drawn")
    parser.add_argument("--json", action="store_true", help="print JSON")


def from_arguments(parser: argparse.ArgumentParser, args: argparse.Namespace) -> Workload:
    """Makes the workload that the parsed options ask for. Wrong options end the program with a message."""
    if bool(args.input) != bool(args.transform_graph):
        parser.error("--input and --transform_graph go together")
    if args.steps < 1:
        parser.error("--steps should be at least 1")
    try:
        size = SIZES[args.size].scaled(args.scale).with_unisar(dict(assigned_fields(args.set)))
    except ValueError as error:
        parser.error(str(error))
    transform_output = None
    if args.input:
        import tensorflow_transform as tft

        transform_output = tft.TFTransformOutput(args.transform_graph)
        size = size_of_files(transform_output, size)
    return Workload(size, tuple(args.input), transform_output, args.dtype, args.jit_compile, args.seed)


def size_of_files(transform_output: "tft.TFTransformOutput", size: Size) -> Size:
    """Replaces the vocabularies and lengths in `size` by those of a Transform output."""
    from tfx_pipeline.transform import vocabularies

    def table_rows(name: str) -> int:
        return vocabularies.table_rows(transform_output, name)

    spec = transform_output.transformed_feature_spec()
    levels = spec[features.ITEM_CATEGORIES].shape[0]
    vocabulary = VocabularySizes(
        users=table_rows(features.USER_VOCABULARY),
        items=table_rows(features.ITEM_VOCABULARY),
        words=table_rows(features.WORD_VOCABULARY),
        categories=tuple(table_rows(features.category_vocabulary(level)) for level in range(levels)),
    )
    return dataclasses.replace(
        size,
        vocabulary=vocabulary,
        items_per_session=spec[features.SEARCH_ITEMS].shape[1],
        words_per_query=spec[features.QUERY_WORDS].shape[0],
        words_per_title=spec[features.ITEM_WORDS].shape[0],
        unisar=dataclasses.replace(
            size.unisar,
            recommendation_history=spec[features.RECOMMENDATION_ITEMS].shape[0],
            search_history=spec[features.SEARCH_ITEMS].shape[0],
        ),
    )


def assigned_fields(assignments: Sequence[str]) -> Iterator[tuple[str, Any]]:
    """Reads FIELD=VALUE assignments. A value that is no JSON is taken as text."""
    for assignment in assignments:
        name, equals, text = assignment.partition("=")
        if not equals:
            raise ValueError(f"--set takes FIELD=VALUE. Received: {assignment!r}")
        try:
            yield name, json.loads(text)
        except json.JSONDecodeError:
            yield name, text


def _open_specs(value: Any, name: str = "") -> Any:
    if isinstance(value, Mapping):
        return {key: _open_specs(each, key) for key, each in value.items()}
    rest = [None] if name in AS_LONG_AS_THE_LONGEST else value.shape[1:]
    return tf.TensorSpec([None, *rest], value.dtype, name or None)
