import tensorflow as tf

from serving.local_server import errors


def test_each_error_carries_its_code_and_message():
    made = {
        tf.errors.INVALID_ARGUMENT: errors.invalid_argument("m"),
        tf.errors.FAILED_PRECONDITION: errors.failed_precondition("m"),
        tf.errors.NOT_FOUND: errors.not_found("m"),
        tf.errors.UNIMPLEMENTED: errors.unimplemented("m"),
        tf.errors.UNAVAILABLE: errors.unavailable("m"),
        tf.errors.DEADLINE_EXCEEDED: errors.deadline_exceeded("m"),
        tf.errors.UNKNOWN: errors.unknown("m"),
        tf.errors.DATA_LOSS: errors.data_loss("m"),
        tf.errors.INTERNAL: errors.internal("m"),
    }
    assert all(isinstance(each, errors.ServingError) for each in made.values())
    assert {each.error_code: each.message for each in made.values()} == dict.fromkeys(made, "m")


def test_other_errors_are_the_servers_fault():
    refusal = errors.not_found("m")
    assert errors.as_serving_error(refusal) is refusal
    fault = errors.as_serving_error(KeyError("x"))
    assert (fault.error_code, fault.message) == (tf.errors.INTERNAL, "KeyError: 'x'")
