from pathlib import Path

import pytest

from agents.clients import connection
from agents.errors import USAGE, WrongUse
from agents.settings import PREFIX, Settings, read_settings

KEY = "1f" * 32


def test_the_environment_goes_before_the_file(tmp_path: Path) -> None:
    """And both before the defaults."""
    file = tmp_path / "settings.toml"
    file.write_text('partitions = 3\ntopic_prefix = "x-"\n')
    told = read_settings({PREFIX + "PARTITIONS": "5", PREFIX + "CONFIG": str(file)})
    assert (told.partitions, told.topic_prefix, told.replication) == (5, "x-", 1)


def test_a_broker_named_for_kafka_is_taken_unless_one_is_named_for_us() -> None:
    """KAFKA_BOOTSTRAP_SERVERS is what other tools use."""
    assert read_settings({"KAFKA_BOOTSTRAP_SERVERS": "a:1"}).bootstrap_servers == "a:1"
    both = {"KAFKA_BOOTSTRAP_SERVERS": "a:1", PREFIX + "BOOTSTRAP_SERVERS": "b:1"}
    assert read_settings(both).bootstrap_servers == "b:1"


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("PARTITIONS", "many", "settings: partitions: expected `int`, got `str`"),
        ("PARTITIONS", "0", "settings: partitions: expected `int` >= 1"),
        ("PARTITION", "4", 'settings: partition: unknown; did you mean "partitions"?'),
        ("BOOTSTRAP_SERVERS", "", "settings: bootstrap_servers: expected `str` of length >= 1"),
        ("SECURITY_PROTOCOL", "SSLX", 'settings: security_protocol: "SSLX" is not known; did you mean "SSL"?'),
        ("LOG_LEVEL", "LOUD", 'settings: log_level: "LOUD" is not known; there is DEBUG, INFO, WARNING, ERROR'),
        ("GLOBAL_HOLDOUT", "5", "settings: global_holdout: expected `float` <= 1.0"),
        ("CONFIG", "nowhere.toml", "settings file nowhere.toml: no such file or directory"),
        ("CONFIG", __file__, f"settings file {__file__}: not TOML: "),
    ],
)
def test_a_wrong_setting_is_one_line_that_names_it(name: str, value: str, said: str) -> None:
    """Its name, what was found or what would fit; exit code 2."""
    with pytest.raises(WrongUse) as caught:
        read_settings({PREFIX + name: value})
    assert caught.value.exit_code == USAGE
    assert str(caught.value).startswith(said)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({}, "missing key: set PROMOSTREAM_TOKEN_KEY or PROMOSTREAM_TOKEN_KEY_FILE"),
        ({"token_key": "zz"}, "is not hexadecimal"),
        ({"token_key": KEY[2:]}, "has 31 bytes instead of 32"),
        ({"token_key_file": "nowhere"}, "PROMOSTREAM_TOKEN_KEY_FILE: nowhere cannot be read: no such file"),
    ],
)
def test_a_wrong_key_is_one_line_without_the_key(given: dict[str, str], said: str) -> None:
    """A secret is never shown, not even a wrong one."""
    with pytest.raises(WrongUse, match=said) as caught:
        Settings(**given).tokens()  # type: ignore[arg-type] # fields of text only
    assert KEY[2:] not in str(caught.value)


def test_a_key_may_stand_in_a_file_and_is_never_printed(tmp_path: Path) -> None:
    """Whitespace around it does no harm."""
    file = tmp_path / "key"
    file.write_text(KEY + "\n")
    secret = Settings(token_key_file=str(file)).tokens()
    assert secret.value == bytes.fromhex(KEY)
    assert repr(secret) == "Secret(…)"


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"security_protocol": "SSL", "ssl_ca_file": "nowhere"}, "PROMOSTREAM_SSL_CA_FILE: nowhere cannot be read"),
        (
            {"security_protocol": "SASL_SSL", "sasl_username": "u", "sasl_password_file": "nowhere"},
            "PROMOSTREAM_SASL_PASSWORD_FILE: nowhere cannot be read",
        ),
    ],
)
def test_a_file_of_the_connection_that_is_not_there_is_named(given: dict[str, str], said: str) -> None:
    """Before any broker is asked."""
    with pytest.raises(WrongUse, match=said):
        connection(Settings(**given))  # type: ignore[arg-type] # fields of text only
