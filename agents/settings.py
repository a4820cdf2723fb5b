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

from agents.errors import WrongUse
from agents.wording import explained, reason

PREFIX = "PROMOSTREAM_"

Protocol = Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"]
Mechanism = Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512", "OAUTHBEARER"]
Level = Literal["DEBUG", "INFO", "WARNING", "ERROR"]
Count = Annotated[int, Meta(ge=1)]
Seconds = Annotated[float, Meta(gt=0)]
Share = Annotated[float, Meta(ge=0, le=1)]
_CHOICES = {
    "security_protocol": get_args(Protocol),
    "sasl_mechanism": get_args(Mechanism),
    "log_level": get_args(Level),
}


class Secret(msgspec.Struct, frozen=True):
    """Bytes that never show in a repr, a log or an error."""

    value: bytes

    def __repr__(self) -> str:
        return "Secret(…)"


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Everything a role or a command may be told. Times in seconds unless the name says otherwise.

    ``topic_prefix`` stands before every topic, group and transactional id. Key files hold 64 hexadecimal digits.
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
    session_timeout: Seconds = 10.0
    heartbeat_interval: Seconds = 0.5
    lease_margin: float = 1.5
    static_membership: str = ""
    checkpoint_interval: float = 10.0
    poll_records: Count = 4000
    chunk_records: Count = 500
    fetch_pace_ms: float = 2.0
    metrics_host: str = "127.0.0.1"
    metrics_port: int = 0
    data_dir: str = ".run"
    global_holdout: Share = 0.05
    alert_risk: Share = 0.8
    retrain_every: Count = 500
    refit_every: Count = 1000
    model_pause: float = 600.0
    log_level: Level = "INFO"

    def topic(self, name: str) -> str:
        """The broker's name of a topic of the table."""
        return self.topic_prefix + name

    def tokens(self) -> Secret:
        """The key of the user tokens (32 bytes)."""
        return _secret(self.token_key, self.token_key_file, "TOKEN_KEY")

    def coupons(self) -> Secret:
        """The key of the coupon codes (32 bytes)."""
        return _secret(self.coupon_key, self.coupon_key_file, "COUPON_KEY")


def _secret(text: str, file: str, name: str) -> Secret:
    where = f"{PREFIX}{name} or {PREFIX}{name}_FILE"
    if not text and file:
        try:
            text = Path(file).read_text(encoding="ascii").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise WrongUse(f"{PREFIX}{name}_FILE: {file} cannot be read: {reason(error)}; name a key file") from error
    if not text:
        raise WrongUse(f"missing key: set {where} to 64 hexadecimal digits (`openssl rand -hex 32` makes some)")
    try:
        key = bytes.fromhex(text)
    except ValueError as error:
        raise WrongUse(f"{where} is not hexadecimal; `openssl rand -hex 32` makes a key") from error
    if len(key) != 32:  # noqa: PLR2004 - AES-256 in SIV mode and keyed BLAKE2b both take 32 bytes
        raise WrongUse(f"{where} has {len(key)} bytes instead of 32; `openssl rand -hex 32` makes a key")
    return Secret(key)


def read_settings(environ: Mapping[str, str] | None = None, file: str | None = None) -> Settings:
    """Settings from the TOML file (argument, else ``PROMOSTREAM_CONFIG``) overlaid by ``PROMOSTREAM_*``.

    Raises:
        WrongUse: an unknown setting or a value of another type, named.

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
        return msgspec.convert(values, Settings, strict=False)
    except msgspec.ValidationError as error:
        problem = explained(str(error), {"": Settings.__struct_fields__}, _CHOICES)
        raise WrongUse(f"settings: {problem} (`promostream worker --help` lists them all)") from error
