from google.protobuf import text_format

from serving.messages.message_classes import message_classes


def test_messages_are_read_and_written():
    table = {
        "Inner": {"text": "string", "is_so": "bool"},
        "Outer": {"inner": ".tandem.test.Inner", "many": "repeated int64", "maybe": ".google.protobuf.Int64Value"},
    }
    outer = message_classes("tandem.test", table)["Outer"]()
    text_format.Parse('inner { text: "a" is_so: true } many: 1 many: 2 maybe { value: 0 }', outer)
    assert (outer.inner.text, outer.inner.is_so, list(outer.many)) == ("a", True, [1, 2])
    assert outer.HasField("maybe")
    # Field 1 of the inner message, of the type of text, holds a letter.
    assert outer.inner.__class__(text="a").SerializeToString() == b"\x0a\x01a"
    # Another table may use the same names.
    assert message_classes("tandem.test", {"Inner": {"number": "int32"}})["Inner"](number=7).number == 7


def test_numbers_can_be_chosen_and_fields_be_maps():
    table = {"Value": {"number": "int32 = 3", "next": "bytes"}, "Map": {"by_name": "map<string, .tandem.test.Value>"}}
    made = message_classes("tandem.test", table)["Map"]()
    made.by_name["a"].number = 7
    made.by_name["a"].next = b"b"
    # Field 1, 10 bytes: key "a" as field 1, value as field 2 of 5 bytes: 7 as field 3, "b" as field 4.
    assert made.SerializeToString() == b"\x0a\x0a" + b"\x0a\x01a" + b"\x12\x05" + b"\x18\x07" + b"\x22\x01b"
