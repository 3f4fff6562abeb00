"""A slow link to a server on this machine: a TCP proxy with a delay and a bandwidth, for web pages and their sockets.

One pipe in each direction is shared by all connections, as on a real line: what is sent waits its turn, takes its size
over the bandwidth, and arrives half a round trip later. `slow = False` lets everything pass at once.
"""

from __future__ import annotations

import asyncio
import threading
from types import TracebackType

CHUNK = 4096
QUEUE = 64  # chunks on their way; more than delay x bandwidth, less than a line that never blocks


class _Pipe:
    """One direction: when the line is free again, and what went through it."""

    def __init__(self) -> None:
        self.free_at = 0.0
        self.bytes = 0


class SlowLink:
    """`with SlowLink(port) as link:` serves at `link.port` what is served at `port`."""

    def __init__(self, target: int, round_trip: float = 0.1, bits_per_second: float = 5e6) -> None:
        self.target, self.delay, self.rate = target, round_trip / 2, bits_per_second / 8
        self.slow = False
        self.down, self.up = _Pipe(), _Pipe()
        self.port = 0

    def __enter__(self) -> SlowLink:
        self._loop = asyncio.new_event_loop()
        started = threading.Event()
        self._thread = threading.Thread(target=self._run, args=(started,), daemon=True)
        self._thread.start()
        started.wait(10)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(10)

    def _run(self, started: threading.Event) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(self._serve(started))
        self._loop.close()

    async def _serve(self, started: threading.Event) -> None:
        self._stop = asyncio.Event()
        server = await asyncio.start_server(self._connect, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        started.set()
        await self._stop.wait()
        server.close()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    async def _connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self.target)
        except OSError:
            writer.close()
            return
        await asyncio.gather(
            self._pass(reader, far_writer, self.up), self._pass(far_reader, writer, self.down)
        )

    async def _pass(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, pipe: _Pipe
    ) -> None:
        """Chunks leave in order, each at its time."""
        underway: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue(QUEUE)

        async def deliver() -> None:
            while True:
                due, data = await underway.get()
                wait = due - self._loop.time()
                if wait > 0:
                    await asyncio.sleep(wait)
                if not data:
                    break
                writer.write(data)
                await writer.drain()
            writer.close()

        delivery = asyncio.create_task(deliver())
        try:
            while True:
                data = await reader.read(CHUNK)
                due = now = self._loop.time()
                if self.slow:
                    pipe.free_at = max(now, pipe.free_at) + len(data) / self.rate
                    due = pipe.free_at + self.delay
                pipe.bytes += len(data)
                await underway.put((due, data))
                if not data:
                    break
            await delivery
        except (OSError, asyncio.CancelledError):
            delivery.cancel()
            writer.close()
