"""From a fresh Debian 12 to the first song, by stage: a minimal system made with debootstrap, this checkout's last
commit, and `python3 dev.py run` in it. Needs root, debootstrap and the package registries.

The package caches are kept between runs (SEGUE_FRESH_CACHE, else /var/cache/segue-fresh): the
first run fills them and measures a cold cache, the second a warm one. The reference is the same machine's time to
unpack and configure the bare system, printed first.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
CACHE = Path(os.environ.get("SEGUE_FRESH_CACHE", "/var/cache/segue-fresh"))
SUITE, MIRROR = "bookworm", "http://deb.debian.org/debian"


def main() -> int:
    if os.geteuid() != 0 or shutil.which("debootstrap") is None:
        print("This benchmark needs root and debootstrap (apt-get install debootstrap).")
        return 2
    system = Path(tempfile.mkdtemp(prefix="segue-fresh-", dir="/var/tmp"))
    mounts: list[Path] = []
    try:
        return _measure(system, mounts)
    finally:
        for place in reversed(mounts):
            subprocess.run(["umount", "-l", place], check=False)
        if not any(os.path.ismount(place) for place in mounts):
            shutil.rmtree(system, ignore_errors=True)


def _measure(system: Path, mounts: list[Path]) -> int:
    is_warm = (CACHE / "pip").is_dir()
    began = time.monotonic()
    options = ["--variant=minbase", "--include=ca-certificates,python3"]
    command: list[str | Path] = ["debootstrap", *options, SUITE, system, MIRROR]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    print(f"bare Debian 12 with python3: {time.monotonic() - began:.1f} s (reference)")
    _furnish(system, mounts)
    environment = {
        "PATH": "/usr/sbin:/usr/bin:/sbin:/bin",
        "HOME": "/root",
        "LANG": "C.UTF-8",
        **{name: value for name, value in os.environ.items() if name.startswith(("PIP_", "SSL_"))},
    }
    run = "cd /srv/segue && exec python3 dev.py run --demo --headless --play song:a --seconds 2 --report /srv/r.json"
    print(f"package caches: {'warm' if is_warm else 'cold'}", flush=True)
    began = time.monotonic()
    done = subprocess.run(
        ["chroot", system, "sh", "-c", run], env=environment, capture_output=True, text=True, check=False
    )
    stages = [
        line for line in done.stdout.splitlines() if line.startswith(("  system libraries", "  Python packages"))
    ]
    print("\n".join(stages))
    if done.returncode != 0:
        print(done.stdout[-2000:] + done.stderr[-2000:])
        return 1
    report = json.loads((system / "srv" / "r.json").read_text())
    print(f"  first sound, from the command: {report['timeline']['sound_s']:.1f} s")
    print(f"whole run: {time.monotonic() - began:.1f} s")
    _keep_caches(system)
    return 0


def _furnish(system: Path, mounts: list[Path]) -> None:
    """The checkout, the certificates, the caches, and what a container gives: /proc, /dev, /sys."""
    subprocess.run(["git", "clone", "-q", ROOT, system / "srv" / "segue"], check=True)
    shutil.copy("/etc/ssl/certs/ca-certificates.crt", system / "etc/ssl/certs/ca-certificates.crt")
    for name in ("resolv.conf", "hosts"):
        shutil.copy(f"/etc/{name}", system / "etc" / name)
    for kept, place in (("pip", "root/.cache/pip"), ("apt", "var/cache/apt/archives")):
        (system / place).mkdir(parents=True, exist_ok=True)
        if (CACHE / kept).is_dir():
            shutil.copytree(CACHE / kept, system / place, dirs_exist_ok=True)
    for name in ("proc", "dev", "dev/pts", "sys"):
        subprocess.run(["mount", "--rbind" if name == "sys" else "--bind", f"/{name}", system / name], check=True)
        mounts.append(system / name)


def _keep_caches(system: Path) -> None:
    CACHE.mkdir(parents=True, exist_ok=True)
    for kept, place in (("pip", "root/.cache/pip"), ("apt", "var/cache/apt/archives")):
        shutil.rmtree(CACHE / kept, ignore_errors=True)
        shutil.copytree(system / place, CACHE / kept, ignore=shutil.ignore_patterns("lock", "partial"))
