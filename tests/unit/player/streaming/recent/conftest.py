from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from player.runtime import Runtime
from tests.support.media_server import running_media_server, song
from tests.unit.player.streaming.conftest import LIMIT_S
from tests.unit.player.streaming.recent.replaying import Replaying, in_an_hour, media_client


@pytest.fixture
def replaying(tmp_path: Path) -> Iterator[Replaying]:
    """An album of three songs, its player started."""
    with running_media_server(one=song(1), two=song(2, 9.7), three=song(3, 5.0, 48_000, 1)) as server:
        server.expires_at = in_an_hour()
        runtime = Runtime()
        runtime.start()
        threads = ThreadPoolExecutor(4)
        client = media_client(runtime)
        listening = Replaying(server, runtime, client, threads, tmp_path / "recent" / "segments.db")
        listening.start()
        yield listening
        listening.stop()
        runtime.call(client.aclose()).result(LIMIT_S)
        threads.shutdown()
        runtime.stop()
