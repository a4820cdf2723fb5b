"""A local Apache Kafka on the machine's Java: ``python -m deploy.kafka start`` or ``LocalKafka``."""

from deploy.kafka.jars import KafkaUnavailable
from deploy.kafka.local import LocalKafka

__all__ = ["KafkaUnavailable", "LocalKafka"]
