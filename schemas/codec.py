"""The one place that knows the bytes: JSON on public topics, msgpack on internal ones."""

from typing import Any, TypeVar

import msgspec

from schemas.records import Record

T = TypeVar("T")

UNREADABLE = (RecursionError, UnicodeDecodeError)
"""What msgspec raises besides its own errors."""

_json = msgspec.json.Encoder(order="deterministic")
_msgpack = msgspec.msgpack.Encoder()
_record = msgspec.msgpack.Decoder(Record)


class _JsonDecoders(dict[Any, msgspec.json.Decoder[Any]]):
    """One decoder per type, made when it is first needed."""

    def __missing__(self, kind: Any) -> msgspec.json.Decoder[Any]:
        self[kind] = decoder = msgspec.json.Decoder(kind)
        return decoder


class _MsgpackDecoders(dict[Any, msgspec.msgpack.Decoder[Any]]):
    """One decoder per type, made when it is first needed."""

    def __missing__(self, kind: Any) -> msgspec.msgpack.Decoder[Any]:
        self[kind] = decoder = msgspec.msgpack.Decoder(kind)
        return decoder


_json_decoders = _JsonDecoders()
_msgpack_decoders = _MsgpackDecoders()


def encode_json(message: msgspec.Struct) -> bytes:
    """Bytes of a public message; the same message gives the same bytes."""
    return _json.encode(message)


def decode_json(data: bytes, kind: type[T]) -> T:
    """A public message from its bytes; unknown fields are ignored.

    Raises:
        msgspec.ValidationError: a field is missing or has another type; the text ends in its JSON path.
        msgspec.DecodeError: not JSON.

    """
    try:
        message: T = _json_decoders[kind].decode(data)
    except UNREADABLE as error:
        raise msgspec.DecodeError(_why(error)) from None
    return message


def encode_msgpack(message: Any) -> bytes:
    """Bytes of an internal message or of state."""
    return _msgpack.encode(message)


def decode_msgpack(data: bytes, kind: type[T]) -> T:
    """An internal message or state from its bytes.

    Raises:
        msgspec.ValidationError: the bytes are of another type.
        msgspec.DecodeError: not msgpack.

    """
    try:
        message: T = _msgpack_decoders[kind].decode(data)
    except UNREADABLE as error:
        raise msgspec.DecodeError(_why(error)) from None
    return message


def decode_record(data: bytes) -> Record:
    """A record of ``user-log``; the hot path.

    Raises:
        msgspec.DecodeError: as ``decode_msgpack`` does.

    """
    try:
        return _record.decode(data)
    except UNREADABLE as error:
        raise msgspec.DecodeError(_why(error)) from None


def _why(error: RecursionError | UnicodeDecodeError) -> str:
    return "text that is not UTF-8" if isinstance(error, UnicodeDecodeError) else "nested too deeply"
