"""Two clients of one pool: they share connections, and neither takes them from the other."""

from __future__ import annotations

import asyncio

from player.network.client import build_client, build_pool
from player.network.lent import Lent
from tests.support.media_server import running_media_server, song


def test_clients_of_one_pool_share_its_connection_and_may_close_apart() -> None:
    async def scenario(url: str) -> None:
        pool = build_pool()
        one, other = build_client(transport=Lent(pool)), build_client(transport=Lent(pool))
        seen: list[object] = []
        for client in (one, other, one):
            async with client.stream("GET", url) as answer:
                seen.append(answer.extensions["network_stream"].get_extra_info("client_addr"))
                await answer.aread()
        assert len(set(seen)) == 1
        await one.aclose()
        assert (await other.get(url)).status_code == 200
        await other.aclose()
        await pool.aclose()

    with running_media_server(one=song(2, 9.7)) as server:
        asyncio.run(scenario(f"{server.url}/media/one/24/init.mp4?sig=1"))
