"""Settings: one frozen struct, read once from ``PROMOSTREAM_*`` and an optional TOML file.

Secrets come from files or the environment and are never printed. Read here and nowhere else.
"""

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from agents.errors import WrongUse

PREFIX = "PROMOSTREAM_"


class Secret(msgspec.Struct, frozen=True):
    """Bytes that never show in a repr, a log or an error."""

    value: bytes

    def __repr__(self) -> str:
        return "Secret(…)"


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Everything a role or a command may be told. Times in seconds unless the name says otherwise.

    ``topic_prefix`` stands before every topic, group and transactional id. Key files hold 64 hexadecimal digits.
    """

    bootstrap_servers: str = "localhost:9092"
    topic_prefix: str = ""
    partitions: int = 8
    replication: int = 1
    token_key: str = ""
    token_key_file: str = ""
    coupon_key: str = ""
    coupon_key_file: str = ""
    security_protocol: str = "PLAINTEXT"
    sasl_mechanism: str = "SCRAM-SHA-512"
    sasl_username: str = ""
    sasl_password: str = ""
    sasl_password_file: str = ""
    ssl_ca_file: str = ""
    session_timeout: float = 10.0
    heartbeat_interval: float = 0.5
    lease_margin: float = 1.5
    static_membership: str = ""
    checkpoint_interval: float = 10.0
    poll_records: int = 4000
    chunk_records: int = 500
    fetch_pace_ms: float = 2.0
    metrics_host: str = "127.0.0.1"
    metrics_port: int = 0
    data_dir: str = ".run"
    global_holdout: float = 0.05
    alert_risk: float = 0.8
    retrain_every: int = 500
    refit_every: int = 1000
    log_level: str = "INFO"

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
            raise WrongUse(f"{PREFIX}{name}_FILE: cannot read {file} ({type(error).__name__}); name a file") from error
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
        except (OSError, tomllib.TOMLDecodeError) as error:
            raise WrongUse(f"settings file {path}: {error}") from error
    if "KAFKA_BOOTSTRAP_SERVERS" in environ:
        values.setdefault("bootstrap_servers", environ["KAFKA_BOOTSTRAP_SERVERS"])
    for name, text in environ.items():
        if name.startswith(PREFIX) and name != PREFIX + "CONFIG":
            values[name.removeprefix(PREFIX).lower()] = text
    try:
        return msgspec.convert(values, Settings, strict=False)
    except msgspec.ValidationError as error:
        raise WrongUse(f"settings: {error}; every setting is listed by `promostream worker --help`") from error
