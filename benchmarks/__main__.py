"""`python3 dev.py bench [NAME ...]`: every figure Segue claims, measured here and now, each against its reference in
the same run. Without a name, the list."""

from __future__ import annotations

import importlib
import sys

BENCHMARKS = {
    "fresh": "a fresh Debian 12 to the first song, by stage (root, debootstrap)",
    "start": "second start of `dev.py run`: window interactive and first sound",
    "record": "`--record` of an album against the decode of its top rendition, sample for sample",
    "abr": "the bitrate controller against published rules and the possible, on simulated links",
    "faults": "playback behind a link that goes wrong: skips, stops and wrong samples, fault by fault",
    "gaps": "how long the window keeps its own thread busy, action by action",
    "gapless": "songs cut from one piece, through changes of rendition, sample for sample",
    "playback": "Segue and plain mpv side by side on links that change",
    "playback.first_sound": "from the command to the first sound on loopback, against mpv on the local file",
    "playback.endurance": "memory, threads and descriptors over 1,000 songs and 200 seeks",
    "playback.idle_cpu": "processor time while playing, window hidden, against plain mpv",
    "skip": "from command to sound on a slow link, next and previous, and how soon a skip ends what it makes useless",
    "recent": "songs heard again: from the disk against from the server, and what keeping them costs",
    "vault": "downloaded songs: container and licences on one core, against plain files, AES-GCM and Ed25519 alone",
    "packager": "first and last segment of a song never played, by format",
}


def main(names: list[str]) -> int:
    unknown = [name for name in names if name not in BENCHMARKS]
    if unknown or not names:
        for name in unknown:
            print(f"There is no benchmark named {name}.")
        print("Benchmarks:\n" + "\n".join(f"  {name:20} {what}" for name, what in BENCHMARKS.items()))
        return 2 if unknown else 0
    results: list[int] = [importlib.import_module(f"benchmarks.{name}").main() for name in names]
    return max(results)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
