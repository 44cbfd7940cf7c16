"""A real backend for tests: the app of `create_app` served by uvicorn over loopback on a free port, in a thread.

with running_backend(tmp_path, library=music) as backend:
    with backend.client() as client:
        client.get("/songs")
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from server.app import create_app
from server.config import API_PREFIX, Config
from server.services import Services
from server.serving import Serving, bind, url_of

PASSWORD = "correct horse"
_LIMIT_S = 30.0


@dataclass(frozen=True, slots=True)
class Backend:
    url: str
    """without `/api/v1`"""
    owner_code: str
    """signs the owner in once"""
    services: Services

    def owner_token(self) -> str:
        """An access token of the owner, as often as wanted; leaves the bootstrap code alone."""
        return self.services.access_tokens.issue(self.services.accounts.ensure_owner())

    def client(self, token: str | None = None) -> httpx.Client:
        """Speaks to `/api/v1` as the owner, or with `token`; "" speaks as nobody."""
        token = self.owner_token() if token is None else token
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        return httpx.Client(base_url=self.url + API_PREFIX, headers=headers, timeout=20, trust_env=False)

    def new_listener(self, username: str, password: str = PASSWORD) -> httpx.Client:
        """Registers and signs in somebody who is not the owner."""
        with self.client("") as client:
            client.post("/auth/register", json={"username": username, "password": password}).raise_for_status()
            grant = {"grant_type": "password", "username": username, "password": password}
            answer = client.post("/auth/token", json=grant).raise_for_status()
        return self.client(answer.json()["access_token"])


@contextmanager
def running_backend(
    data_dir: Path, *, library: Path | None = None, demo: bool = False, rescan_interval_s: float = 0.0
) -> Iterator[Backend]:
    """`data_dir` may be used again after the block: the next backend finds what this one kept."""
    config = Config(
        data_dir=data_dir,
        libraries=(library,) if library is not None else (),
        demo=demo,
        offers_owner_code=True,
        rescan_interval_s=rescan_interval_s,
    )
    app = create_app(config)
    services: Services = app.state.services
    listening = threading.Event()
    serving = Serving(app, on_listening=listening.set)
    with bind(config.host, config.port) as bound:
        thread = threading.Thread(target=serving.run, args=([bound],), name="backend", daemon=True)
        thread.start()
        try:
            assert listening.wait(_LIMIT_S), "the backend did not start"
            yield Backend(url_of(bound), services.owner_code.code or "", services)
        finally:
            serving.request_stop()
            thread.join(_LIMIT_S)
    assert not thread.is_alive(), "the backend did not stop"
