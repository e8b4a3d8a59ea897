import bz2
import gzip
import io

import pytest
import zstandard

from components.raw_files.compression import COMPRESSIONS, compression_of, packing, without_packing

CONTENT = b"".join(b"%d," % number for number in range(300_000))
PACK = {".gz": gzip.compress, ".bz2": bz2.compress, ".zst": zstandard.compress}


@pytest.mark.parametrize("ending", COMPRESSIONS)
def test_packed_files_are_known_by_their_first_bytes_and_may_be_joined(ending):
    joined = PACK[ending](b"one,") + PACK[ending](b"") + PACK[ending](CONTENT)
    stream = COMPRESSIONS[ending].unpack(io.BytesIO(joined))
    assert (stream.read(2), stream.read()) == (b"on", b"e," + CONTENT)
    assert compression_of(f"s3://bucket/LOG.TSV{ending.upper()}") is COMPRESSIONS[ending]
    assert compression_of("log.tsv") is None
    assert (without_packing(f"LOG.TSV{ending.upper()}"), without_packing("log.tsv")) == ("LOG.TSV", "log.tsv")
    assert packing(joined[:10]) == packing(PACK[ending](b"")[:10]) == ending
    for plain in (b"", b"BZh9,name\n", b"\x1f", b"id\tname\n1\ta\n", "größe".encode("utf-16")):
        assert packing(plain[:10]) == ""
