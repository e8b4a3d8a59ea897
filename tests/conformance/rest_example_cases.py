"""Cases of `:classify` and `:regress` over REST: section 5 of the contract."""

import json

from tests.conformance.cases import Ends, Rest, Starts, not_served

CLASSIFY = "POST /v1/models/half_plus_two:classify"
REGRESS = "POST /v1/models/half_plus_two:regress"
TO_Y = "regress_x_to_y"


def _on(signature: str, *examples: object, **further: object) -> str:
    """The body of a request to a signature."""
    return json.dumps({"signature_name": signature, "examples": examples, **further})


EXAMPLES = [
    Rest("5 regress", REGRESS, _on(TO_Y, {"x": [1.0]}, {"x": 2.0}), {"results": [2.5, 3.0]}),
    Rest("5 classify: scores alone", CLASSIFY, _on("classify_x_to_y", {"x": 2.0}), {"results": [[["", 3.0]]]}),
    Rest(
        "5 classify: labels and scores",
        CLASSIFY,
        _on("classify_both", {"x": 0.0}, {"x": 2.0}),
        {"results": [[["plus", 2.0], ["minus", -2.0]], [["plus", 3.0], ["minus", -3.0]]]},
    ),
    Rest(
        "5 context before each example",
        REGRESS,
        _on(TO_Y, {"x": 0.0}, {"x": 2.0}, context={"bonus": 10.0}),
        {"results": [12.0, 13.0]},
    ),
    Rest("5 the method's name is not checked", REGRESS, _on("predict_named", {"x": 2.0}), {"results": [3.0]}),
    Rest(
        "5 a version", "POST /v1/models/half_plus_two/versions/123:regress", _on(TO_Y, {"x": 2.0}), {"results": [3.0]}
    ),
    Rest("5 nothing", REGRESS, _on(TO_Y), Ends("\n} 'examples' value is an empty array")),
    Rest(
        "5 no examples",
        REGRESS,
        '{"signature_name": "regress_x_to_y"}',
        'JSON Value: {\n    "signature_name": "regress_x_to_y"\n} '
        "When method is classify, key 'examples' is expected and was not found",
    ),
    Rest(
        "5 examples are a list",
        CLASSIFY,
        '{"examples": 1}',
        "JSON Value: {\n    \"examples\": 1\n} Expecting 'examples' value to be an list/array",
    ),
    Rest(
        "5 the name is a string",
        CLASSIFY,
        '{"signature_name": 1, "examples": [{}]}',
        Ends("'signature_name' key must be a string value."),
    ),
    *(
        Rest(f"5 {why}", CLASSIFY, f'{{"examples": [{example}]}}', message)
        for why, example, message in (
            ("an example is an object", "1.0", "Example must be JSON object but got JSON Number"),
            ("null", '{"x": null}', "Feature: x has element with unexpected JSON type: Null"),
            ("arrays of arrays", '{"x": [[1.0]]}', "Feature: x has element with unexpected JSON type: Array"),
            ("objects but b64", '{"x": {"y": 1}}', "Feature: x has element with unexpected JSON type: Object"),
            (
                "b64 is the only key",
                '{"x": {"b64": "YQ==", "y": 1}}',
                "Feature: x has element with unexpected JSON type: Object",
            ),
            ("b64 that is none", '{"x": {"b64": "*"}}', Starts("Unable to base64 decode")),
            ("kinds do not mix", '{"x": [1, 2.5]}', "Unexpected element type in feature: x expecting type: int64"),
            ("kinds do not mix", '{"x": [1.5, 1]}', "Unexpected element type in feature: x expecting type: float"),
            ("kinds do not mix", '{"x": ["a", true]}', "Unexpected element type in feature: x expecting type: bytes"),
            ("uint64", '{"x": 9223372036854775808}', "Feature: x has uint64 element. Only int64 is supported."),
        )
    ),
    Rest("5 whole numbers are int64", REGRESS, _on(TO_Y, {"x": 2}), Starts("")),
    Rest("5 one output to regress", REGRESS, _on("classify_both", {"x": 2.0}), "Expected one output Tensor."),
    Rest(
        "5 regress gives [batch] or [batch, 1]",
        REGRESS,
        _on("wide", {"x": 2.0}),
        "Expected output Tensor shape to be either [batch_size] or [batch_size, 1] but got [1,2]",
    ),
    Rest("5 one input", "POST /v1/models/several:classify", _on("", {"x": 2.0}), "Expected one input Tensor."),
    Rest(
        "5 the input is named inputs",
        CLASSIFY,
        _on("", {"x": 2.0}),
        Starts("No classification inputs found in SignatureDef: "),
    ),
    Rest("7.6 an unknown signature", CLASSIFY, _on("S", {"x": 2.0}), "No signature was found with the name: S"),
    Rest("2 NOT_FOUND is 404", "POST /v1/models/none:regress", _on("", {"x": 2.0}), not_served("Latest(none)"), 404),
]
