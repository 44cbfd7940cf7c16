"""What one backend is told at its start, and nothing else: `__main__` and the tests build it, every part reads it.

Values and a clock only, so that two backends with different settings can live in one process.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

VERSION = "0.1.0"
API_PREFIX = "/api/v1"
LICENCE_DAYS_MAX = 30
DAY_S = 86_400


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    data_dir: Path
    """the backend's own folder: database, storage, demo music"""
    host: str = "127.0.0.1"
    port: int = 0
    """0 takes a free one"""
    libraries: tuple[Path, ...] = ()
    """music folders to register and scan at start"""
    demo: bool = False
    """make the demo library in the background at start, if it is missing"""
    offers_owner_code: bool = False
    """make a bootstrap code that signs the owner in once"""
    database_url: str | None = None
    """SQLAlchemy URL; None is SQLite in the data folder"""
    max_body_bytes: int = 1 << 20
    rescan_interval_s: float = 300.0
    """how often registered folders are looked at again while the backend runs; 0 never"""
    segment_cache_bytes: int = 4 << 30
    """disk that packaged segments may take before the least recently used go"""
    background_workers: int = 1
    licence_days: int = LICENCE_DAYS_MAX
    """how long downloads play without contact; less for demonstrations and tests"""
    licence_root: Path | None = None
    """a hoster's own Ed25519 key (PEM) that signs the keyset; None is one this backend makes for itself"""
    clock: Callable[[], float] = time.time
    """UTC seconds, for licences and devices: tests of a month take no month"""

    @property
    def database_path(self) -> Path:
        return self.data_dir / "segue.db"

    @property
    def storage_dir(self) -> Path:
        return self.data_dir / "storage"

    @property
    def demo_dir(self) -> Path:
        return self.data_dir / "demo"
