"""The slow link of the benchmark: what goes in comes out, later."""

from __future__ import annotations

import socket
import threading

import pytest

from benchmarks._slow_link import SlowLink

DATA = bytes(range(256)) * 400


@pytest.mark.parametrize("slow", [False, True])
def test_every_byte_arrives_in_order_in_both_directions(slow: bool) -> None:
    """An echo through the link; at 100 kB over 80 Mbit/s and 4 ms it is too fast to wait for."""

    def echo(server: socket.socket) -> None:
        far, _ = server.accept()
        with far:
            while data := far.recv(65536):
                far.sendall(data)

    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=echo, args=(server,), daemon=True)
        thread.start()
        with SlowLink(server.getsockname()[1], round_trip=0.004, bits_per_second=8e7) as link:
            link.slow = slow
            with socket.create_connection(("127.0.0.1", link.port), timeout=10) as near:
                sender = threading.Thread(target=near.sendall, args=(DATA,))
                sender.start()
                received = b""
                while len(received) < len(DATA):
                    received += near.recv(65536)
                sender.join()
            assert received == DATA
            assert link.up.bytes == link.down.bytes == len(DATA)
            # the line was taken for as long as its bytes need
            assert (link.down.free_at > 0) == slow
        thread.join(10)
