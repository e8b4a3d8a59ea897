"""Protobuf messages that no installed package brings a class for, made from a table of their fields."""

from collections.abc import Mapping

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory, wrappers_pb2
from google.protobuf.message import Message

_Field = descriptor_pb2.FieldDescriptorProto
_SCALARS = {
    "bool": _Field.TYPE_BOOL,
    "string": _Field.TYPE_STRING,
    "int32": _Field.TYPE_INT32,
    "int64": _Field.TYPE_INT64,
}
_REPEATED = "repeated "


def message_classes(package: str, messages: Mapping[str, Mapping[str, str]]) -> dict[str, type[Message]]:
    """Makes classes.

    Args:
        package: Of the messages.
        messages: Name to fields; a field's name to its type, which is `bool`, `string`, `int32`, `int64`, one of these
            after `repeated `, or a message's full name after a dot. Fields are numbered from 1.

    Returns:
        Name to class.
    """
    file = descriptor_pb2.FileDescriptorProto(
        name=f"{package.replace('.', '/')}/messages.proto", package=package, syntax="proto3"
    )
    file.dependency.append(wrappers_pb2.DESCRIPTOR.name)
    for message, fields in messages.items():
        described = file.message_type.add(name=message)
        for number, (name, kind) in enumerate(fields.items(), start=1):
            label = _Field.LABEL_REPEATED if kind.startswith(_REPEATED) else _Field.LABEL_OPTIONAL
            field = described.field.add(name=name, number=number, label=label)
            kind = kind.removeprefix(_REPEATED)
            if kind in _SCALARS:
                field.type = _SCALARS[kind]
            else:
                field.type = _Field.TYPE_MESSAGE
                field.type_name = kind
    pool = descriptor_pool.DescriptorPool()
    wrappers = descriptor_pb2.FileDescriptorProto()
    wrappers_pb2.DESCRIPTOR.CopyToProto(wrappers)
    pool.Add(wrappers)
    pool.Add(file)
    # Protobuf renamed the function that makes a class.
    if hasattr(message_factory, "GetMessageClass"):
        make = message_factory.GetMessageClass
    else:
        make = message_factory.MessageFactory(pool).GetPrototype
    return {name: make(pool.FindMessageTypeByName(f"{package}.{name}")) for name in messages}
