"""The app factory: `create_app(config)` gives the whole backend as one ASGI app. Called by `__main__` and tests."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from starlette.concurrency import run_in_threadpool

from server.catalog.routes import router as catalog
from server.compression import Compression
from server.config import API_PREFIX, VERSION, Config
from server.devices.routes import router as devices
from server.discovery.routes import router as discovery
from server.http_rules import HttpRules
from server.identity.routes import router as identity
from server.ingest.routes import router as ingest
from server.insights.routes import router as insights
from server.licences.routes import router as licences
from server.playlists.routes import router as playlists
from server.problems import RESPONSES, install_handlers
from server.services import build_services
from server.streaming.routes import media_routes
from server.streaming.routes import router as streaming


def create_app(config: Config) -> FastAPI:
    services = build_services(config)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        services.start()
        yield
        await run_in_threadpool(services.stop)

    app = FastAPI(
        title="Segue",
        version=VERSION,
        openapi_url=f"{API_PREFIX}/openapi.json",
        docs_url=None,
        redoc_url=None,
        lifespan=lifespan,
        # FastAPI would trace requests, signed URLs and all, and export them where its environment says
        telemetry={
            "tracing": False,
            "metrics": False,
            "logs": False,
            "operation_spans": False,
            "auto_configure": False,
        },
        responses=RESPONSES,
    )
    app.state.services = services
    app.add_middleware(Compression)
    app.add_middleware(HttpRules, bound_host=config.host, max_body_bytes=config.max_body_bytes)
    install_handlers(app)
    for router in (identity, catalog, discovery, playlists, insights, streaming, ingest, devices, licences):
        app.include_router(router, prefix=API_PREFIX)
    app.router.routes.extend(media_routes)

    @app.get(f"{API_PREFIX}/health", tags=["health"])
    async def health() -> dict[str, str | int]:
        return {"name": "Segue", "api": 1, "version": VERSION}

    return app
