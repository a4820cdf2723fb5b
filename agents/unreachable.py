"""Why a broker cannot be talked to: in one line, with what to set."""

import socket
import ssl
from collections.abc import Iterable
from typing import NamedTuple

from confluent_kafka import KafkaError

from agents.security import SASL, TLS, P, tls_context
from agents.settings import Settings

HELLO_SECONDS = 3.0


class Problem(NamedTuple):
    """What librdkafka reported: its code and its sentence."""

    code: int
    text: str

    @property
    def lasting(self) -> bool:
        """Whether waiting will not help."""
        marks = ("certificate verify failed", "alert", "PLAINTEXT broker listener", "Unsupported SASL", "SSL handshake")
        return self.code == KafkaError._AUTHENTICATION or any(mark in self.text for mark in marks)  # noqa: SLF001 - librdkafka's own codes have no public names


def is_lasting(settings: Settings, problems: Iterable[Problem]) -> bool:
    """Whether waiting will not help: we are refused, or speak another protocol than the port does."""
    told = list(problems)
    return any(problem.lasting for problem in told) or (
        _hung_up(told) and bool(_other_protocol(settings, _hello(settings)))
    )


def explain(settings: Settings, problems: Iterable[Problem], otherwise: str) -> str:
    """The line for what was reported; ``otherwise`` is what is known without a report."""
    told = list(problems)
    at = settings.bootstrap_servers
    for problem in told:
        if line := _refused(settings, problem):
            return f"{at} {line}"
    if is_lasting(settings, told) and (line := _other_protocol(settings, _hello(settings))):
        return f"{at} {line}"
    reason = next((p.text for p in told if p.code != KafkaError._ALL_BROKERS_DOWN), otherwise)  # noqa: SLF001 - as above
    remedy = "start one (`python3 -m deploy.kafka start`) or set KAFKA_BOOTSTRAP_SERVERS"
    return f"no broker answers at {at} ({reason.split(' (after')[0]}); {remedy}"


def _hung_up(problems: list[Problem]) -> bool:
    """Whether connections end without a word, which librdkafka tells by this code alone; not if nobody listens."""
    return {problem.code for problem in problems} == {KafkaError._ALL_BROKERS_DOWN}  # noqa: SLF001 - as above


def _refused(settings: Settings, problem: Problem) -> str:
    """What the broker said about our name, password or certificate; empty if it is about something else."""
    text, mechanism = problem.text, settings.sasl_mechanism
    if "Unsupported SASL mechanism" in text:
        offered = text.partition("supported mechanisms: ")[2].partition(" (")[0] or "others"
        return f"does not take {mechanism} but {offered}; set {P}SASL_MECHANISM to one of them"
    if "current SASL state" in text:
        return f"asks for no password on this port; set {P}SECURITY_PROTOCOL to PLAINTEXT or SSL, or another port"
    if problem.code == KafkaError._AUTHENTICATION:  # noqa: SLF001 - as above
        remedy = f"see {P}SASL_USERNAME, {P}SASL_PASSWORD_FILE and {P}SASL_MECHANISM"
        return f"refuses user {settings.sasl_username}: no such user, or another password for {mechanism}; {remedy}"
    if "alert" in text and "certificate" in text:
        remedy = f"set {P}SSL_CERTIFICATE_FILE and {P}SSL_KEY_FILE to one that its authority has signed"
        return f"wants a client's certificate, and {_shown(settings)}; {remedy}"
    return ""


def _shown(settings: Settings) -> str:
    file = settings.ssl_certificate_file
    return f"does not accept {file}" if file else "was shown none"


class Hello(NamedTuple):
    """What came of a TLS handshake: was there an answer, was it TLS, and what is wrong with the certificate."""

    answered: bool
    tls: bool
    wrong: str = ""


def _other_protocol(settings: Settings, hello: Hello) -> str:
    """What differs between the port's protocol and ours; empty if nothing does."""
    protocol = settings.security_protocol
    if not hello.answered:
        return ""
    if hello.tls and protocol not in TLS:
        wanted = "SASL_SSL" if protocol in SASL else "SASL_SSL (with a user) or SSL"
        return f"speaks TLS, and {P}SECURITY_PROTOCOL is {protocol}; set it to {wanted}"
    if hello.wrong:
        authority = settings.ssl_ca_file or "the system's authorities"
        remedy = f"set {P}SSL_CA_FILE to its authority, and name the broker as its certificate does"
        return f"shows a certificate that does not hold by {authority} ({hello.wrong}); {remedy}"
    if not hello.tls and protocol in TLS:
        wanted = "SASL_PLAINTEXT" if protocol in SASL else "PLAINTEXT"
        return f"does not speak TLS, and {P}SECURITY_PROTOCOL is {protocol}; name its TLS port or set {wanted}"
    if protocol == "SSL":
        return (
            f"closes the connection after the TLS handshake; if it wants a user, set {P}SECURITY_PROTOCOL to SASL_SSL"
        )
    return ""


def _hello(settings: Settings) -> Hello:
    """Shake hands with the first bootstrap server that listens, sending nothing else."""
    for address in settings.bootstrap_servers.split(","):
        host, _, port = address.strip().rpartition(":")
        try:
            with socket.create_connection((host.strip("[]"), int(port)), HELLO_SECONDS) as plain:
                return _shake(settings, plain, host.strip("[]"))
        except (OSError, ValueError):
            continue
    return Hello(answered=False, tls=False)


def _shake(settings: Settings, plain: socket.socket, host: str) -> Hello:
    context = tls_context(settings) if settings.security_protocol in TLS else ssl.create_default_context()
    try:
        with context.wrap_socket(plain, server_hostname=host):
            return Hello(answered=True, tls=True)
    except ssl.SSLCertVerificationError as error:
        return Hello(answered=True, tls=True, wrong=error.verify_message)
    except (ssl.SSLError, OSError) as error:
        return Hello(answered=True, tls="alert" in str(error).lower())
