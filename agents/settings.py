"""Settings: one frozen struct, read once from ``PROMOSTREAM_*`` and an optional TOML file.

Secrets come from files or the environment and are never printed. Read here and nowhere else.
"""

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, get_args

import msgspec
from msgspec import Meta

from agents import security
from agents.errors import WrongUse
from agents.secrets import Hidden, Secret, read_key, read_text
from agents.wording import explained, reason

PREFIX = "PROMOSTREAM_"
SECRETS = ("token_key", "coupon_key", "sasl_password", "ssl_key_password")

Protocol = Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"]
Mechanism = Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"]
Level = Literal["DEBUG", "INFO", "WARNING", "ERROR"]
Count = Annotated[int, Meta(ge=1)]
Seconds = Annotated[float, Meta(gt=0)]
Share = Annotated[float, Meta(ge=0, le=1)]
_CHOICES = {
    "security_protocol": get_args(Protocol),
    "sasl_mechanism": get_args(Mechanism),
    "log_level": get_args(Level),
}


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Everything a role or a command may be told. Times in seconds unless the name says otherwise.

    ``topic_prefix`` stands before every topic, group and transactional id. Key files hold 64 hexadecimal digits.
    Secrets are ``Hidden``, however they are given.
    """

    bootstrap_servers: Annotated[str, Meta(min_length=1)] = "localhost:9092"
    topic_prefix: str = ""
    partitions: Count = 8
    replication: Count = 1
    token_key: str = ""
    token_key_file: str = ""
    coupon_key: str = ""
    coupon_key_file: str = ""
    security_protocol: Protocol = "PLAINTEXT"
    sasl_mechanism: Mechanism = "SCRAM-SHA-512"
    sasl_username: str = ""
    sasl_password: str = ""
    sasl_password_file: str = ""
    ssl_ca_file: str = ""
    ssl_certificate_file: str = ""
    ssl_key_file: str = ""
    ssl_key_password: str = ""
    ssl_key_password_file: str = ""
    session_timeout: Seconds = 10.0
    heartbeat_interval: Seconds = 0.5
    lease_margin: float = 1.5
    static_membership: str = ""
    checkpoint_interval: float = 10.0
    poll_records: Count = 4000
    chunk_records: Count = 500
    fetch_pace_ms: float = 2.0
    dead_letter_rate: Count = 100
    metrics_host: str = "127.0.0.1"
    metrics_port: int = 0
    data_dir: str = ".run"
    global_holdout: Share = 0.05
    alert_risk: Share = 0.8
    retrain_every: Count = 500
    refit_every: Count = 1000
    choices_every: Count = 1000
    model_pause: float = 600.0
    model_retirement: Seconds = 600.0
    log_level: Level = "INFO"

    def __post_init__(self) -> None:
        for name in SECRETS:
            given = getattr(self, name)
            if not isinstance(given, Hidden):
                msgspec.structs.force_setattr(self, name, Hidden(given))

    def topic(self, name: str) -> str:
        """The broker's name of a topic of the table."""
        return self.topic_prefix + name

    def tokens(self) -> Secret:
        """The key of the user tokens (32 bytes)."""
        return read_key(f"{PREFIX}TOKEN_KEY", self.token_key, self.token_key_file)

    def coupons(self) -> Secret:
        """The key of the coupon codes (32 bytes)."""
        return read_key(f"{PREFIX}COUPON_KEY", self.coupon_key, self.coupon_key_file)

    def password(self) -> Hidden:
        """The password of ``sasl_username``."""
        return read_text(f"{PREFIX}SASL_PASSWORD", self.sasl_password, self.sasl_password_file)

    def key_password(self) -> Hidden:
        """The password of ``ssl_key_file``; empty for a key that has none."""
        return read_text(f"{PREFIX}SSL_KEY_PASSWORD", self.ssl_key_password, self.ssl_key_password_file)


def environment_of(settings: Settings) -> dict[str, str]:
    """The environment in which another process of ours reads the same settings; it holds the secrets."""
    given = ((name, getattr(settings, name)) for name in Settings.__struct_fields__)
    return {PREFIX + name.upper(): value.reveal() if isinstance(value, Hidden) else str(value) for name, value in given}


def read_settings(environ: Mapping[str, str] | None = None, file: str | None = None) -> Settings:
    """Settings from the TOML file (argument, else ``PROMOSTREAM_CONFIG``) overlaid by ``PROMOSTREAM_*``.

    Raises:
        WrongUse: an unknown setting, a value of another type, or security settings that contradict each other, named.

    """
    environ = os.environ if environ is None else environ
    path = file or environ.get(PREFIX + "CONFIG")
    values: dict[str, Any] = {}
    if path:
        try:
            values.update(tomllib.loads(Path(path).read_text(encoding="utf-8")))
        except (OSError, UnicodeDecodeError) as error:
            raise WrongUse(f"settings file {path}: {reason(error)}; name a TOML file") from error
        except tomllib.TOMLDecodeError as error:
            raise WrongUse(f"settings file {path}: not TOML: {error}; check quotes and brackets there") from error
    if "KAFKA_BOOTSTRAP_SERVERS" in environ:
        values.setdefault("bootstrap_servers", environ["KAFKA_BOOTSTRAP_SERVERS"])
    for name, text in environ.items():
        if name.startswith(PREFIX) and name != PREFIX + "CONFIG":
            values[name.removeprefix(PREFIX).lower()] = text
    try:
        settings = msgspec.convert(values, Settings, strict=False)
    except msgspec.ValidationError as error:
        problem = explained(str(error), {"": Settings.__struct_fields__}, _CHOICES)
        raise WrongUse(f"settings: {problem} (`promostream worker --help` lists them all)") from error
    security.check(settings)
    return settings
