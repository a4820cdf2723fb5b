"""User tokens: AES-SIV (RFC 5297), deterministic for a key, reversible only with it."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from functools import lru_cache
from hashlib import blake2b

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV

VERSION = "v1"
CACHED = 100_000
"""Tokens kept in memory per direction: about 20 MB, and the users of a busy hour."""


class UnknownToken(ValueError):  # noqa: N818 - the name is the dead letter's reason
    """The text is no token, or another key made it."""


def fingerprint(key: bytes) -> str:
    """16 hexadecimal digits that name a key without telling it; a log's first record carries them."""
    return blake2b(key, digest_size=8, person=b"token key").hexdigest()


class Tokens:
    """User id ↔ ``v1.<key id>.<base64url>`` under one 32-byte key; the same id gives the same token."""

    def __init__(self, key: bytes) -> None:
        self._cipher = AESSIV(key)
        self.key_id = f"k{fingerprint(key)[:6]}"
        self._prefix = f"{VERSION}.{self.key_id}."
        self._bound = [self._prefix.encode()]
        self.token = lru_cache(maxsize=CACHED)(self._token)
        self.reveal = lru_cache(maxsize=CACHED)(self._reveal)

    def _token(self, user_id: str) -> str:
        sealed = self._cipher.encrypt(user_id.encode(), self._bound)
        return self._prefix + urlsafe_b64encode(sealed).rstrip(b"=").decode()

    def _reveal(self, token: str) -> str:
        """The user id.

        Raises:
            UnknownToken: not a token of this key.

        """
        text = token.removeprefix(self._prefix)
        if text == token:
            raise UnknownToken(f"not a token of key {self.key_id}")
        try:
            user_id = self._cipher.decrypt(urlsafe_b64decode(text + "=" * (-len(text) % 4)), self._bound).decode()
        except (InvalidTag, ValueError) as error:
            raise UnknownToken(f"not a token of key {self.key_id}") from error
        if self.token(user_id) != token:  # base64 has several spellings of one value; a user has one token
            raise UnknownToken(f"not a token of key {self.key_id}")
        return user_id
