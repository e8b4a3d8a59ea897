"""How a client speaks TLS with a model server, or with what stands in front of one."""

import ssl
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import grpc


@dataclass(frozen=True)
class ClientTls:
    """Files in PEM.

    Attributes:
        ca: Who signs the server's certificate; whoever the system trusts where empty.
        certificate: The client's own, for servers that ask for one.
        key: Of that certificate.
    """

    ca: str = ""
    certificate: str = ""
    key: str = ""

    def __post_init__(self) -> None:
        """Refuses half a pair."""
        if bool(self.certificate) != bool(self.key):
            raise ValueError(
                "A client's `certificate` and its `key` go together. "
                f"Received: certificate={self.certificate!r}, key={self.key!r}"
            )

    def ssl_context(self) -> ssl.SSLContext:
        """For HTTPS.

        Raises:
            OSError: A file cannot be read, or is not what it should be.
        """
        context = ssl.create_default_context(cafile=self.ca or None)
        if self.certificate:
            context.load_cert_chain(self.certificate, self.key)
        return context

    def channel_credentials(self) -> "grpc.ChannelCredentials":
        """For gRPC.

        Raises:
            OSError: A file cannot be read.
        """
        import grpc  # Callers over REST need not wait for it.

        ca, key, certificate = (
            Path(path).read_bytes() if path else None for path in (self.ca, self.key, self.certificate)
        )
        return grpc.ssl_channel_credentials(ca, key, certificate)
