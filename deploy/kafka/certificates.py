"""Certificates for a local broker and its clients: an authority of its own, made anew for every directory."""

from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from deploy.kafka.security import write_private

DAYS = 30
AUTHORITY = "Promostream local authority"


def make_authority(folder: Path) -> Path:
    """A new authority in ``folder``; its certificate, ``ca.pem``. The key stays in ``ca.key``."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = _name(AUTHORITY)
    built = _built(name, name, key.public_key()).add_extension(x509.BasicConstraints(True, 0), critical=True)
    usage = x509.KeyUsage(True, False, False, False, False, True, True, False, False)
    built = built.add_extension(usage, critical=True).add_extension(_mark(key.public_key()), critical=False)
    write_private(folder / "ca.key", _key_bytes(key, ""))
    file = folder / "ca.pem"
    file.write_bytes(built.sign(key, hashes.SHA256()).public_bytes(Encoding.PEM))
    return file


def issue(folder: Path, name: str, hosts: tuple[str, ...] = (), password: str = "") -> tuple[Path, Path]:
    """A certificate and its key for ``name``, signed by the authority of ``folder``; for a server with its ``hosts``.

    The key's file is encrypted if there is a ``password``.
    """
    signer = load_pem_private_key((folder / "ca.key").read_bytes(), None)
    if not isinstance(signer, ec.EllipticCurvePrivateKey):
        raise TypeError(f"{folder / 'ca.key'} is not the key of a local authority")
    authority = x509.load_pem_x509_certificate((folder / "ca.pem").read_bytes())
    key = ec.generate_private_key(ec.SECP256R1())
    built = _built(_name(name), authority.subject, key.public_key())
    names = [x509.DNSName(host) if host[-1].isalpha() else x509.IPAddress(ip_address(host)) for host in hosts]
    if names:
        built = built.add_extension(x509.SubjectAlternativeName(names), critical=False)
    purposes = [ExtendedKeyUsageOID.CLIENT_AUTH, *([ExtendedKeyUsageOID.SERVER_AUTH] if hosts else [])]
    built = built.add_extension(x509.ExtendedKeyUsage(purposes), critical=False)
    signed_by = x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key())
    certificate = built.add_extension(signed_by, critical=False).sign(signer, hashes.SHA256())
    file = folder / f"{name}.pem"
    file.write_bytes(certificate.public_bytes(Encoding.PEM))
    return file, write_private(folder / f"{name}.key", _key_bytes(key, password))


def _built(subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    builder = x509.CertificateBuilder().subject_name(subject).issuer_name(issuer).public_key(key)
    builder = builder.serial_number(x509.random_serial_number())
    return builder.not_valid_before(now - timedelta(days=2)).not_valid_after(now + timedelta(days=DAYS))


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _mark(key: ec.EllipticCurvePublicKey) -> x509.SubjectKeyIdentifier:
    return x509.SubjectKeyIdentifier.from_public_key(key)


def _key_bytes(key: ec.EllipticCurvePrivateKey, password: str) -> bytes:
    kept = BestAvailableEncryption(password.encode()) if password else NoEncryption()
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, kept)
