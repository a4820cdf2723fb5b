"""Who we are to the broker."""

from pathlib import Path

from cryptography import x509

from agents.security import SASL
from agents.settings import Settings


def identity(settings: Settings) -> str:
    """The principal: the user's name, else the subject of the certificate unless the broker maps it to another."""
    if settings.security_protocol in SASL:
        return f"User:{settings.sasl_username}"
    if not settings.ssl_certificate_file:
        return "User:ANONYMOUS"
    certificate = x509.load_pem_x509_certificate(Path(settings.ssl_certificate_file).read_bytes())
    return f"User:{certificate.subject.rfc4514_string()}"
