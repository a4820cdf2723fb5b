"""A broker that does not let us in: one line each, whichever command asks."""

import socket
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from agents.errors import BROKER, USAGE
from deploy.kafka import LocalKafka
from deploy.kafka.certificates import issue, make_authority
from tests.making.closed_kafka import Grounds
from tests.making.commands import last_line

FIRST = Path(__file__).parents[3] / "deploy" / "examples" / "first"
ASKING = {
    "check": ("operator", ("topics", "check")),
    "publish": ("operator", ("publish", str(FIRST / "events.jsonl"), "--mapping", str(FIRST / "mapping.toml"))),
    "explain": ("operator", ("explain", "e1-0-5-0")),
    "intake": ("intake", ("worker", "intake")),
    "decide": ("decide", ("worker", "decide")),
}
"""Commands with who calls them: those that write, read, only look, and workers."""
OPEN = {"security_protocol": "PLAINTEXT", "sasl_username": "", "sasl_password_file": "", "ssl_ca_file": ""}


def strangers_authority(grounds: Grounds) -> dict[str, str]:
    """An authority that did not sign the broker's certificate."""
    folder = grounds.folder / "strangers"
    folder.mkdir(exist_ok=True)
    return {"ssl_ca_file": str(make_authority(folder))}


def wrong_password(grounds: Grounds) -> dict[str, str]:
    """Another password than the user's."""
    file = grounds.folder / "password"
    file.write_text("guessed\n")
    return {"sasl_password_file": str(file)}


def mutual_address(grounds: Grounds) -> str:
    """The listener that wants certificates."""
    kept = msgspec.json.decode((grounds.kafka.security.folder.parent / "cluster.json").read_bytes())
    return f"127.0.0.1:{kept['brokers'][0]['mutual_port']}"


def no_certificate(grounds: Grounds) -> dict[str, str]:
    """Nothing to show where a certificate is wanted."""
    tls = OPEN | {"security_protocol": "SSL", "ssl_ca_file": str(grounds.kafka.security.authority)}
    return tls | {"bootstrap_servers": mutual_address(grounds)}


def strange_certificate(grounds: Grounds) -> dict[str, str]:
    """A certificate that another authority has signed."""
    strangers_authority(grounds)
    certificate, key = issue(grounds.folder / "strangers", "stranger")
    return no_certificate(grounds) | {"ssl_certificate_file": str(certificate), "ssl_key_file": str(key)}


REFUSED: dict[str, tuple[Callable[[Grounds], dict[str, str]], str]] = {
    "wrong password": (wrong_password, "refuses user promostream-"),
    "unknown user": (lambda _: {"sasl_username": "nobody"}, "refuses user nobody: no such user, or another password"),
    "mechanism": (lambda _: {"sasl_mechanism": "PLAIN"}, "does not take PLAIN but SCRAM-SHA-512,SCRAM-SHA-256; set"),
    "wrong authority": (strangers_authority, "shows a certificate that does not hold by "),
    "plaintext": (lambda _: OPEN, "speaks TLS, and PROMOSTREAM_SECURITY_PROTOCOL is PLAINTEXT; set it to SASL_SSL"),
    "SASL without TLS": (
        lambda _: {"security_protocol": "SASL_PLAINTEXT", "ssl_ca_file": ""},
        "speaks TLS, and PROMOSTREAM_SECURITY_PROTOCOL is SASL_PLAINTEXT; set it to SASL_SSL",
    ),
    "TLS without SASL": (
        lambda _: {"security_protocol": "SSL", "sasl_username": "", "sasl_password_file": ""},
        "closes the connection after the TLS handshake; if it wants a user, set PROMOSTREAM_SECURITY_PROTOCOL to SASL",
    ),
    "no certificate": (no_certificate, "wants a client's certificate, and was shown none; set"),
    "strange certificate": (strange_certificate, "wants a client's certificate, and does not accept "),
}


@pytest.mark.parametrize("case", REFUSED)
def test_who_is_not_let_in_is_told_why_in_one_line(shared: Grounds, case: str) -> None:
    """What the broker does not accept, and the setting that changes it; exit code 3, no traceback."""
    changes, said = REFUSED[case]
    result = shared.run("operator", "topics", "check", **changes(shared))
    assert (result.returncode, result.stdout) == (BROKER, "")
    line = last_line(result)
    assert said in line
    assert "PROMOSTREAM_" in line


@pytest.mark.parametrize("name", [name for name in ASKING if name != "check"])
@pytest.mark.parametrize("case", ["wrong password", "wrong authority"])
def test_every_command_says_it_so(shared: Grounds, name: str, case: str) -> None:
    """Workers too end at once instead of trying on."""
    changes, said = REFUSED[case]
    who, arguments = ASKING[name]
    result = shared.run(who, *arguments, **changes(shared))
    assert (result.returncode, result.stdout) == (BROKER, "")
    assert said in last_line(result)


def test_a_certificate_for_another_host_does_not_hold(shared: Grounds) -> None:
    """The broker's certificate names 127.0.0.1 and localhost; who is asked under another name may be anybody."""
    port = shared.kafka.bootstrap.rpartition(":")[2]
    name = socket.gethostname()
    try:
        socket.create_connection((name, int(port)), 1).close()
    except OSError:
        pytest.skip("the broker listens on 127.0.0.1, and this machine's name is another address")
    result = shared.run("operator", "topics", "check", bootstrap_servers=f"{name}:{port}")
    assert result.returncode == BROKER
    assert "shows a certificate that does not hold by" in last_line(result)


def test_tls_against_an_open_broker_is_one_line(shared: Grounds, tmp_path: Path) -> None:
    """What is asked for in secret is never sent readable."""
    with LocalKafka(tmp_path / "open", heap="256m") as kafka:
        result = shared.run("operator", "topics", "check", bootstrap_servers=kafka.bootstrap)
    assert result.returncode == BROKER
    assert "does not speak TLS, and PROMOSTREAM_SECURITY_PROTOCOL is SASL_SSL; name its TLS port" in last_line(result)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"ssl_ca_file": __file__}, "holds no certificate in PEM form; name one that does"),
        ({"ssl_ca_file": "nowhere"}, "PROMOSTREAM_SSL_CA_FILE: nowhere cannot be read: no such file or directory"),
        ({"sasl_password_file": "nowhere"}, "PROMOSTREAM_SASL_PASSWORD_FILE: nowhere cannot be read"),
        ({"security_protocol": "SSL"}, "PROMOSTREAM_SASL_USERNAME is set, but PROMOSTREAM_SECURITY_PROTOCOL is SSL"),
    ],
)
def test_settings_that_cannot_work_are_refused_before_anybody_is_asked(
    shared: Grounds, changes: dict[str, str], said: str
) -> None:
    """Exit code 2: they are the user's to mend."""
    result = shared.run("operator", "topics", "check", **changes)
    assert (result.returncode, result.stdout) == (USAGE, "")
    assert said in last_line(result)
