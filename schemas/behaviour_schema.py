"""The curated TFMD schema of the raw features."""

from pathlib import Path
from typing import Final

from google.protobuf import text_format
from tensorflow_metadata.proto.v0 import schema_pb2

BEHAVIOUR_SCHEMA_PATH: Final = Path(__file__).with_name("behaviour.pbtxt")
TRAINING: Final = "TRAINING"
"""The environment of examples made from logs, which have labels and a time."""
SERVING: Final = "SERVING"
"""The environment of requests."""


def behaviour_schema() -> schema_pb2.Schema:
    """Reads the schema from `behaviour.pbtxt`."""
    return text_format.Parse(BEHAVIOUR_SCHEMA_PATH.read_text(encoding="utf-8"), schema_pb2.Schema())
