"""A local broker with everything closed: TLS, SCRAM, and an authoriser that allows nothing until it is granted.

Three listeners, all of them TLS: SASL/SCRAM for clients, certificates for clients and brokers, the controllers'.
"""

import os
import secrets
import ssl
from collections.abc import Iterable
from pathlib import Path

from deploy.kafka.broker import Broker
from deploy.kafka.probe import HOST

ADMIN = "admin"
"""The principal that may do everything: it grants the others' rights."""
BROKER = "broker"
MECHANISMS = ("SCRAM-SHA-512", "SCRAM-SHA-256")
HOSTS = (HOST, "localhost")
LOGIN = "org.apache.kafka.common.security.scram.ScramLoginModule required"


class Security:
    """What a closed cluster keeps in ``folder``: authority, certificates, ``NAME.password`` and ``NAME.env`` per user.

    A cluster is closed if the folder is there when it is formatted.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.authority = folder / "ca.pem"

    @property
    def exists(self) -> bool:
        """Whether the cluster of this directory is a closed one."""
        return self.authority.exists()

    def make(self, users: Iterable[str]) -> None:
        """The authority, the broker's certificate, and a password for the administrator and every user."""
        self.folder.mkdir(parents=True, exist_ok=True)
        from deploy.kafka.certificates import make_authority  # noqa: PLC0415 - an open broker needs no `cryptography`

        make_authority(self.folder)
        certificate, key = self.issue(BROKER, hosts=HOSTS)
        write_private(self._store, key.read_bytes() + certificate.read_bytes() + self.authority.read_bytes())
        for user in (ADMIN, *users):
            write_private(self.password_file(user), secrets.token_urlsafe(18).encode())
        lines = ["--add-scram\n" + self._scram(mechanism, user) for user in self.users for mechanism in MECHANISMS]
        write_private(self._arguments, "\n".join(lines).encode())

    @property
    def users(self) -> list[str]:
        """Everybody with a password."""
        return sorted(file.stem for file in self.folder.glob("*.password"))

    def password_file(self, user: str) -> Path:
        """Where a user's password stands."""
        return self.folder / f"{user}.password"

    def environment(self, user: str) -> dict[str, str]:
        """The settings under which a user connects with a password; the bootstrap servers not among them."""
        return {
            "PROMOSTREAM_SECURITY_PROTOCOL": "SASL_SSL",
            "PROMOSTREAM_SASL_USERNAME": user,
            "PROMOSTREAM_SASL_PASSWORD_FILE": str(self.password_file(user)),
            "PROMOSTREAM_SSL_CA_FILE": str(self.authority),
        }

    def tell(self, bootstrap: str) -> None:
        """Write ``NAME.env`` for every user, and ``admin.properties`` for Kafka's own tools."""
        for user in self.users:
            values = {"PROMOSTREAM_BOOTSTRAP_SERVERS": bootstrap} | self.environment(user)
            lines = "".join(f"export {name}={value}\n" for name, value in values.items())
            write_private(self.folder / f"{user}.env", lines.encode())
        password = self.password_file(ADMIN).read_text(encoding="ascii")
        login = f'{LOGIN} username="{ADMIN}" password="{password}";'
        told = {"security.protocol": "SASL_SSL", "sasl.mechanism": MECHANISMS[0], "sasl.jaas.config": login}
        told |= {"ssl.truststore.type": "PEM", "ssl.truststore.location": str(self.authority)}
        write_private(self.folder / "admin.properties", _lines(told).encode())

    def issue(self, name: str, password: str = "", hosts: tuple[str, ...] = ()) -> tuple[Path, Path]:
        """A certificate and its key; on this broker its principal is ``User:NAME``, as with a password."""
        from deploy.kafka.certificates import issue  # noqa: PLC0415 - an open broker needs no `cryptography`

        return issue(self.folder, name, hosts, password)

    def format_arguments(self) -> list[str]:
        """For the storage tool: the users. In a file, since command lines are there for all to see."""
        return [f"@{self._arguments}"]

    def properties(self, broker: Broker) -> str:
        """What ``server.properties`` says besides, and instead of, that of an open broker."""
        port, mutual, controllers = broker["port"], broker["mutual_port"], broker["controller_port"]
        values: dict[str, object] = {
            "listeners": f"SCRAM://{HOST}:{port},MUTUAL://{HOST}:{mutual},CONTROLLER://{HOST}:{controllers}",
            "advertised.listeners": f"SCRAM://{HOST}:{port},MUTUAL://{HOST}:{mutual}",
            "listener.security.protocol.map": "SCRAM:SASL_SSL,MUTUAL:SSL,CONTROLLER:SSL",
            "inter.broker.listener.name": "MUTUAL",
            "sasl.enabled.mechanisms": ",".join(MECHANISMS),
            "listener.name.scram.scram-sha-512.sasl.jaas.config": LOGIN + ";",
            "listener.name.scram.scram-sha-256.sasl.jaas.config": LOGIN + ";",
            "listener.name.mutual.ssl.client.auth": "required",
            "listener.name.controller.ssl.client.auth": "required",
            "ssl.keystore.type": "PEM",
            "ssl.keystore.location": self._store,
            "ssl.truststore.type": "PEM",
            "ssl.truststore.location": self.authority,
            "ssl.principal.mapping.rules": "RULE:^CN=([^,]+).*$/$1/,DEFAULT",
            "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
            "allow.everyone.if.no.acl.found": "false",
            "super.users": f"User:{BROKER};User:{ADMIN}",
        }
        return _lines(values)

    def context(self) -> ssl.SSLContext:
        """How this machine asks the broker who it is: as a broker."""
        context = ssl.create_default_context(cafile=self.authority)
        context.load_cert_chain(self.folder / f"{BROKER}.pem", self.folder / f"{BROKER}.key")
        return context

    @property
    def _store(self) -> Path:
        return self.folder / "broker.store"

    @property
    def _arguments(self) -> Path:
        return self.folder / "scram.arguments"

    def _scram(self, mechanism: str, user: str) -> str:
        password = self.password_file(user).read_text(encoding="ascii")
        return f"{mechanism}=[name={user},password={password}]"


def write_private(file: Path, content: bytes) -> Path:
    """A file that only this user may read."""
    handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "wb") as out:
        out.write(content)
    return file


def _lines(values: dict[str, object] | dict[str, str]) -> str:
    return "".join(f"{name}={value}\n" for name, value in values.items())
