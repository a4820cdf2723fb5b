"""Who listens on a port: a broker names its cluster in its metadata, so a stranger is recognised."""

import socket
import ssl
import struct
from typing import NamedTuple

HOST = "127.0.0.1"
METADATA_KEY, METADATA_VERSION = 3, 4


class Metadata(NamedTuple):
    """What a broker says of its cluster; ``brokers`` are the ids that are registered and alive."""

    cluster_id: str
    brokers: tuple[int, ...]


def free_ports(count: int) -> list[int]:
    """That many ports which nobody listens on at this moment."""
    sockets = [socket.socket() for _ in range(count)]
    try:
        for each in sockets:
            each.bind((HOST, 0))
        return [int(each.getsockname()[1]) for each in sockets]
    finally:
        for each in sockets:
            each.close()


def is_free(port: int) -> bool:
    """Whether a server could listen on the port now; connections that linger from before are no hindrance."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


def ask(port: int, timeout: float = 2.0, tls: ssl.SSLContext | None = None) -> Metadata | None:
    """The cluster of the broker that listens on the port, over TLS if told so; None when no broker answers.

    Speaks Kafka's metadata request, version 4, as the protocol guide describes it.
    """
    body = struct.pack(">hhih", METADATA_KEY, METADATA_VERSION, 1, -1) + struct.pack(">i?", 0, False)
    try:
        plain = socket.create_connection((HOST, port), timeout)
        with plain if tls is None else tls.wrap_socket(plain, server_hostname=HOST) as connection:
            connection.sendall(struct.pack(">i", len(body)) + body)
            answer = connection.makefile("rb")
            (length,) = struct.unpack(">i", answer.read(4))
            return _decode(answer.read(length))
    except (OSError, struct.error, UnicodeDecodeError):
        return None


def _decode(data: bytes) -> Metadata:
    (count,), at = struct.unpack_from(">i", data, 8), 12  # after the correlation id and the throttle time
    brokers = []
    for _ in range(count):
        (node,), at = struct.unpack_from(">i", data, at), at + 4
        _, at = _text(data, at)
        _, at = _text(data, at + 4)  # the rack, behind the port
        brokers.append(node)
    cluster_id, _ = _text(data, at)
    return Metadata(cluster_id, tuple(sorted(brokers)))


def _text(data: bytes, at: int) -> tuple[str, int]:
    (length,) = struct.unpack_from(">h", data, at)
    end = at + 2 + max(length, 0)
    return data[at + 2 : end].decode(), end
