"""Makes the server's errors: TensorFlow's own error classes, each with a status code and a message."""

from typing import TypeAlias

from tensorflow.python.framework import errors_impl

ServingError: TypeAlias = errors_impl.OpError
"""The class of every error answer: `error_code` is the gRPC status code, `message` is what the client reads."""


def invalid_argument(message: str) -> ServingError:
    """The request makes no sense to the model or the server."""
    return errors_impl.InvalidArgumentError(None, None, message)


def failed_precondition(message: str) -> ServingError:
    """The request makes sense, but not in the state that the model is in."""
    return errors_impl.FailedPreconditionError(None, None, message)


def not_found(message: str) -> ServingError:
    """There is no such model, version or file."""
    return errors_impl.NotFoundError(None, None, message)


def unimplemented(message: str) -> ServingError:
    """The server does not speak that part of the API."""
    return errors_impl.UnimplementedError(None, None, message)


def unavailable(message: str) -> ServingError:
    """The server cannot answer now, but may be able to later."""
    return errors_impl.UnavailableError(None, None, message)


def resource_exhausted(message: str) -> ServingError:
    """The request asks for more than it may have; later it would not fare better."""
    return errors_impl.ResourceExhaustedError(None, None, message)


def deadline_exceeded(message: str) -> ServingError:
    """The time limit of the request has passed."""
    return errors_impl.DeadlineExceededError(None, None, message)


def unknown(message: str) -> ServingError:
    """Something else went wrong; the message says what."""
    return errors_impl.UnknownError(None, None, message)


def data_loss(message: str) -> ServingError:
    """A file is not of the right format."""
    return errors_impl.DataLossError(None, None, message)


def internal(message: str) -> ServingError:
    """A fault of the server itself."""
    return errors_impl.InternalError(None, None, message)


def as_serving_error(error: Exception) -> ServingError:
    """Returns TensorFlow's errors as they are, and any other as an internal error that names its class."""
    return error if isinstance(error, errors_impl.OpError) else internal(f"{type(error).__name__}: {error}")


def without_origin(error: Exception) -> ServingError:
    """A copy of an error, as an error of TensorFlow, that keeps nothing in memory: no operation, and no frames."""
    given = as_serving_error(error)
    return errors_impl.OpError(None, None, given.message, given.error_code)
