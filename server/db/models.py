"""Every table of the backend (SQLAlchemy 2, typed). Alembic's migrations in `migrations/` make them; a test holds
the two against each other. Times are UTC epoch seconds as floats: they compare the same on every engine."""

from __future__ import annotations

import secrets
import time
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

NAMING = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


def new_id(prefix: str) -> str:
    """An opaque id: `so_` + 16 random hex digits. Unguessable enough to name, never used as an entitlement."""
    return f"{prefix}_{secrets.token_hex(8)}"


class Base(DeclarativeBase):
    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map = {dict[str, Any]: JSON, list[str]: JSON}  # noqa: RUF012 - SQLAlchemy reads it as is


# ---- identity


class User(Base):
    __tablename__ = "users"
    id: Mapped[str] = mapped_column(primary_key=True, default=lambda: new_id("us"))
    username: Mapped[str] = mapped_column(unique=True)
    """folded to lower case; what signs in"""
    display_name: Mapped[str]
    password_hash: Mapped[str | None]
    """argon2id; None for the local owner, who signs in with the bootstrap code only"""
    plan: Mapped[str] = mapped_column(default="premium")
    is_owner: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[float] = mapped_column(default=time.time)


class RefreshToken(Base):
    """One rotation step of one sign-in (family). A used token seen again after the replay window revokes the
    whole family (RFC 9700, 4.14)."""

    __tablename__ = "refresh_tokens"
    id: Mapped[str] = mapped_column(primary_key=True, default=lambda: new_id("rt"))
    user_id: Mapped[str] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    family: Mapped[str] = mapped_column(index=True)
    token_hash: Mapped[str] = mapped_column(unique=True)
    device_name: Mapped[str] = mapped_column(default="")
    created_at: Mapped[float] = mapped_column(default=time.time)
    expires_at: Mapped[float]
    used_at: Mapped[float | None]
    used_request_id: Mapped[str | None]
    successor_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    """the answer given at rotation, sealed, so that a lost answer can be repeated for 120 s"""
    revoked_at: Mapped[float | None]


class ServerSecret(Base):
    """Keys the server makes for itself at first start (token signing, URL signing)."""

    __tablename__ = "server_secrets"
    name: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[bytes] = mapped_column(LargeBinary)


# ---- catalogue


class Cover(Base):
    """The picture's bytes lie in the storage under `covers/`, named by the hash; sizes are made on demand."""

    __tablename__ = "covers"
    id: Mapped[str] = mapped_column(primary_key=True)
    """`co_` + the first 32 hex digits of the SHA-256 of the original picture"""
    mime: Mapped[str]
    colour: Mapped[str]
    """mean colour, `#rrggbb`"""
    width: Mapped[int]
    height: Mapped[int]


class Artist(Base):
    __tablename__ = "artists"
    id: Mapped[str] = mapped_column(primary_key=True, default=lambda: new_id("ar"))
    name: Mapped[str]
    sort_key: Mapped[str] = mapped_column(index=True)
    """folded: lower case, no diacritics, no leading article"""
    cover_id: Mapped[str | None] = mapped_column(ForeignKey("covers.id"))
    __table_args__ = (UniqueConstraint("name"),)


class Album(Base):
    __tablename__ = "albums"
    id: Mapped[str] = mapped_column(primary_key=True, default=lambda: new_id("al"))
    title: Mapped[str]
    sort_key: Mapped[str] = mapped_column(index=True)
    artist_id: Mapped[str] = mapped_column(ForeignKey("artists.id"), index=True)
    year: Mapped[int | None] = mapped_column(index=True)
    kind: Mapped[str] = mapped_column(default="album")
    cover_id: Mapped[str | None] = mapped_column(ForeignKey("covers.id"))
    album_lufs: Mapped[float | None]
    album_peak_dbtp: Mapped[float | None]
    added_at: Mapped[float] = mapped_column(default=time.time, index=True)
    artist: Mapped[Artist] = relationship(lazy="joined")
    songs: Mapped[list[Song]] = relationship(
        back_populates="album", order_by="Song.disc_number, Song.track_number, Song.title"
    )
    __table_args__ = (UniqueConstraint("artist_id", "title", "year"),)


class SongArtist(Base):
    __tablename__ = "song_artists"
    song_id: Mapped[str] = mapped_column(ForeignKey("songs.id", ondelete="CASCADE"), primary_key=True)
    artist_id: Mapped[str] = mapped_column(ForeignKey("artists.id"), primary_key=True, index=True)
    position: Mapped[int] = mapped_column(default=0)


class SongGenre(Base):
    __tablename__ = "song_genres"
    song_id: Mapped[str] = mapped_column(ForeignKey("songs.id", ondelete="CASCADE"), primary_key=True)
    name: Mapped[str] = mapped_column(primary_key=True, index=True)


class Song(Base):
    """One file of music. `sample_count` and loudness are None until analysed; the stream route analyses at once
    what it is asked for. A song whose file went away keeps its row (`removed_at`), so that playlists keep it."""

    __tablename__ = "songs"
    id: Mapped[str] = mapped_column(primary_key=True, default=lambda: new_id("so"))
    title: Mapped[str]
    sort_key: Mapped[str] = mapped_column(index=True)
    album_id: Mapped[str | None] = mapped_column(ForeignKey("albums.id"), index=True)
    track_number: Mapped[int | None]
    disc_number: Mapped[int | None]
    year: Mapped[int | None] = mapped_column(index=True)
    duration_s: Mapped[float]
    added_at: Mapped[float] = mapped_column(default=time.time, index=True)
    removed_at: Mapped[float | None]
    """no index: nearly every row is null, and SQLite would choose it before better ones"""
    plays: Mapped[int] = mapped_column(default=0, index=True)
    cover_id: Mapped[str | None] = mapped_column(ForeignKey("covers.id"))
    # the file
    folder_id: Mapped[str] = mapped_column(ForeignKey("library_folders.id"), index=True)
    path: Mapped[str]
    """relative to the folder, '/' between parts"""
    file_size: Mapped[int] = mapped_column(BigInteger)
    file_mtime_ns: Mapped[int] = mapped_column(BigInteger)
    content_hash: Mapped[str | None] = mapped_column(index=True)
    """SHA-256 of the file; names the packaged segments, so that a changed file never meets old segments"""
    # analysis
    sample_rate: Mapped[int | None]
    """the file's own, as `SourceFormat` has them: with them a stream begins without opening the file"""
    channels: Mapped[int | None]
    sample_count: Mapped[int | None]
    """at `sample_rate`, priming and padding taken off"""
    track_lufs: Mapped[float | None]
    track_peak_dbtp: Mapped[float | None]
    waveform: Mapped[bytes | None] = mapped_column(LargeBinary)
    """1,000 peaks, one byte each"""
    lyrics: Mapped[str | None]
    """the text of the .lrc beside the file, or of its tag"""
    album: Mapped[Album | None] = relationship(back_populates="songs", lazy="joined")
    artists: Mapped[list[Artist]] = relationship(
        secondary="song_artists", order_by="SongArtist.position", lazy="selectin"
    )
    genres: Mapped[list[SongGenre]] = relationship(lazy="selectin", cascade="all, delete-orphan")
    __table_args__ = (
        UniqueConstraint("folder_id", "path"),
        Index("ix_songs_album_order", "album_id", "disc_number", "track_number"),
    )


class LibraryFolder(Base):
    __tablename__ = "library_folders"
    id: Mapped[str] = mapped_column(primary_key=True, default=lambda: new_id("lf"))
    path: Mapped[str] = mapped_column(unique=True)
    """absolute"""
    is_demo: Mapped[bool] = mapped_column(default=False)
    added_at: Mapped[float] = mapped_column(default=time.time)
    scanned_at: Mapped[float | None]


class IngestFailure(Base):
    """A file that could not be read; shown by name until it can."""

    __tablename__ = "ingest_failures"
    folder_id: Mapped[str] = mapped_column(ForeignKey("library_folders.id", ondelete="CASCADE"), primary_key=True)
    path: Mapped[str] = mapped_column(primary_key=True)
    reason: Mapped[str]
    file_size: Mapped[int] = mapped_column(BigInteger)
    file_mtime_ns: Mapped[int] = mapped_column(BigInteger)


# ---- what listeners keep


class LikedSong(Base):
    __tablename__ = "liked_songs"
    user_id: Mapped[str] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    song_id: Mapped[str] = mapped_column(ForeignKey("songs.id", ondelete="CASCADE"), primary_key=True)
    liked_at: Mapped[float] = mapped_column(default=time.time)
    __table_args__ = (Index("ix_liked_songs_newest", "user_id", "liked_at"),)


class Playlist(Base):
    __tablename__ = "playlists"
    id: Mapped[str] = mapped_column(primary_key=True, default=lambda: new_id("pl"))
    owner_id: Mapped[str] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    name: Mapped[str]
    description: Mapped[str] = mapped_column(default="")
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[float] = mapped_column(default=time.time)
    updated_at: Mapped[float] = mapped_column(default=time.time)
    items: Mapped[list[PlaylistItem]] = relationship(
        back_populates="playlist", order_by="PlaylistItem.position", cascade="all, delete-orphan"
    )


class PlaylistItem(Base):
    __tablename__ = "playlist_items"
    id: Mapped[str] = mapped_column(primary_key=True, default=lambda: new_id("pi"))
    playlist_id: Mapped[str] = mapped_column(ForeignKey("playlists.id", ondelete="CASCADE"), index=True)
    song_id: Mapped[str] = mapped_column(ForeignKey("songs.id"))
    position: Mapped[int]
    added_at: Mapped[float] = mapped_column(default=time.time)
    playlist: Mapped[Playlist] = relationship(back_populates="items")
    song: Mapped[Song] = relationship(lazy="joined")


class PlayEvent(Base):
    """One listen, once however often it is delivered."""

    __tablename__ = "play_events"
    user_id: Mapped[str] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    id: Mapped[str] = mapped_column(primary_key=True)
    """the client's event id; one listener's ids never meet another's"""
    song_id: Mapped[str] = mapped_column(ForeignKey("songs.id", ondelete="CASCADE"), index=True)
    started_at: Mapped[float]
    heard_s: Mapped[float]
    is_offline: Mapped[bool] = mapped_column(default=False)
    received_at: Mapped[float] = mapped_column(default=time.time)
    __table_args__ = (Index("ix_play_events_newest", "user_id", "started_at"),)


# ---- devices and licences


class Subscription(Base):
    """Where a listener is at home and until when the plan is paid for. No row: everywhere, without end."""

    __tablename__ = "subscriptions"
    user_id: Mapped[str] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    region: Mapped[str]
    """ISO 3166-1 alpha-2, or `ZZ` where it is not known"""
    ends_at: Mapped[float | None]


class Device(Base):
    """One registration of one installation: its keys never change, a new key is a new row. Rows stay when the device
    is removed, because slots and replacements are counted over them."""

    __tablename__ = "devices"
    id: Mapped[str] = mapped_column(primary_key=True, default=lambda: new_id("de"))
    user_id: Mapped[str] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    installation: Mapped[str]
    """the player's own id of this installation: random, kept beside its data"""
    name: Mapped[str]
    platform: Mapped[str]
    signing_key: Mapped[str]
    """Ed25519, base64url: signs the device's requests"""
    agreement_key: Mapped[str]
    """X25519, base64url: lease keys are sealed to it"""
    thumbprint: Mapped[str]
    """of the signing key (RFC 7638)"""
    arrival: Mapped[str]
    """how it came by its slot: `server/devices/slots.py`"""
    registered_at: Mapped[float] = mapped_column(default=time.time)
    seen_at: Mapped[float] = mapped_column(default=time.time)
    sign_in: Mapped[str | None]
    """the sign-in (family of refresh tokens) it was last used with; ended when another removes the device"""
    removed_at: Mapped[float | None]
    removal: Mapped[str | None]
    licence_secret: Mapped[bytes | None] = mapped_column(LargeBinary)
    """32 random bytes that lease and content keys are derived from; erased when the device is removed"""
    lease_seq: Mapped[int] = mapped_column(BigInteger, default=0)
    lease_expires_at: Mapped[float | None]
    __table_args__ = (
        Index("ix_devices_user_id_thumbprint", "user_id", "thumbprint"),
        Index(
            "uq_devices_installation_in_use",
            "user_id",
            "installation",
            unique=True,
            sqlite_where=text("removed_at IS NULL"),
            postgresql_where=text("removed_at IS NULL"),
        ),
    )


class Leaf(Base):
    """The licence of one song in one rendition on one device."""

    __tablename__ = "leaves"
    id: Mapped[str] = mapped_column(primary_key=True, default=lambda: new_id("gr"))
    """the leaf's `gid`"""
    device_id: Mapped[str] = mapped_column(ForeignKey("devices.id", ondelete="CASCADE"))
    song_id: Mapped[str] = mapped_column(ForeignKey("songs.id"), index=True)
    kbps: Mapped[int]
    sha256: Mapped[str]
    length: Mapped[int] = mapped_column(BigInteger)
    issued_at: Mapped[float] = mapped_column(default=time.time)
    revoked_at: Mapped[float | None]
    __table_args__ = (UniqueConstraint("device_id", "song_id", "kbps", "sha256"),)


class SongRight(Base):
    """What may be done with a song away from the backend. No row: everything, everywhere."""

    __tablename__ = "song_rights"
    song_id: Mapped[str] = mapped_column(ForeignKey("songs.id", ondelete="CASCADE"), primary_key=True)
    regions: Mapped[list[str] | None] = mapped_column(JSON(none_as_null=True))
    """where it may be kept; None is everywhere"""
    withdrawn_at: Mapped[float | None]


class Asset(Base):
    """What all bytes of a rendition are: measured once, because it takes packaging the whole song."""

    __tablename__ = "assets"
    content: Mapped[str] = mapped_column(primary_key=True)
    kbps: Mapped[int] = mapped_column(primary_key=True)
    sha256: Mapped[str]
    length: Mapped[int] = mapped_column(BigInteger)
    segment_count: Mapped[int]
    measured_at: Mapped[float] = mapped_column(default=time.time)


class LicenceKey(Base):
    """A key that signs licences. Leaves do not expire, so its public half stays for ever unless it is revoked; the
    private half is erased when its successor begins."""

    __tablename__ = "licence_keys"
    kid: Mapped[str] = mapped_column(primary_key=True)
    public_key: Mapped[str]
    seed: Mapped[bytes | None] = mapped_column(LargeBinary)
    made_at: Mapped[int] = mapped_column(BigInteger)
    changed_at: Mapped[int] = mapped_column(BigInteger)
    """when it entered or left the keyset; the latest of all keys is the keyset's `seq`"""
    revoked_at: Mapped[int | None] = mapped_column(BigInteger)


class GivenAnswer(Base):
    """What was answered to a signed request, for who asks again because the answer was lost."""

    __tablename__ = "given_answers"
    user_id: Mapped[str] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    request_id: Mapped[str] = mapped_column(primary_key=True)
    request_hash: Mapped[str]
    answer: Mapped[dict[str, Any]]
    given_at: Mapped[float] = mapped_column(index=True)


class AuditEntry(Base):
    """One decision about devices and licences. Each holds the hash of the one before it (server/audit.py); no foreign
    keys, because entries outlive what they speak of."""

    __tablename__ = "audit_entries"
    seq: Mapped[int] = mapped_column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True)
    at_ms: Mapped[int] = mapped_column(BigInteger)
    action: Mapped[str]
    outcome: Mapped[str]
    user_id: Mapped[str | None] = mapped_column(index=True)
    device_id: Mapped[str | None] = mapped_column(index=True)
    details: Mapped[str]
    """canonical JSON, as it was hashed"""
    previous_hash: Mapped[str]
    hash: Mapped[str]


class AuditHead(Base):
    """The end of the audit log: one row, which also makes writers come one after another."""

    __tablename__ = "audit_heads"
    id: Mapped[int] = mapped_column(primary_key=True)
    seq: Mapped[int] = mapped_column(BigInteger)
    hash: Mapped[str]


# ---- search


class SearchEntry(Base):
    """What the search index knows of one song, album, artist or playlist, folded. `server/catalog/search_index.py`
    alone writes it; on SQLite an FTS5 table over `words` follows it by triggers."""

    __tablename__ = "search_entries"
    id: Mapped[int] = mapped_column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True)
    """each kind has a range of its own, so that a full-text search of one kind is a range of row ids"""
    entity_id: Mapped[str] = mapped_column(unique=True)
    title: Mapped[str] = mapped_column(index=True)
    """the title's words, joined by single spaces: what `exact` and `starts with` compare"""
    words: Mapped[str]
    """every word that finds the entity, title and all"""
