"""The users of one partition: a table whose changed entries can be cut in O(1) and encoded while the fold goes on."""

from collections.abc import Iterable, Iterator

from schemas.codec import decode_msgpack, encode_msgpack
from streams.profiles.user import User

Entry = tuple[bytes, bytes | None]


class Users:
    """Users by token, with copy-on-write for checkpoints.

    Every change of a user passes ``change`` (or ``remove``): a user that is frozen by a cut and not yet encoded is
    encoded first, as it stood at the cut.
    """

    def __init__(self) -> None:
        self._users: dict[str, User] = {}
        self._changed: dict[str, None] = {}
        self._cut: dict[str, None] = {}
        self._left: Iterator[str] = iter(())
        self._encoded: set[str] = set()
        self._early: list[Entry] = []

    def __len__(self) -> int:
        return len(self._users)

    def __iter__(self) -> Iterator[tuple[str, User]]:
        return iter(self._users.items())

    def get(self, token: str) -> User | None:
        """A user to read; None if unknown."""
        return self._users.get(token)

    def change(self, token: str) -> User:
        """A user to change; a new one if unknown."""
        if token in self._cut:
            self._freeze(token)
        self._changed[token] = None
        user = self._users.get(token)
        if user is None:
            user = self._users[token] = User()
        return user

    def remove(self, token: str) -> None:
        """Forget a user; the next checkpoint deletes the entry."""
        if token in self._cut:
            self._freeze(token)
        self._changed[token] = None
        self._users.pop(token, None)

    def cut(self) -> None:
        """Freeze all users changed since the last cut."""
        self._cut, self._changed = self._changed, {}
        self._left = iter(self._cut)
        self._encoded = set()
        self._early = []

    def encode_frozen(self, most: int) -> list[Entry]:
        """The next at most ``most`` frozen users as (token, bytes or None for a removed one)."""
        entries, self._early = self._early[:most], self._early[most:]
        for token in self._left if len(entries) < most else ():
            if token not in self._encoded:
                self._encoded.add(token)
                entries.append(self._entry(token))
                if len(entries) >= most:
                    break
        return entries

    def thaw(self) -> None:
        """The cut came to nothing: its users count as changed."""
        self._changed = self._cut | self._changed
        self.settle()

    def settle(self) -> None:
        """The cut is durable."""
        self._cut, self._left, self._encoded, self._early = {}, iter(()), set(), []

    def restore(self, entries: Iterable[tuple[bytes, bytes]]) -> None:
        """Replace the table by what a checkpoint holds."""
        self.settle()
        self._changed = {}
        self._users = {key.decode(): decode_msgpack(value, User) for key, value in entries}

    def _freeze(self, token: str) -> None:
        if token not in self._encoded:
            self._encoded.add(token)
            self._early.append(self._entry(token))

    def _entry(self, token: str) -> Entry:
        user = self._users.get(token)
        return token.encode(), None if user is None else encode_msgpack(user)
