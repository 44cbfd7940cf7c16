"""Opening the database: made, kept, told apart from a newer one, and begun anew when damaged."""

from __future__ import annotations

from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config as AlembicConfig
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text

from server.config import Config
from server.db import migrate
from server.db.migrate import DatabaseTooNew, DatabaseUnfit, open_current, open_database
from server.db.migrations import HEAD
from server.db.models import Base, Device, User
from server.db.session import Database


def test_the_migrations_make_what_the_models_say(database: Database) -> None:
    with database.engine.connect() as connection:
        context = MigrationContext.configure(
            connection,
            opts={"include_name": lambda name, kind, _: kind != "table" or not str(name).startswith("search_words")},
        )
        assert compare_metadata(context, Base.metadata) == []


def test_head_names_the_newest_script() -> None:
    settings = AlembicConfig()
    settings.set_main_option("script_location", str(Path(migrate.__file__).with_name("migrations")))
    assert ScriptDirectory.from_config(settings).get_current_head() == HEAD


def test_a_database_of_the_first_segue_keeps_what_it_holds(tmp_path: Path) -> None:
    config = Config(data_dir=tmp_path)
    old = Database(f"sqlite:///{config.database_path}")
    settings = AlembicConfig()
    settings.set_main_option("script_location", str(Path(migrate.__file__).with_name("migrations")))
    with old.engine.execution_options(segue_writes=True).begin() as connection:
        settings.attributes["connection"] = connection
        command.upgrade(settings, "0001")
        row = {"id": "us_1", "name": "ana", "at": 1.0}
        connection.execute(text("INSERT INTO users VALUES (:id, :name, :name, NULL, 'premium', 0, :at)"), row)
    old.close()
    with pytest.raises(DatabaseUnfit, match="another version"):
        open_current(config)
    database = open_database(config)
    with database.session() as session:
        session.add(Device(id="de_1", user_id="us_1", installation="i", name="n", platform="linux", **KEYS))
    with database.reading() as session:
        user = session.get(User, "us_1")
        assert user is not None
        assert user.username == "ana"
    database.close()
    open_current(config).close()


KEYS = {"signing_key": "s", "agreement_key": "a", "thumbprint": "t", "arrival": "first"}


def test_what_was_kept_is_there_again(tmp_path: Path) -> None:
    config = Config(data_dir=tmp_path)
    first = open_database(config)
    with first.session() as session:
        session.add(User(id="us_1", username="ana", display_name="Ana"))
    first.close()
    again = open_database(config)
    with again.reading() as session:
        assert session.get(User, "us_1") is not None
    again.close()


@pytest.mark.allow_log(r"ERROR server.db: The database was damaged")
@pytest.mark.parametrize("damage", ["all", "inside", "journal"])
def test_a_damaged_database_is_kept_aside_and_begun_anew(
    migrated: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture, damage: str
) -> None:
    config = Config(data_dir=tmp_path)
    whole = migrated.read_bytes()
    damaged = {
        "all": b"not a database " * 1000,
        "inside": whole[:4096] + b"\xff" * 40_960 + whole[45_056:],
        "journal": whole[: len(whole) // 2],
    }[damage]
    config.database_path.write_bytes(damaged)
    database = open_database(config)
    with database.session() as session:
        session.add(User(id="us_1", username="ana", display_name="Ana"))
    database.close()
    (kept,) = [
        path for path in tmp_path.iterdir() if ".corrupt-" in path.name and not path.name.endswith(("-wal", "-shm"))
    ]
    assert kept.read_bytes() == damaged
    assert kept.name in caplog.text


def test_a_newer_database_is_left_alone(migrated: Path, tmp_path: Path) -> None:
    config = Config(data_dir=tmp_path)
    config.database_path.write_bytes(migrated.read_bytes())
    database = open_database(config)
    with database.session() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    database.close()
    with pytest.raises(DatabaseTooNew, match="newer Segue"):
        open_database(config)
    assert [path.name for path in tmp_path.iterdir() if "corrupt" in path.name] == []


def test_an_error_undoes_the_whole_unit_of_work(database: Database) -> None:
    def fail_half_way() -> None:
        with database.session() as session:
            session.add(User(id="us_1", username="ana", display_name="Ana"))
            session.flush()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail_half_way()
    with database.reading() as session:
        assert session.get(User, "us_1") is None


def test_readers_do_not_wait_for_a_writer(database: Database) -> None:
    with database.session() as writer:
        writer.add(User(id="us_1", username="ana", display_name="Ana"))
        writer.flush()
        with database.reading() as reader:
            assert reader.get(User, "us_1") is None
