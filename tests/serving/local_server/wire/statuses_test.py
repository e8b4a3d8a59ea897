import tensorflow as tf

from serving.local_server.wire import statuses


def test_each_error_carries_its_code_and_message():
    made = {
        tf.errors.INVALID_ARGUMENT: statuses.invalid_argument("m"),
        tf.errors.FAILED_PRECONDITION: statuses.failed_precondition("m"),
        tf.errors.NOT_FOUND: statuses.not_found("m"),
        tf.errors.UNIMPLEMENTED: statuses.unimplemented("m"),
        tf.errors.UNAVAILABLE: statuses.unavailable("m"),
        tf.errors.RESOURCE_EXHAUSTED: statuses.resource_exhausted("m"),
        tf.errors.DEADLINE_EXCEEDED: statuses.deadline_exceeded("m"),
        tf.errors.UNKNOWN: statuses.unknown("m"),
        tf.errors.DATA_LOSS: statuses.data_loss("m"),
        tf.errors.INTERNAL: statuses.internal("m"),
    }
    assert all(isinstance(each, statuses.ServingError) for each in made.values())
    assert {each.error_code: each.message for each in made.values()} == dict.fromkeys(made, "m")


def test_other_errors_are_the_servers_fault():
    refusal = statuses.not_found("m")
    assert statuses.as_serving_error(refusal) is refusal
    fault = statuses.as_serving_error(KeyError("x"))
    assert (fault.error_code, fault.message) == (tf.errors.INTERNAL, "KeyError: 'x'")


def test_an_error_without_its_origin():
    try:
        raise statuses.not_found("m") from KeyError("x")
    except tf.errors.NotFoundError as error:
        kept = statuses.without_origin(error)
    assert (kept.error_code, kept.message) == (tf.errors.NOT_FOUND, "m")
    assert (kept.__traceback__, kept.__cause__, kept.__context__) == (None, None, None)
