"""The process that fits forests: the same bytes, never on the loop, and never left behind."""

import asyncio
import io
import os
import time
from collections.abc import Awaitable, Callable

import pytest

from agents import fitting
from agents.fitting import Fitter, serve
from streams.folding import ModelMissing
from streams.learn.forests import fit, plan

ROWS = [tuple(float((n * (c + 3)) % 11) for c in range(12)) for n in range(64)]
PLAN = plan(ROWS, seed=7, trees=5)


async def fitted(fitter: Fitter, planned: bytes) -> tuple[bytes, float]:
    """The answer, and the longest time (s) that the loop stood still while it was waited for."""
    longest, before = 0.0, time.perf_counter()
    async with asyncio.timeout(60):
        while True:
            try:
                return fitter.fit(planned), longest
            except ModelMissing:
                await asyncio.sleep(0.001)
            longest, before = max(longest, time.perf_counter() - before), time.perf_counter()


def run(test: Callable[[Fitter, list[str]], Awaitable[None]]) -> None:
    """A test with a fitter on a loop of its own."""

    async def main() -> None:
        reasons: list[str] = []
        fitter = Fitter(reasons.append)
        try:
            await test(fitter, reasons)
        finally:
            await fitter.stop()

    asyncio.run(main())


def test_the_process_fits_what_this_one_would() -> None:
    """Byte for byte: where a forest is fitted is no part of the log."""

    async def test(fitter: Fitter, reasons: list[str]) -> None:
        before = fitter.grown
        assert (await fitted(fitter, PLAN))[0] == fit(PLAN)
        assert fitter.fit(PLAN) == fit(PLAN)  # folding again after a rebalance costs no second fit
        assert (fitter.grown, reasons) == (before + 1, [])

    run(test)


def test_a_process_that_dies_is_started_again() -> None:
    """Whatever ended it: the next try has a new one, and the answer is the same."""

    async def test(fitter: Fitter, reasons: list[str]) -> None:
        await fitted(fitter, PLAN)
        assert fitter._process is not None
        fitter._process.kill()
        other = plan(ROWS, seed=8, trees=5)
        assert (await fitted(fitter, other))[0] == fit(other)
        assert reasons == []

    run(test)


def test_what_cannot_be_fitted_is_told_once() -> None:
    """A plan that kills the process every time ends the worker, with a reason, instead of waiting for ever."""

    async def test(fitter: Fitter, reasons: list[str]) -> None:
        async with asyncio.timeout(60):
            while not reasons:
                with pytest.raises(ModelMissing):
                    fitter.fit(b"no plan")
                await asyncio.sleep(0.01)
        assert len(reasons) == 1
        assert "cannot be fitted" in reasons[0]

    run(test)


def test_the_process_ends_with_its_parent() -> None:
    """Its standard input ends when the worker does, even by SIGKILL: then it leaves, and it knew no secret."""
    answers = io.BytesIO()
    serve(io.BytesIO(), answers)
    assert answers.getvalue() == b""
    os.environ["PROMOSTREAM_COUPON_KEY"] = "ab" * 32
    process = fitting._start()
    del os.environ["PROMOSTREAM_COUPON_KEY"]
    with open(f"/proc/{process.pid}/environ", "rb") as environment:  # noqa: PTH123 - not a file of ours
        assert b"COUPON" not in environment.read()
    assert process.stdin is not None
    process.stdin.close()
    assert process.wait(30) == 0
    assert process.stdout is not None
    process.stdout.close()
