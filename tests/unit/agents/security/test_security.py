import ssl
from pathlib import Path

import pytest

from agents.clients import connection
from agents.errors import USAGE, WrongUse
from agents.identity import identity
from agents.security import for_aiokafka, for_librdkafka, tls_context
from agents.settings import PREFIX, Settings, read_settings
from deploy.kafka.security import Security

SCRAM = {"SECURITY_PROTOCOL": "SASL_SSL", "SASL_USERNAME": "u", "SASL_PASSWORD": "secret"}


@pytest.fixture
def security(tmp_path: Path) -> Security:
    """An authority and certificates, without a broker."""
    made = Security(tmp_path / "security")
    made.make(["promostream-decide"])
    return made


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"SSL_CA_FILE": "ca.pem"}, "PROMOSTREAM_SSL_CA_FILE is set, but PROMOSTREAM_SECURITY_PROTOCOL is PLAINTEXT"),
        ({"SASL_USERNAME": "u"}, "PROMOSTREAM_SASL_USERNAME is set, but PROMOSTREAM_SECURITY_PROTOCOL is PLAINTEXT"),
        ({"SASL_PASSWORD": "p"}, "PROMOSTREAM_SASL_PASSWORD is set, but PROMOSTREAM_SECURITY_PROTOCOL is PLAINTEXT"),
        ({"SECURITY_PROTOCOL": "SASL_SSL"}, "PROMOSTREAM_SASL_USERNAME is not set; set it"),
        ({"SECURITY_PROTOCOL": "SASL_SSL", "SASL_USERNAME": "u"}, "there is no password; set"),
        (
            SCRAM | {"SECURITY_PROTOCOL": "SASL_PLAINTEXT", "SASL_MECHANISM": "PLAIN"},
            "the password would be readable on the wire; use SASL_SSL",
        ),
        ({"SECURITY_PROTOCOL": "SSL", "SSL_KEY_FILE": "k"}, "belong together; set the other one too"),
        ({"SECURITY_PROTOCOL": "SSL", "SSL_KEY_PASSWORD": "x"}, "is set without PROMOSTREAM_SSL_KEY_FILE"),
        (SCRAM | {"SASL_MECHANISM": "GSSAPI"}, '"GSSAPI" is not known; there is PLAIN, SCRAM-SHA-256, SCRAM-SHA-512'),
    ],
)
def test_settings_that_contradict_each_other_are_refused_at_start(given: dict[str, str], said: str) -> None:
    """What would be ignored would leave somebody believing to be safe; one line, exit code 2, no secret in it."""
    with pytest.raises(WrongUse) as caught:
        read_settings({PREFIX + name: value for name, value in given.items()})
    assert caught.value.exit_code == USAGE
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)
    assert "secret" not in str(caught.value)


def test_both_libraries_are_told_the_same(security: Security) -> None:
    """The same user, password and authority; the broker's certificate and name are verified."""
    settings = read_settings(security.environment("promostream-decide"))
    password = security.password_file("promostream-decide").read_text()
    one, other = for_librdkafka(settings), for_aiokafka(settings)
    assert one["security.protocol"] == other["security_protocol"] == "SASL_SSL"
    assert one["sasl.mechanism"] == other["sasl_mechanism"] == "SCRAM-SHA-512"
    assert one["sasl.username"] == other["sasl_plain_username"] == "promostream-decide"
    assert one["sasl.password"] == other["sasl_plain_password"] == password
    assert type(one["sasl.password"]) is str
    context = other["ssl_context"]
    assert (context.check_hostname, context.verify_mode) == (True, ssl.CERT_REQUIRED)
    assert context.minimum_version >= ssl.TLSVersion.TLSv1_2
    assert connection(settings)["ssl.ca.location"] == str(security.authority)


def test_a_key_with_a_password_is_opened_with_it_and_nobody_is_asked(security: Security) -> None:
    """Without the password, or with another one, it is one line; a prompt at a worker's terminal would be for ever."""
    certificate, key = security.issue("promostream-decide", "open sesame")
    settings = Settings(security_protocol="SSL", ssl_certificate_file=str(certificate), ssl_key_file=str(key))
    for password in ("", "wrong"):
        with pytest.raises(WrongUse, match="cannot be used together"):
            tls_context(replaced(settings, password))
    tls_context(replaced(settings, "open sesame"))
    assert for_librdkafka(replaced(settings, "open sesame"))["ssl.key.password"] == "open sesame"


def replaced(settings: Settings, password: str) -> Settings:
    """The same with this password of the key."""
    return Settings(
        security_protocol="SSL",
        ssl_certificate_file=settings.ssl_certificate_file,
        ssl_key_file=settings.ssl_key_file,
        ssl_key_password=password,
    )


def test_a_certificate_and_the_key_of_another_do_not_go_together(security: Security) -> None:
    """Found before any broker is asked."""
    certificate, _ = security.issue("one")
    _, key = security.issue("other")
    with pytest.raises(WrongUse, match="cannot be used together"):
        tls_context(Settings(security_protocol="SSL", ssl_certificate_file=str(certificate), ssl_key_file=str(key)))


def test_everybody_knows_who_he_is_to_the_broker(security: Security) -> None:
    """The user's name, the certificate's subject, or nobody: what a right would have to be granted to."""
    certificate, key = security.issue("promostream-decide")
    shown = Settings(security_protocol="SSL", ssl_certificate_file=str(certificate), ssl_key_file=str(key))
    assert identity(shown) == "User:CN=promostream-decide"
    assert identity(Settings()) == "User:ANONYMOUS"
    assert identity(read_settings({PREFIX + name: value for name, value in SCRAM.items()})) == "User:u"


def test_files_with_secrets_are_nobody_elses(security: Security) -> None:
    """Passwords, keys, stores and the storage tool's arguments; no password stands in a command line."""
    private = [file for file in security.folder.iterdir() if file.suffix != ".pem"]
    assert len(private) >= 5
    assert {file.stat().st_mode & 0o777 for file in private} == {0o600}
    passwords = [security.password_file(user).read_text() for user in security.users]
    assert not any(password in " ".join(security.format_arguments()) for password in passwords)
