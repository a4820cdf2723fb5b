"""What the security settings must be together, and in the words of the two client libraries."""

import ssl
from pathlib import Path
from typing import TYPE_CHECKING, Any

from agents.errors import WrongUse
from agents.wording import reason

if TYPE_CHECKING:  # the settings are checked by this module when they are read
    from agents.settings import Settings

P = "PROMOSTREAM_"
TLS = frozenset({"SSL", "SASL_SSL"})
SASL = frozenset({"SASL_PLAINTEXT", "SASL_SSL"})
TLS_FILES = ("ssl_ca_file", "ssl_certificate_file", "ssl_key_file")


def check(settings: "Settings") -> None:
    """Return only if the settings fit together: what is set and would be ignored is a mistake, and no small one.

    Raises:
        WrongUse: one line with the settings that do not fit and what to do.

    """
    for problem, holds in _rules(settings):
        if holds:
            raise WrongUse(f"settings: {problem}")


def _rules(told: "Settings") -> list[tuple[str, bool]]:
    protocol, password = told.security_protocol, bool(told.sasl_password or told.sasl_password_file)
    is_set = f"{P}SECURITY_PROTOCOL is {protocol}"
    files = [f"{P}{name.upper()}" for name in TLS_FILES if getattr(told, name)]
    key_password = bool(told.ssl_key_password or told.ssl_key_password_file)
    return [
        (f"{', '.join(files)} is set, but {is_set}; set it to SSL or SASL_SSL", bool(files) and protocol not in TLS),
        (
            f"{P}SASL_USERNAME is set, but {is_set}; set it to SASL_SSL",
            bool(told.sasl_username) and protocol not in SASL,
        ),
        (f"{P}SASL_PASSWORD is set, but {is_set}; set it to SASL_SSL", password and protocol not in SASL),
        (f"{is_set}, but {P}SASL_USERNAME is not set; set it", protocol in SASL and not told.sasl_username),
        (f"{is_set}, but there is no password; set {P}SASL_PASSWORD_FILE", protocol in SASL and not password),
        (
            f"{P}SASL_MECHANISM is PLAIN and {is_set}: the password would be readable on the wire; use SASL_SSL",
            protocol == "SASL_PLAINTEXT" and told.sasl_mechanism == "PLAIN",
        ),
        (
            f"{P}SSL_CERTIFICATE_FILE and {P}SSL_KEY_FILE belong together; set the other one too",
            bool(told.ssl_certificate_file) != bool(told.ssl_key_file),
        ),
        (f"{P}SSL_KEY_PASSWORD is set without {P}SSL_KEY_FILE; set that too", key_password and not told.ssl_key_file),
    ]


def for_librdkafka(settings: "Settings") -> dict[str, str | int | float | bool]:
    """The security part of a confluent-kafka configuration.

    Raises:
        WrongUse: the settings do not fit together, or a file that they name cannot be read.

    """
    check(settings)
    words: dict[str, str | int | float | bool] = {"security.protocol": settings.security_protocol}
    names = ("ssl.ca.location", "ssl.certificate.location", "ssl.key.location")
    for name, setting in zip(names, TLS_FILES, strict=True):
        if file := getattr(settings, setting):
            words[name] = readable(setting, file)
    if password := settings.key_password():
        words["ssl.key.password"] = password.reveal()
    if settings.security_protocol in SASL:
        words |= {
            "sasl.mechanism": settings.sasl_mechanism,
            "sasl.username": settings.sasl_username,
            "sasl.password": settings.password().reveal(),
        }
    return words


def for_aiokafka(settings: "Settings") -> dict[str, Any]:
    """The same for aiokafka.

    Raises:
        WrongUse: as above, or a certificate or key is none.

    """
    check(settings)
    words: dict[str, Any] = {"security_protocol": settings.security_protocol}
    if settings.security_protocol in TLS:
        words["ssl_context"] = tls_context(settings)
    if settings.security_protocol in SASL:
        words |= {
            "sasl_mechanism": settings.sasl_mechanism,
            "sasl_plain_username": settings.sasl_username,
            "sasl_plain_password": settings.password().reveal(),
        }
    return words


def tls_context(settings: "Settings") -> ssl.SSLContext:
    """TLS 1.2 or later that verifies the broker's certificate and name, with our own certificate if there is one.

    Raises:
        WrongUse: a file cannot be read or is not what it should be.

    """
    authority, password = settings.ssl_ca_file, settings.key_password()
    try:
        context = ssl.create_default_context(cafile=readable("ssl_ca_file", authority) if authority else None)
    except ssl.SSLError:
        raise WrongUse(f"{P}SSL_CA_FILE: {authority} holds no certificate in PEM form; name one that does") from None
    if not settings.ssl_certificate_file:
        return context
    certificate = readable("ssl_certificate_file", settings.ssl_certificate_file)
    key = readable("ssl_key_file", settings.ssl_key_file)
    try:
        context.load_cert_chain(certificate, key, password.reveal)  # without one it would ask at the terminal
    except (ssl.SSLError, ValueError) as error:
        problem = f"{P}SSL_CERTIFICATE_FILE {certificate} and {P}SSL_KEY_FILE {key} cannot be used together"
        remedy = "both are PEM, the key is that of the certificate, its password is in PROMOSTREAM_SSL_KEY_PASSWORD"
        raise WrongUse(f"{problem} ({getattr(error, 'reason', None) or 'no password'}); see that {remedy}") from None
    return context


def readable(setting: str, file: str) -> str:
    """The file's name, if it can be read.

    Raises:
        WrongUse: it cannot; the line names the setting.

    """
    try:
        Path(file).read_bytes()
    except OSError as error:
        raise WrongUse(
            f"{P}{setting.upper()}: {file} cannot be read: {reason(error)}; name a file in PEM form"
        ) from error
    return file
