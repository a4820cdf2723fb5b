"""A closed broker (TLS, SCRAM, an authoriser) for tests, and everybody's settings on it."""

import subprocess
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import msgspec
from confluent_kafka import KafkaException
from confluent_kafka.admin import AclBinding, AclBindingFilter

from agents.access import missing_rights
from agents.acls import apply, bindings, principals
from agents.clients import admin_client
from agents.creation import create_topics
from agents.rights import RIGHTS, Right
from agents.settings import Settings, environment_of
from deploy.kafka import LocalKafka
from tests.making.commands import COMMAND
from tests.making.workers import wait_for

USERS = [f"promostream-{who}" for who in RIGHTS]
PARTITIONS = 2


@dataclass(frozen=True)
class Grounds:
    """Topics under a prefix of their own on a closed broker, with the rights of the table."""

    kafka: LocalKafka
    prefix: str
    folder: Path

    def settings(self, who: str, **changes: object) -> Settings:
        """Those of a principal of the table, or of the administrator."""
        user = who if who == "admin" else f"promostream-{who}"
        own = Settings(
            bootstrap_servers=self.kafka.bootstrap,
            topic_prefix=self.prefix,
            partitions=PARTITIONS,
            token_key="1f" * 32,
            coupon_key="2e" * 32,
            model_pause=0.0,
            data_dir=str(self.folder),
            security_protocol="SASL_SSL",
            sasl_username=user,
            sasl_password_file=str(self.kafka.security.password_file(user)),
            ssl_ca_file=str(self.kafka.security.authority),
        )
        return msgspec.structs.replace(own, **changes)

    def run(self, who: str, *arguments: str, **changes: object) -> subprocess.CompletedProcess[str]:
        """A command of ours under somebody's settings, to its end."""
        environment = environment_of(self.settings(who, **changes))
        return subprocess.run(
            [COMMAND, *arguments], env=environment, capture_output=True, text=True, timeout=60, check=False
        )

    def prepare(self) -> None:
        """Grant everybody the rights of the table, and create the topics as an operator does."""
        admin = self.settings("admin")
        apply(admin_client(admin), admin, principals({}))
        self.await_rights()
        create_topics(self.settings("operator"))

    def await_rights(self) -> None:
        """What was granted is known to the broker's authoriser."""
        for who in RIGHTS:
            own = self.settings(who)
            wait_for(lambda o=own, w=who: not self._missing(o, w), f"{who} has its rights", 20)  # type: ignore[misc] # bound

    def revoke(self, who: str, right: Right) -> AclBinding:
        """Take a right away; what is to be granted again."""
        admin = self.settings("admin")
        binding = bindings(admin, who, principals({})[who])[right]
        taken = AclBindingFilter(
            binding.restype,
            binding.name,
            binding.resource_pattern_type,
            binding.principal,
            binding.host,
            binding.operation,
            binding.permission_type,
        )
        client = admin_client(admin)  # what it was asked for ends with it
        for done in client.delete_acls([taken]).values():
            assert len(done.result()) == 1
        return binding

    def grant(self, binding: AclBinding) -> None:
        """Grant it again."""
        client = admin_client(self.settings("admin"))
        for done in client.create_acls([binding]).values():
            done.result()

    def _missing(self, own: Settings, who: str) -> list[Right]:
        with suppress(KafkaException):
            rights = [right for right in RIGHTS[who] if right.kind == "topic"]
            return missing_rights(admin_client(own), own, rights)
        return list(RIGHTS[who])
