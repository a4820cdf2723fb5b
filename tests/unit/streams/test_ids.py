"""Ids and hashed chance."""

from streams.ids import coupon_code, decision_id, once_key, short_hash, unit_interval


def test_a_decision_id_leads_back_to_its_record() -> None:
    """Epoch, partition, offset and number, as in the contract."""
    assert decision_id("e7", 12, 904412, 0) == "e7-12-904412-0"


def test_once_keys_differ_by_user_campaign_and_event() -> None:
    """The three parts and nothing else make the key."""
    keys = {once_key(u, c, e) for u in "ab" for c in "cd" for e in "ef"}
    assert len(keys) == 8
    assert once_key("a", "c", "e") in keys


def test_uniforms_lie_in_the_unit_interval_and_look_uniform() -> None:
    """10,000 draws have the mean and the variance of a uniform, within five standard errors."""
    draws = [unit_interval("draw", str(k)) for k in range(10_000)]
    assert all(0 <= u < 1 for u in draws)
    assert abs(sum(draws) / 10_000 - 0.5) < 0.0145
    assert abs(sum((u - 0.5) ** 2 for u in draws) / 10_000 - 1 / 12) < 0.004


def test_purposes_draw_independently() -> None:
    """The same name gives another draw for another purpose."""
    assert unit_interval("draw", "x") != unit_interval("holdout", "x")


def test_a_coupon_code_needs_its_key() -> None:
    """Readable form; another key or another decision gives another code."""
    code = coupon_code(bytes(32), "e1-0-1-0")
    assert len(code) == 12
    assert code[4] == code[9] == "-"
    assert code != coupon_code(bytes(31) + b"\x01", "e1-0-1-0")
    assert code != coupon_code(bytes(32), "e1-0-1-1")


def test_short_hashes_fit_a_signed_integer() -> None:
    """63 bits: msgpack and NumPy take them as they are."""
    assert all(0 <= short_hash(str(k)) < 2**63 for k in range(100))
