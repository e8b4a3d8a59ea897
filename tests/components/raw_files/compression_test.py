import bz2
import gzip
import io

import pytest
import zstandard

from components.raw_files.compression import COMPRESSIONS, compression_of

CONTENT = b"".join(b"%d," % number for number in range(300_000))
PACK = {".gz": gzip.compress, ".bz2": bz2.compress, ".zst": zstandard.compress}


@pytest.mark.parametrize("ending", COMPRESSIONS)
def test_packed_files_may_be_joined(ending):
    joined = PACK[ending](b"one,") + PACK[ending](b"") + PACK[ending](CONTENT)
    stream = COMPRESSIONS[ending].unpack(io.BytesIO(joined))
    assert (stream.read(2), stream.read()) == (b"on", b"e," + CONTENT)


def test_the_ending_tells():
    assert compression_of("s3://bucket/LOG.TSV.GZ").name == "gzip"
    assert compression_of("log.tsv") is None
