"""Unpacks the bodies of requests that are sent as gzip, within the limits that hold for other bodies."""

import zlib

from tensorflow.python.framework import errors_impl

from serving.local_server.limits.budget import Share
from serving.local_server.rest.request_body import too_long

_STEP = 2**20


class TooLongError(errors_impl.InvalidArgumentError):
    """A body that unpacks to more bytes than a body may have."""

    def __init__(self, longest: int) -> None:
        """Says the limit."""
        super().__init__(None, None, f"Unpacked: {too_long(longest)}")


def unpacked(body: bytes, longest: int, share: Share) -> bytes:
    """Unpacks a body.

    Args:
        body: The body as it came.
        longest: The most bytes that it may unpack to.
        share: What the request holds of the bytes of all requests. It comes to hold the unpacked body, too.

    Returns:
        The unpacked body. As in TF Serving it is empty if the body is no gzip.

    Raises:
        TooLongError: There would be more bytes.
        tf.errors.UnavailableError: All requests together would hold too many bytes.
    """
    inflater = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
    parts: list[bytes] = []
    length, packed = 0, body
    try:
        while not inflater.eof:
            part = inflater.decompress(packed, _STEP)
            if not part and not inflater.eof:
                return b""  # It ended before its time.
            packed = inflater.unconsumed_tail
            length += len(part)
            if length > longest:
                raise TooLongError(longest)
            share.hold(len(body) + length)
            parts.append(part)
    except zlib.error:
        return b""
    return b"".join(parts)
