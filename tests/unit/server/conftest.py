"""A database of its own for each test, and one running backend with the seeded library.

The migrations run once for the session; each test gets a copy of their result.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from server.config import Config
from server.db.migrate import open_database
from server.db.session import Database
from server.services import Services, build_services
from tests.support.backend import Backend, running_backend
from tests.support.seeded import seed_library
from tests.support.settable_time import SettableTime


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("migrated")
    open_database(Config(data_dir=folder)).close()
    return Config(data_dir=folder).database_path


@pytest.fixture(scope="session")
def filled(migrated: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    config = Config(data_dir=tmp_path_factory.mktemp("filled"))
    shutil.copy(migrated, config.database_path)
    database = open_database(config)
    with database.session() as session:
        seed_library(session)
    database.close()
    return config.database_path


@pytest.fixture
def database(migrated: Path, tmp_path: Path) -> Iterator[Database]:
    yield from _copy(migrated, tmp_path)


@pytest.fixture
def seeded(filled: Path, tmp_path: Path) -> Iterator[Database]:
    yield from _copy(filled, tmp_path)


@pytest.fixture
def backend(filled: Path, tmp_path: Path) -> Iterator[Backend]:
    config = Config(data_dir=tmp_path / "data")
    config.data_dir.mkdir()
    shutil.copy(filled, config.database_path)
    with running_backend(config.data_dir) as running:
        yield running


@pytest.fixture
def clock() -> SettableTime:
    return SettableTime()


@pytest.fixture
def services(filled: Path, tmp_path: Path, clock: SettableTime) -> Iterator[Services]:
    """All of a backend with the seeded library but its network: nothing is started."""
    config = Config(data_dir=tmp_path / "data", clock=clock)
    config.data_dir.mkdir()
    shutil.copy(filled, config.database_path)
    built = build_services(config)
    yield built
    built.database.close()


def _copy(template: Path, folder: Path) -> Iterator[Database]:
    config = Config(data_dir=folder)
    shutil.copy(template, config.database_path)
    opened = open_database(config)
    yield opened
    opened.close()
