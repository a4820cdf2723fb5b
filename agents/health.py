"""One small HTTP server: ``/metrics``, ``/healthz`` (it lives), ``/readyz`` (it works)."""

import logging
from collections.abc import Callable

from aiohttp import web

from agents.errors import WrongUse
from agents.metrics import CONTENT_TYPE, Exporter

log = logging.getLogger("promostream.worker")


class HealthServer:
    """Serves on the event loop of the fold: who gets an answer knows that it turns.

    ``alive()`` and ``ready()`` return why not, or an empty text.
    """

    def __init__(self, exporter: Exporter, alive: Callable[[], str], ready: Callable[[], str]) -> None:
        self._exporter = exporter
        self._alive = alive
        self._ready = ready
        self._runner: web.AppRunner | None = None

    async def start(self, host: str, port: int) -> int:
        """Listen; 0 takes a free port. Returns the port.

        Raises:
            WrongUse: the address cannot be used.

        """
        app = web.Application()
        app.add_routes(
            [web.get("/metrics", self._metrics), web.get("/healthz", self._healthz), web.get("/readyz", self._readyz)]
        )
        self._runner = web.AppRunner(app, access_log=None, handle_signals=False)
        await self._runner.setup()
        try:
            await web.TCPSite(self._runner, host, port).start()
        except OSError as error:
            raise WrongUse(
                f"metrics cannot be served on {host}:{port} ({error.strerror}); set PROMOSTREAM_METRICS_PORT (0: any)"
            ) from error
        bound: int = self._runner.addresses[0][1]
        return bound

    async def stop(self) -> None:
        """Stop listening."""
        if self._runner is not None:
            await self._runner.cleanup()

    async def _metrics(self, request: web.Request) -> web.Response:
        del request
        return web.Response(body=self._exporter.render(), headers={"Content-Type": CONTENT_TYPE})

    async def _healthz(self, request: web.Request) -> web.Response:
        del request
        return _answer(self._alive())

    async def _readyz(self, request: web.Request) -> web.Response:
        del request
        return _answer(self._ready())


def _answer(problem: str) -> web.Response:
    return web.Response(text=(problem or "ok") + "\n", status=503 if problem else 200)
