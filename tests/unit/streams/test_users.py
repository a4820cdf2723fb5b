"""Copy-on-write: a checkpoint holds the users as of its cut, whatever the fold does meanwhile."""

from hypothesis import given
from hypothesis import strategies as st

from schemas.codec import decode_msgpack, encode_msgpack
from streams.profiles.user import User
from streams.users import Users

TOKENS = st.sampled_from("abcde")
ACTIONS = st.lists(st.tuples(st.sampled_from(["change", "remove", "encode"]), TOKENS), max_size=40)


def act(users: Users, actions: list[tuple[str, str]], taken: list[tuple[bytes, bytes | None]]) -> None:
    """Run actions; slices of the cut that are encoded on the way are kept in ``taken``."""
    for action, token in actions:
        if action == "change":
            users.change(token).events += 1
        elif action == "remove":
            users.remove(token)
        else:
            taken += users.encode_frozen(1)


@given(ACTIONS, ACTIONS, ACTIONS)
def test_two_checkpoints_restore_the_table_as_of_the_last_cut(
    first: list[tuple[str, str]], second: list[tuple[str, str]], third: list[tuple[str, str]]
) -> None:
    """Merging what two cuts encoded gives exactly the users as they stood at the second cut."""
    users, stored = Users(), dict[bytes, bytes | None]()
    act(users, [a for a in first if a[0] != "encode"], [])
    users.cut()
    taken: list[tuple[bytes, bytes | None]] = []
    act(users, second, taken)
    taken += users.encode_frozen(100)
    users.settle()
    stored |= dict(taken)
    at_cut = {token: encode_msgpack(user) for token, user in users}
    users.cut()
    taken = []
    act(users, third, taken)
    taken += users.encode_frozen(100)
    stored |= dict(taken)
    assert {key.decode(): value for key, value in stored.items() if value is not None} == at_cut


@given(ACTIONS, ACTIONS)
def test_a_failed_checkpoint_loses_nothing(first: list[tuple[str, str]], second: list[tuple[str, str]]) -> None:
    """After a thaw the next cut holds everything that changed since the last durable one."""
    users = Users()
    act(users, [a for a in first if a[0] != "encode"], [])
    users.cut()
    act(users, second, [])
    users.thaw()
    users.cut()
    stored = {key.decode(): value for key, value in users.encode_frozen(100) if value is not None}
    assert stored == {token: encode_msgpack(user) for token, user in users}


@given(ACTIONS)
def test_each_frozen_user_is_encoded_once(actions: list[tuple[str, str]]) -> None:
    """Early or in a slice, never both."""
    users = Users()
    for token in "abcde":
        users.change(token)
    users.cut()
    taken: list[tuple[bytes, bytes | None]] = []
    act(users, actions, taken)
    while slice_ := users.encode_frozen(2):
        taken += slice_
    assert sorted(key for key, _ in taken) == [b"a", b"b", b"c", b"d", b"e"]


def test_a_user_decodes_to_what_it_was() -> None:
    """Encode ∘ decode is the identity on bytes, for a fresh and a used profile."""
    for user in (User(), User(views=1.0, cart={}, recent=bytes(16), consent={"push": True})):
        data = encode_msgpack(user)
        assert encode_msgpack(decode_msgpack(data, User)) == data
