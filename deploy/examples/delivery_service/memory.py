"""What was done about which trigger, kept on disk: ids and states, nothing about people."""

import sqlite3

from deploy.examples.delivery_service.desk import Remember, State


class Memory:
    """A table of states in SQLite; every write is durable when it returns.

    Several instances of the service need one shared store, for partitions move between them.
    """

    def __init__(self, path: str) -> None:
        self._db = sqlite3.connect(path, isolation_level=None)
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute("PRAGMA synchronous=FULL")
        self._db.execute("CREATE TABLE IF NOT EXISTS states (key TEXT PRIMARY KEY, state TEXT, until INTEGER)")

    def known(self, key: str) -> State | None:
        """The state remembered under a key, if any."""
        row = self._db.execute("SELECT state FROM states WHERE key = ?", (key,)).fetchone()
        if row is None:
            return None
        return "done" if row[0] == "done" else "pending"

    def remember(self, step: Remember) -> None:
        """Store one state."""
        self._db.execute("INSERT OR REPLACE INTO states VALUES (?, ?, ?)", step)

    def forget(self, now: int) -> int:
        """Drop what may be forgotten; the number dropped."""
        return self._db.execute("DELETE FROM states WHERE until < ?", (now,)).rowcount

    def close(self) -> None:
        """Close the file."""
        self._db.close()
