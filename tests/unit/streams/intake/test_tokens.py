import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESSIV
from hypothesis import given
from hypothesis import strategies as st

from streams.intake.tokens import Tokens, UnknownToken, fingerprint

KEY, OTHER = bytes(range(32)), bytes(32)
USERS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=80)


@given(user=USERS)
def test_a_token_gives_its_user_back(user: str) -> None:
    """Reveal inverts token, for every text."""
    tokens = Tokens(KEY)
    assert tokens.reveal(tokens.token(user)) == user


@given(user=USERS)
def test_the_same_user_always_has_the_same_token(user: str) -> None:
    """Two instances with one key agree; another key's token differs."""
    assert Tokens(KEY).token(user) == Tokens(KEY).token(user) != Tokens(OTHER).token(user)


@given(one=USERS, other=USERS)
def test_two_users_never_share_a_token(one: str, other: str) -> None:
    """Tokens are equal only for equal ids."""
    tokens = Tokens(KEY)
    assert (tokens.token(one) == tokens.token(other)) == (one == other)


@given(text=st.text(max_size=60))
def test_any_other_text_is_refused(text: str) -> None:
    """Whatever was not made by the key ends in UnknownToken and in no other error."""
    tokens = Tokens(KEY)
    for forged in (text, f"v1.{tokens.key_id}.{text}", Tokens(OTHER).token("u" + text.encode("utf-8", "ignore").hex())):
        with pytest.raises(UnknownToken):
            tokens.reveal(forged)


def test_a_second_spelling_of_a_token_is_refused() -> None:
    """Base64 lets the last letter vary; a user has one token, so only one spelling counts."""
    tokens = Tokens(KEY)
    token = tokens.token("u-1842")
    spellings = {token[:-1] + letter for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"}
    for other in spellings - {token}:
        with pytest.raises(UnknownToken):
            tokens.reveal(other)


def test_a_token_names_version_and_key_and_hides_the_user() -> None:
    """The form is ``v1.<key id>.<base64url>``; the key id comes from the fingerprint."""
    version, key_id, sealed = Tokens(KEY).token("u-1842").split(".")
    assert (version, key_id) == ("v1", f"k{fingerprint(KEY)[:6]}")
    assert "1842" not in sealed
    assert "=" not in sealed


def test_the_cipher_is_that_of_rfc_5297() -> None:
    """Appendix A.1 of RFC 5297, so that a delivery service in any language can reveal tokens."""
    key = bytes.fromhex("fffefdfcfbfaf9f8f7f6f5f4f3f2f1f0f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff")
    associated = bytes.fromhex("101112131415161718191a1b1c1d1e1f2021222324252627")
    sealed = AESSIV(key).encrypt(bytes.fromhex("112233445566778899aabbccddee"), [associated])
    assert sealed.hex() == "85632d07c6e8f37f950acd320a2ecc9340c02b9690c4dc04daef7f6afe5c"


def test_a_fingerprint_tells_keys_apart() -> None:
    """16 hexadecimal digits, the same for the same key."""
    assert fingerprint(KEY) == fingerprint(KEY) != fingerprint(OTHER)
    assert len(bytes.fromhex(fingerprint(KEY))) == 8
