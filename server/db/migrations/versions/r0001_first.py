"""Everything the first Segue stores, and on SQLite the full-text table over the search entries."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    _identity()
    _catalogue()
    _songs()
    _listeners()
    _search()


def _identity() -> None:
    op.create_table(
        "users",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("username", sa.String(), nullable=False),
        sa.Column("display_name", sa.String(), nullable=False),
        sa.Column("password_hash", sa.String(), nullable=True),
        sa.Column("plan", sa.String(), nullable=False),
        sa.Column("is_owner", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_users")),
        sa.UniqueConstraint("username", name=op.f("uq_users_username")),
    )
    op.create_table(
        "refresh_tokens",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("user_id", sa.String(), nullable=False),
        sa.Column("family", sa.String(), nullable=False),
        sa.Column("token_hash", sa.String(), nullable=False),
        sa.Column("device_name", sa.String(), nullable=False),
        sa.Column("created_at", sa.Double(), nullable=False),
        sa.Column("expires_at", sa.Double(), nullable=False),
        sa.Column("used_at", sa.Double(), nullable=True),
        sa.Column("used_request_id", sa.String(), nullable=True),
        sa.Column("successor_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("revoked_at", sa.Double(), nullable=True),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_refresh_tokens_user_id_users"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_refresh_tokens")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_refresh_tokens_token_hash")),
    )
    op.create_index(op.f("ix_refresh_tokens_family"), "refresh_tokens", ["family"])
    op.create_index(op.f("ix_refresh_tokens_user_id"), "refresh_tokens", ["user_id"])
    op.create_table(
        "server_secrets",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("value", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_server_secrets")),
    )


def _catalogue() -> None:
    op.create_table(
        "covers",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("mime", sa.String(), nullable=False),
        sa.Column("colour", sa.String(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_covers")),
    )
    op.create_table(
        "artists",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("sort_key", sa.String(), nullable=False),
        sa.Column("cover_id", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["cover_id"], ["covers.id"], name=op.f("fk_artists_cover_id_covers")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_artists")),
        sa.UniqueConstraint("name", name=op.f("uq_artists_name")),
    )
    op.create_index(op.f("ix_artists_sort_key"), "artists", ["sort_key"])
    op.create_table(
        "albums",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("sort_key", sa.String(), nullable=False),
        sa.Column("artist_id", sa.String(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=True),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("cover_id", sa.String(), nullable=True),
        sa.Column("album_lufs", sa.Double(), nullable=True),
        sa.Column("album_peak_dbtp", sa.Double(), nullable=True),
        sa.Column("added_at", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(["artist_id"], ["artists.id"], name=op.f("fk_albums_artist_id_artists")),
        sa.ForeignKeyConstraint(["cover_id"], ["covers.id"], name=op.f("fk_albums_cover_id_covers")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_albums")),
        sa.UniqueConstraint("artist_id", "title", "year", name=op.f("uq_albums_artist_id")),
    )
    op.create_index(op.f("ix_albums_added_at"), "albums", ["added_at"])
    op.create_index(op.f("ix_albums_artist_id"), "albums", ["artist_id"])
    op.create_index(op.f("ix_albums_sort_key"), "albums", ["sort_key"])
    op.create_index(op.f("ix_albums_year"), "albums", ["year"])
    op.create_table(
        "library_folders",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("path", sa.String(), nullable=False),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.Column("added_at", sa.Double(), nullable=False),
        sa.Column("scanned_at", sa.Double(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_library_folders")),
        sa.UniqueConstraint("path", name=op.f("uq_library_folders_path")),
    )
    op.create_table(
        "ingest_failures",
        sa.Column("folder_id", sa.String(), nullable=False),
        sa.Column("path", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("file_size", sa.BigInteger(), nullable=False),
        sa.Column("file_mtime_ns", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["folder_id"],
            ["library_folders.id"],
            name=op.f("fk_ingest_failures_folder_id_library_folders"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("folder_id", "path", name=op.f("pk_ingest_failures")),
    )


def _songs() -> None:
    op.create_table(
        "songs",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("sort_key", sa.String(), nullable=False),
        sa.Column("album_id", sa.String(), nullable=True),
        sa.Column("track_number", sa.Integer(), nullable=True),
        sa.Column("disc_number", sa.Integer(), nullable=True),
        sa.Column("year", sa.Integer(), nullable=True),
        sa.Column("duration_s", sa.Double(), nullable=False),
        sa.Column("added_at", sa.Double(), nullable=False),
        sa.Column("removed_at", sa.Double(), nullable=True),
        sa.Column("plays", sa.Integer(), nullable=False),
        sa.Column("cover_id", sa.String(), nullable=True),
        sa.Column("folder_id", sa.String(), nullable=False),
        sa.Column("path", sa.String(), nullable=False),
        sa.Column("file_size", sa.BigInteger(), nullable=False),
        sa.Column("file_mtime_ns", sa.BigInteger(), nullable=False),
        sa.Column("content_hash", sa.String(), nullable=True),
        sa.Column("sample_rate", sa.Integer(), nullable=True),
        sa.Column("channels", sa.Integer(), nullable=True),
        sa.Column("sample_count", sa.Integer(), nullable=True),
        sa.Column("track_lufs", sa.Double(), nullable=True),
        sa.Column("track_peak_dbtp", sa.Double(), nullable=True),
        sa.Column("waveform", sa.LargeBinary(), nullable=True),
        sa.Column("lyrics", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["album_id"], ["albums.id"], name=op.f("fk_songs_album_id_albums")),
        sa.ForeignKeyConstraint(["cover_id"], ["covers.id"], name=op.f("fk_songs_cover_id_covers")),
        sa.ForeignKeyConstraint(
            ["folder_id"], ["library_folders.id"], name=op.f("fk_songs_folder_id_library_folders")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_songs")),
        sa.UniqueConstraint("folder_id", "path", name=op.f("uq_songs_folder_id")),
    )
    op.create_index(op.f("ix_songs_added_at"), "songs", ["added_at"])
    op.create_index(op.f("ix_songs_album_id"), "songs", ["album_id"])
    op.create_index("ix_songs_album_order", "songs", ["album_id", "disc_number", "track_number"])
    op.create_index(op.f("ix_songs_content_hash"), "songs", ["content_hash"])
    op.create_index(op.f("ix_songs_folder_id"), "songs", ["folder_id"])
    op.create_index(op.f("ix_songs_plays"), "songs", ["plays"])
    op.create_index(op.f("ix_songs_sort_key"), "songs", ["sort_key"])
    op.create_index(op.f("ix_songs_year"), "songs", ["year"])
    op.create_table(
        "song_artists",
        sa.Column("song_id", sa.String(), nullable=False),
        sa.Column("artist_id", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["artist_id"], ["artists.id"], name=op.f("fk_song_artists_artist_id_artists")),
        sa.ForeignKeyConstraint(
            ["song_id"], ["songs.id"], name=op.f("fk_song_artists_song_id_songs"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("song_id", "artist_id", name=op.f("pk_song_artists")),
    )
    op.create_index(op.f("ix_song_artists_artist_id"), "song_artists", ["artist_id"])
    op.create_table(
        "song_genres",
        sa.Column("song_id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["song_id"], ["songs.id"], name=op.f("fk_song_genres_song_id_songs"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("song_id", "name", name=op.f("pk_song_genres")),
    )
    op.create_index(op.f("ix_song_genres_name"), "song_genres", ["name"])


def _listeners() -> None:
    op.create_table(
        "playlists",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("owner_id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("description", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.Double(), nullable=False),
        sa.Column("updated_at", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["users.id"], name=op.f("fk_playlists_owner_id_users"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_playlists")),
    )
    op.create_index(op.f("ix_playlists_owner_id"), "playlists", ["owner_id"])
    op.create_table(
        "playlist_items",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("playlist_id", sa.String(), nullable=False),
        sa.Column("song_id", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("added_at", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(
            ["playlist_id"],
            ["playlists.id"],
            name=op.f("fk_playlist_items_playlist_id_playlists"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["song_id"], ["songs.id"], name=op.f("fk_playlist_items_song_id_songs")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_playlist_items")),
    )
    op.create_index(op.f("ix_playlist_items_playlist_id"), "playlist_items", ["playlist_id"])
    op.create_table(
        "liked_songs",
        sa.Column("user_id", sa.String(), nullable=False),
        sa.Column("song_id", sa.String(), nullable=False),
        sa.Column("liked_at", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(
            ["song_id"], ["songs.id"], name=op.f("fk_liked_songs_song_id_songs"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_liked_songs_user_id_users"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("user_id", "song_id", name=op.f("pk_liked_songs")),
    )
    op.create_index("ix_liked_songs_newest", "liked_songs", ["user_id", "liked_at"])
    op.create_table(
        "play_events",
        sa.Column("user_id", sa.String(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("song_id", sa.String(), nullable=False),
        sa.Column("started_at", sa.Double(), nullable=False),
        sa.Column("heard_s", sa.Double(), nullable=False),
        sa.Column("is_offline", sa.Boolean(), nullable=False),
        sa.Column("received_at", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(
            ["song_id"], ["songs.id"], name=op.f("fk_play_events_song_id_songs"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_play_events_user_id_users"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("user_id", "id", name=op.f("pk_play_events")),
    )
    op.create_index("ix_play_events_newest", "play_events", ["user_id", "started_at"])
    op.create_index(op.f("ix_play_events_song_id"), "play_events", ["song_id"])


def _search() -> None:
    op.create_table(
        "search_entries",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("entity_id", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("words", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_search_entries")),
        sa.UniqueConstraint("entity_id", name=op.f("uq_search_entries_entity_id")),
    )
    op.create_index(op.f("ix_search_entries_title"), "search_entries", ["title"])
    if op.get_bind().dialect.name == "sqlite":
        for statement in _FULL_TEXT:
            op.execute(statement)


# an external-content table: the words are stored once, in search_entries (sqlite.org/fts5.html, 4.4.3)
_FULL_TEXT = (
    """CREATE VIRTUAL TABLE search_words USING fts5(
        words, content = 'search_entries', content_rowid = 'id',
        prefix = '1 2 3', tokenize = 'unicode61 remove_diacritics 0')""",
    """CREATE TRIGGER search_entries_inserted AFTER INSERT ON search_entries BEGIN
        INSERT INTO search_words (rowid, words) VALUES (new.id, new.words);
    END""",
    """CREATE TRIGGER search_entries_deleted AFTER DELETE ON search_entries BEGIN
        INSERT INTO search_words (search_words, rowid, words) VALUES ('delete', old.id, old.words);
    END""",
    """CREATE TRIGGER search_entries_updated AFTER UPDATE OF words ON search_entries BEGIN
        INSERT INTO search_words (search_words, rowid, words) VALUES ('delete', old.id, old.words);
        INSERT INTO search_words (rowid, words) VALUES (new.id, new.words);
    END""",
)
