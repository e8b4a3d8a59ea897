"""Cases of `:classify` and `:regress` over REST: section 5 of the contract."""

from tests.conformance.cases import RestCase, Starts

CLASSIFY = "POST /v1/models/half_plus_two:classify"
REGRESS = "POST /v1/models/half_plus_two:regress"

EXAMPLES = [
    RestCase(
        "5 regress",
        REGRESS,
        '{"signature_name": "regress_x_to_y", "examples": [{"x": [1.0]}, {"x": 2.0}]}',
        200,
        {"results": [2.5, 3.0]},
    ),
    RestCase(
        "5 classify: scores alone",
        CLASSIFY,
        '{"signature_name": "classify_x_to_y", "examples": [{"x": 2.0}]}',
        200,
        {"results": [[["", 3.0]]]},
    ),
    RestCase(
        "5 classify: labels and scores",
        CLASSIFY,
        '{"signature_name": "classify_both", "examples": [{"x": 0.0}, {"x": 2.0}]}',
        200,
        {"results": [[["plus", 2.0], ["minus", -2.0]], [["plus", 3.0], ["minus", -3.0]]]},
    ),
    RestCase(
        "5 context before each example",
        REGRESS,
        '{"signature_name": "regress_x_to_y", "context": {"bonus": 10.0}, "examples": [{"x": 0.0}, {"x": 2.0}]}',
        200,
        {"results": [12.0, 13.0]},
    ),
    RestCase(
        "5 the method's name is not checked",
        REGRESS,
        '{"signature_name": "predict_named", "examples": [{"x": 2.0}]}',
        200,
        {"results": [3.0]},
    ),
    RestCase(
        "5 a version",
        "POST /v1/models/half_plus_two/versions/123:regress",
        '{"signature_name": "regress_x_to_y", "examples": [{"x": 2.0}]}',
        200,
        {"results": [3.0]},
    ),
    RestCase(
        "5 nothing", REGRESS, '{"signature_name": "regress_x_to_y", "examples": []}', 400, Starts("JSON Value: {")
    ),
    RestCase("5 no examples", REGRESS, '{"signature_name": "regress_x_to_y"}', 400, Starts("JSON Value: {")),
    RestCase("5 examples are a list", CLASSIFY, '{"examples": {"x": 1.0}}', 400, Starts("JSON Value: {")),
    RestCase(
        "5 an example is an object",
        CLASSIFY,
        '{"examples": [1.0]}',
        400,
        "Example must be JSON object but got JSON Number",
    ),
    RestCase(
        "5 null", CLASSIFY, '{"examples": [{"x": null}]}', 400, "Feature: x has element with unexpected JSON type: Null"
    ),
    RestCase(
        "5 arrays of arrays",
        CLASSIFY,
        '{"examples": [{"x": [[1.0]]}]}',
        400,
        "Feature: x has element with unexpected JSON type: Array",
    ),
    RestCase(
        "5 objects but b64",
        CLASSIFY,
        '{"examples": [{"x": {"y": 1}}]}',
        400,
        "Feature: x has element with unexpected JSON type: Object",
    ),
    RestCase(
        "5 kinds do not mix",
        CLASSIFY,
        '{"examples": [{"x": [1, 2.5]}]}',
        400,
        "Unexpected element type in feature: x expecting type: int64",
    ),
    RestCase(
        "5 kinds do not mix",
        CLASSIFY,
        '{"examples": [{"x": ["a", true]}]}',
        400,
        "Unexpected element type in feature: x expecting type: bytes",
    ),
    RestCase(
        "5 uint64",
        CLASSIFY,
        '{"examples": [{"x": 9223372036854775808}]}',
        400,
        "Feature: x has uint64 element. Only int64 is supported.",
    ),
    RestCase(
        "5 whole numbers are int64",
        REGRESS,
        '{"signature_name": "regress_x_to_y", "examples": [{"x": 2}]}',
        400,
        Starts(""),
    ),
    RestCase(
        "5 one output to regress",
        REGRESS,
        '{"signature_name": "classify_both", "examples": [{"x": 2.0}]}',
        400,
        "Expected one output Tensor.",
    ),
    RestCase(
        "5 regress gives [batch] or [batch, 1]",
        REGRESS,
        '{"signature_name": "wide", "examples": [{"x": 2.0}]}',
        400,
        "Expected output Tensor shape to be either [batch_size] or [batch_size, 1] but got [1,2]",
    ),
    RestCase(
        "5 one input",
        CLASSIFY.replace("half_plus_two", "several"),
        '{"examples": [{"x": 2.0}]}',
        400,
        "Expected one input Tensor.",
    ),
    RestCase(
        "5 the input is named inputs",
        CLASSIFY,
        '{"examples": [{"x": 2.0}]}',
        400,
        Starts("No classification inputs found in SignatureDef: "),
    ),
    RestCase(
        "7.6 an unknown signature",
        CLASSIFY,
        '{"signature_name": "S", "examples": [{"x": 2.0}]}',
        400,
        "No signature was found with the name: S",
    ),
    RestCase(
        "2 NOT_FOUND is 404",
        "POST /v1/models/none:regress",
        '{"examples": [{"x": 2.0}]}',
        404,
        "Servable not found for request: Latest(none)",
    ),
]
