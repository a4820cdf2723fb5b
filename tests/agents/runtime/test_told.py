"""Settings on which outputs depend: where other ones may hold, and where they are refused."""

import asyncio

from agents.decide import told
from agents.runtime.heads import Head, decode_head, encode_head
from agents.runtime.told import described
from agents.settings import Settings
from schemas.codec import encode_msgpack
from tests.making.memory_kafka import MemoryKafka
from tests.making.memory_worker import Worker, fill

OLD, NEW, NEWER = ({"global_holdout": share} for share in ("0.05", "0.1", "0.2"))


def test_after_a_clean_stop_other_settings_hold() -> None:
    """Nothing was folded beyond the last checkpoint, so nothing can come out otherwise; the next head says so."""

    async def run() -> None:
        kafka = fill(MemoryKafka(), "aaaaaa")
        first = await Worker(kafka, told=OLD).open()
        await first.read()
        await first.close()
        assert decode_head(kafka.head or b"").ended
        fill(kafka, "aaa")
        second = await Worker(kafka, told=NEW).open()
        assert second.partition.phase == "running"
        head = decode_head(kafka.head or b"")
        assert (head.settings, head.ended, head.applied) == (NEW, False, 5)

    asyncio.run(run())


def test_what_was_folded_beyond_a_checkpoint_is_not_folded_again_with_other_settings() -> None:
    """A crash needs the old settings once more: the line names them, and a clean stop frees the way."""

    async def run() -> None:
        kafka = fill(MemoryKafka(), "aaaaaa")
        first = await Worker(kafka, told=OLD).open()
        await first.read(3)
        await first.checkpoint()
        await first.read()
        second = Worker(kafka, told=NEW)
        assert await second.partition.open() == -1
        assert "with other settings (global_holdout=0.05); start all workers" in second.partition.reason
        third = await Worker(kafka, told=OLD).open()
        await third.read()
        await third.close()
        assert (await Worker(kafka, told=NEW).open()).partition.phase == "running"

    asyncio.run(run())


def test_a_clean_stop_is_taken_back_before_anything_is_folded() -> None:
    """Who follows a clean stop and crashes before its first checkpoint has folded beyond the one it found."""

    async def run() -> None:
        kafka = fill(MemoryKafka(), "aaaaaa")
        await (await Worker(kafka, told=OLD).open()).close()
        second = await Worker(kafka, told=NEW).open()
        await second.read(3)
        third = Worker(kafka, told=NEWER)
        assert await third.partition.open() == -1
        assert "global_holdout=0.1" in third.partition.reason

    asyncio.run(run())


def test_before_the_first_checkpoint_settings_are_known_too() -> None:
    """The first owner leaves a head before it folds."""

    async def run() -> None:
        kafka = fill(MemoryKafka(), "aaaaaa")
        await (await Worker(kafka, told=OLD).open()).read(3)
        second = Worker(kafka, told=NEW)
        assert await second.partition.open() == -1
        assert (await Worker(kafka, told=OLD).open()).partition.wanted == 0

    asyncio.run(run())


def test_where_there_is_nothing_to_fold_again_settings_may_change() -> None:
    """The checkpoint is at the log's end: no record can come out otherwise."""

    async def run() -> None:
        kafka = fill(MemoryKafka(), "aaaaaa")
        first = await Worker(kafka, told=OLD).open()
        await first.read()
        await first.checkpoint()
        assert (await Worker(kafka, told=NEW).open()).partition.phase == "running"

    asyncio.run(run())


def test_a_head_without_settings_is_an_old_one() -> None:
    """Format 1 had none: it is read, and goes on with whatever holds now."""
    old = encode_msgpack((1, "log-1", 5, {}, 0, b"5"))
    assert decode_head(old) == Head(1, "log-1", 5, {}, 0, b"5")
    assert decode_head(encode_head(Head(2, "log-1", 5, {}, 0, b"5", OLD, ended=True))).settings == OLD


def test_a_key_is_told_from_another_and_never_shown() -> None:
    """What stands in the head of every checkpoint holds no secret."""
    described_now, other = (described(told(Settings(coupon_key=key * 32))) for key in ("2e", "2f"))
    assert described_now["coupon_key"].startswith("key ")
    assert "2e2e" not in described_now["coupon_key"]
    assert {name for name, text in described_now.items() if text != other[name]} == {"coupon_key"}
    assert described_now["global_holdout"] == "0.05"
