"""The files that a client needs for TLS to a model server, or to a proxy in front of one."""

import ssl
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import grpc


@dataclass(frozen=True)
class ClientTls:
    """The paths of PEM files.

    Attributes:
        ca: The authority that signs the server's certificate. If empty, the authorities that the system trusts.
        certificate: The client's own certificate, for servers that ask for one.
        key: The key of that certificate.
    """

    ca: str = ""
    certificate: str = ""
    key: str = ""

    def __post_init__(self) -> None:
        """Refuses a certificate without a key, or a key without a certificate."""
        if bool(self.certificate) != bool(self.key):
            raise ValueError(
                "A client's `certificate` and its `key` go together. "
                f"Received: certificate={self.certificate!r}, key={self.key!r}"
            )

    def ssl_context(self) -> ssl.SSLContext:
        """Makes the context for HTTPS.

        Raises:
            OSError: A file cannot be read, or is not a valid PEM file.
        """
        context = ssl.create_default_context(cafile=self.ca or None)
        if self.certificate:
            context.load_cert_chain(self.certificate, self.key)
        return context

    def channel_credentials(self) -> "grpc.ChannelCredentials":
        """Makes the credentials for gRPC.

        Raises:
            OSError: A file cannot be read.
        """
        import grpc  # REST does not need it.

        ca, key, certificate = (
            Path(path).read_bytes() if path else None for path in (self.ca, self.key, self.certificate)
        )
        return grpc.ssl_channel_credentials(ca, key, certificate)
