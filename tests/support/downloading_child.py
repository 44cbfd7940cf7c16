"""A process that downloads, evicts and wipes without end, to be killed at any moment. It says on standard output what
was READY and what was asked to go, a line each, before the next step. `python -m tests.support.downloading_child
FOLDER SEED`."""

from __future__ import annotations

import hashlib
import random
import sys
from pathlib import Path

from player.offline.container.page import Header
from player.offline.container.writer import ContainerWriter, Progress
from player.offline.files import Disk
from player.offline.keys import RowMac
from player.offline.store import Download, DownloadStore, State

KEY = bytes(range(32))
ROWS = RowMac(bytes(32))
SONGS = 8
PIECE_BYTES = 100_000


def asset(song: str) -> bytes:
    chance = random.Random(song)
    return chance.randbytes(chance.randrange(200_000, 2_500_000))


def header(song: str) -> Header:
    data = asset(song)
    return Header(song, song, "320", "d", "a", hashlib.sha256(data).hexdigest(), len(data), "audio/mp4", (len(data),))


def say(*words: str) -> None:
    sys.stdout.write(" ".join(words) + "\n")
    sys.stdout.flush()


def download(store: DownloadStore, wanted: Download) -> None:
    song, disk = wanted.song, Disk()
    data, etag = asset(song), f'"{song}"'
    begun = store.begin(wanted, licence="leaf", etag=etag, size_bytes=len(data))

    def journal(progress: Progress) -> None:
        store.progressed(begun, progress)

    if begun.plain_bytes and disk.exists(store.part(begun)):
        writer = ContainerWriter.resume(
            disk, store.part(begun), header(song), KEY, begun.progress, etag=etag, journal=journal
        )
    else:
        writer = ContainerWriter.begin(disk, store.part(begun), header(song), KEY, etag=etag, journal=journal)
    say("begun", song, str(writer.plain_bytes))
    for offset in range(writer.plain_bytes, len(data), PIECE_BYTES):
        writer.write(data[offset : offset + PIECE_BYTES])
        say("fetched", song, str(len(data[offset : offset + PIECE_BYTES])))
    verifying = store.move(begun, State.VERIFYING)
    writer.finish(store.path(verifying))
    store.move(verifying, State.READY)
    say("ready", song)


def main(folder: Path, seed: int) -> None:
    chance = random.Random(seed)
    store = DownloadStore.open(folder, Disk(), ROWS)
    say("open")
    while True:
        song = f"song-{chance.randrange(SONGS)}"
        if chance.random() < 0.02:
            say("wipe")
            store.wipe()
        elif chance.random() < 0.2 and (held := store.find(song, "320")) is not None:
            say("remove", song)
            store.remove(held)
        else:
            added = store.add(song, "320", is_pinned=False, used_s=0)
            if added.state is State.QUEUED:
                download(store, added)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
