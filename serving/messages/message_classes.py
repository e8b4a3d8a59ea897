"""Makes classes of protobuf messages from a table, where no package has them or only one that imports TensorFlow."""

from collections.abc import Mapping

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory, wrappers_pb2
from google.protobuf.message import Message

_Field = descriptor_pb2.FieldDescriptorProto
_SCALARS = {
    "bool": _Field.TYPE_BOOL,
    "string": _Field.TYPE_STRING,
    "bytes": _Field.TYPE_BYTES,
    "int32": _Field.TYPE_INT32,
    "int64": _Field.TYPE_INT64,
    "uint32": _Field.TYPE_UINT32,
    "uint64": _Field.TYPE_UINT64,
    "float": _Field.TYPE_FLOAT,
    "double": _Field.TYPE_DOUBLE,
}
_REPEATED = "repeated "
_MAP = "map<string, "


def message_classes(package: str, messages: Mapping[str, Mapping[str, str]]) -> dict[str, type[Message]]:
    """Makes classes. They share nothing with the classes that another package may have for the same messages.

    Args:
        package: The package of the messages.
        messages: Message name to fields, and field name to type. A type is a scalar's name, such as `bool`, or a
            message's full name after a dot. Either may follow `repeated ` or stand in `map<string, >`. Fields are
            numbered from 1 in their order. `= 5` after a type gives the field number 5, and the next field 6.

    Returns:
        Message name to class.
    """
    file = descriptor_pb2.FileDescriptorProto(
        name=f"{package.replace('.', '/')}/messages.proto", package=package, syntax="proto3"
    )
    file.dependency.append(wrappers_pb2.DESCRIPTOR.name)
    for message, fields in messages.items():
        described = file.message_type.add(name=message)
        number = 0
        for name, declared in fields.items():
            kind, _, chosen = declared.partition(" = ")
            number = int(chosen) if chosen else number + 1
            if kind.startswith(_MAP):
                kind = f"{_REPEATED}.{package}.{message}.{_add_entry(described, name, kind)}"
            _add_field(described, name, number, kind)
    pool = descriptor_pool.DescriptorPool()
    wrappers = descriptor_pb2.FileDescriptorProto()
    wrappers_pb2.DESCRIPTOR.CopyToProto(wrappers)
    pool.Add(wrappers)
    pool.Add(file)
    # Newer versions of protobuf have another function for this.
    if hasattr(message_factory, "GetMessageClass"):
        make = message_factory.GetMessageClass
    else:
        make = message_factory.MessageFactory(pool).GetPrototype
    return {name: make(pool.FindMessageTypeByName(f"{package}.{name}")) for name in messages}


def _add_entry(described: descriptor_pb2.DescriptorProto, field: str, kind: str) -> str:
    """Declares the message of a map's entries and returns its name, which protobuf prescribes."""
    name = "".join(part.capitalize() for part in field.split("_")) + "Entry"
    entry = described.nested_type.add(name=name)
    entry.options.map_entry = True
    _add_field(entry, "key", 1, "string")
    _add_field(entry, "value", 2, kind.removeprefix(_MAP).removesuffix(">"))
    return name


def _add_field(described: descriptor_pb2.DescriptorProto, name: str, number: int, kind: str) -> None:
    label = _Field.LABEL_REPEATED if kind.startswith(_REPEATED) else _Field.LABEL_OPTIONAL
    field = described.field.add(name=name, number=number, label=label)
    kind = kind.removeprefix(_REPEATED)
    if kind in _SCALARS:
        field.type = _SCALARS[kind]
    else:
        field.type = _Field.TYPE_MESSAGE
        field.type_name = kind
