#!/usr/bin/env python3
"""One door to everything a developer, a tester or a first-time listener does here. Standard library only.

    python3 dev.py run [options of main.py]     set up what is missing and start Segue
    python3 dev.py test [--full] [pytest args]  set up what is missing, lint, and run every test
    python3 dev.py lint | bench [NAME] | package | docs | lock

Setting up means: `.venv` with exactly the locked packages, and from the system's package manager libmpv and the
libraries Qt needs. Every command that changes the system is printed first; `--no-system` refuses them.
"""

from __future__ import annotations

import argparse
import ctypes
import hashlib
import os
import shlex
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
IS_WINDOWS, IS_LINUX = (sys.platform.startswith(name) for name in ("win32", "linux"))
STAMP = VENV / "filled-from"
PYTHON = VENV / ("Scripts/python.exe" if IS_WINDOWS else "bin/python")
MINIMUM_PYTHON = (3, 11)

# What the system must give, by the name the loader knows it under, and the package that brings it:
# soname -> {package manager: package}. The Qt rows are those of Qt's own "Qt for X11 requirements".
SYSTEM_LIBRARIES: dict[tuple[str, ...], dict[str, str]] = {
    ("libmpv.so.2", "libmpv.so.1"): {"apt": "libmpv2", "dnf": "mpv-libs", "pacman": "mpv", "zypper": "libmpv2"},
    ("libGL.so.1",): {"apt": "libgl1", "dnf": "libglvnd-glx", "pacman": "libglvnd", "zypper": "libglvnd"},
    ("libEGL.so.1",): {"apt": "libegl1", "dnf": "libglvnd-egl", "pacman": "libglvnd", "zypper": "libglvnd"},
    ("libglib-2.0.so.0",): {"apt": "libglib2.0-0", "dnf": "glib2", "pacman": "glib2", "zypper": "libglib-2_0-0"},
    ("libdbus-1.so.3",): {"apt": "libdbus-1-3", "dnf": "dbus-libs", "pacman": "dbus", "zypper": "libdbus-1-3"},
    ("libfontconfig.so.1",): {
        "apt": "libfontconfig1",
        "dnf": "fontconfig",
        "pacman": "fontconfig",
        "zypper": "fontconfig",
    },
    ("libxkbcommon.so.0",): {
        "apt": "libxkbcommon0",
        "dnf": "libxkbcommon",
        "pacman": "libxkbcommon",
        "zypper": "libxkbcommon0",
    },
    ("libxcb-cursor.so.0",): {
        "apt": "libxcb-cursor0",
        "dnf": "xcb-util-cursor",
        "pacman": "xcb-util-cursor",
        "zypper": "libxcb-cursor0",
    },
    ("libxkbcommon-x11.so.0",): {
        "apt": "libxkbcommon-x11-0",
        "dnf": "libxkbcommon-x11",
        "pacman": "libxkbcommon-x11",
        "zypper": "libxkbcommon-x11-0",
    },
    ("libxcb-icccm.so.4",): {
        "apt": "libxcb-icccm4",
        "dnf": "xcb-util-wm",
        "pacman": "xcb-util-wm",
        "zypper": "libxcb-icccm4",
    },
    ("libxcb-keysyms.so.1",): {
        "apt": "libxcb-keysyms1",
        "dnf": "xcb-util-keysyms",
        "pacman": "xcb-util-keysyms",
        "zypper": "libxcb-keysyms1",
    },
    ("libxcb-shape.so.0",): {"apt": "libxcb-shape0", "dnf": "libxcb", "pacman": "libxcb", "zypper": "libxcb-shape0"},
}
# What only the tests need: program -> Debian package (other systems: install the program of that name).
TEST_PROGRAMS = {
    "Xvfb": "xvfb",
    "dbus-run-session": "dbus",
    "gnome-keyring-daemon": "gnome-keyring",
    "ffprobe": "ffmpeg",
    "mpv": "mpv",
    "pulseaudio": "pulseaudio",
    "pactl": "pulseaudio-utils",
}
INSTALL = {
    "apt": ["apt-get", "install", "-y", "--no-install-recommends"],
    "dnf": ["dnf", "install", "-y"],
    "pacman": ["pacman", "-S", "--noconfirm", "--needed"],
    "zypper": ["zypper", "--non-interactive", "install"],
}


class SetupError(Exception):
    """Setting up cannot go on; the message says what to do."""


def say(text: str) -> None:
    print(text, flush=True)


def staged(name: str, work: Callable[[], None]) -> None:
    """Run one stage of the setting-up and print how long it took."""
    began = time.monotonic()
    work()
    say(f"  {name}: {time.monotonic() - began:.1f} s")


def run(command: Sequence[str | Path], *, env: dict[str, str] | None = None) -> int:
    return subprocess.run([str(part) for part in command], cwd=ROOT, env=env, check=False).returncode


def must(command: Sequence[str | Path], otherwise: str, *, env: dict[str, str] | None = None) -> None:
    if run(command, env=env) != 0:
        raise SetupError(otherwise)


# ---- the system


def package_manager() -> str | None:
    programs = {"apt": "apt-get", "dnf": "dnf", "pacman": "pacman", "zypper": "zypper"}
    return next((name for name, program in programs.items() if shutil.which(program)), None)


def is_loadable(names: tuple[str, ...]) -> bool:
    for name in names:
        try:
            ctypes.CDLL(name)
        except OSError:
            continue
        return True
    return False


def has_the_font() -> bool:
    """Inter, which the window is drawn for; without it any system font serves."""
    folders = [Path("/usr/share/fonts"), Path("/usr/local/share/fonts"), Path.home() / ".local" / "share" / "fonts"]
    return any(next(folder.rglob("Inter*.[to]t[fc]"), None) for folder in folders if folder.is_dir())


def missing_packages(*, for_tests: bool) -> list[str]:
    """Packages of this Linux's package manager that are needed and not there."""
    manager = package_manager() or "apt"
    wanted = [packages[manager] for names, packages in SYSTEM_LIBRARIES.items() if not is_loadable(names)]
    if not has_the_font():
        fonts = {"apt": "fonts-inter", "dnf": "rsms-inter-fonts", "pacman": "inter-font", "zypper": "inter-fonts"}
        wanted.append(fonts[manager])
    if for_tests:
        wanted += [package for program, package in TEST_PROGRAMS.items() if shutil.which(program) is None]
        if manager == "apt" and not shutil.which("xauth"):
            wanted.append("xauth")
    return sorted(set(wanted))


def install_packages(packages: list[str], *, allowed: bool) -> None:
    """Install by the system's package manager, said aloud; SetupError where that is refused or impossible."""
    manager = package_manager()
    if manager is None:
        raise SetupError(f"Segue needs {', '.join(packages)}; please install them with your package manager.")
    elevate = [] if os.geteuid() == 0 else ["sudo"] if shutil.which("sudo") else None
    command = [*(elevate or []), *INSTALL[manager], *packages]
    if not allowed or elevate is None:
        reason = "--no-system was given" if not allowed else "this needs root"
        raise SetupError(f"Segue needs system packages ({reason}). Please run:\n    {shlex.join(command)}")
    env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    say(f"Installing from the system's packages: {shlex.join(command)}")
    if manager == "apt":
        must([*elevate, "apt-get", "update", "-qq"], "apt-get update failed: is the network up?", env=env)
    must(command, f"The system's packages could not be installed: {', '.join(packages)}", env=env)


def prepare_system(*, for_tests: bool, allowed: bool) -> None:
    if IS_LINUX:
        packages = missing_packages(for_tests=for_tests)
        if packages:
            install_packages(packages, allowed=allowed)
        return
    name = "libmpv-2.dll" if IS_WINDOWS else "libmpv.dylib"
    places = [Path(folder) / name for folder in os.environ.get("PATH", "").split(os.pathsep)]
    places += [Path("/opt/homebrew/lib") / name, Path("/usr/local/lib") / name, ROOT / name]
    if any(place.is_file() for place in places):
        return
    command = ["winget", "install", "--id", "mpv.net", "-e"] if IS_WINDOWS else ["brew", "install", "mpv"]
    if not allowed or shutil.which(command[0]) is None:
        raise SetupError(f"Segue needs libmpv. Please run:\n    {shlex.join(command)}")
    say(f"Installing libmpv: {shlex.join(command)}")
    must(command, "libmpv could not be installed.")


# ---- the virtual environment


def fingerprint(lock: Path) -> str:
    return hashlib.sha256(lock.read_bytes()).hexdigest()


def is_filled(lock: Path) -> bool:
    filled = STAMP.read_text().split() if STAMP.is_file() and PYTHON.is_file() else []
    return fingerprint(lock) in filled and run([PYTHON, "-c", ""]) == 0


def prepare_venv(lock: Path, *, allowed: bool) -> None:
    """`.venv` holds exactly what `lock` names; the stamp says which lock it was filled from. A venv filled from
    the developers' lock serves `run` too."""
    if is_filled(lock):
        return
    if not PYTHON.is_file() or run([PYTHON, "-c", ""]) != 0:
        make_venv(allowed=allowed)
    say(f"Installing the packages of {lock.name} into .venv")
    must(
        [PYTHON, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--require-hashes", "-r", lock],
        "The packages could not be installed: is the network up?",
    )
    covered = [fingerprint(lock)]
    if lock.name == "requirements-dev.lock":
        covered.append(fingerprint(ROOT / "requirements.lock"))
    STAMP.write_text("\n".join(covered))


def make_venv(*, allowed: bool) -> None:
    try:
        import ensurepip  # noqa: F401 - Debian takes it out of Python
        import venv  # noqa: F401
    except ImportError:
        package = (
            f"python{sys.version_info[0]}.{sys.version_info[1]}-venv" if package_manager() == "apt" else "python3"
        )
        install_packages([package], allowed=allowed)
    must([sys.executable, "-m", "venv", "--clear", VENV], "The virtual environment .venv could not be made.")


def prepare(lock_name: str, *, for_tests: bool, allowed: bool) -> None:
    began = time.monotonic()
    staged("system libraries", lambda: prepare_system(for_tests=for_tests, allowed=allowed))
    staged("Python packages", lambda: prepare_venv(ROOT / lock_name, allowed=allowed))
    if time.monotonic() - began > 2:
        say(f"Set up in {time.monotonic() - began:.1f} s")


# ---- commands


def command_run(arguments: list[str], *, allowed: bool) -> int:
    began = time.time()
    if not is_filled(ROOT / "requirements.lock"):  # the system was looked at before the packages were installed
        prepare("requirements.lock", for_tests=False, allowed=allowed)
    env = {**os.environ, "SEGUE_STARTED_AT": repr(began)}
    command = [str(PYTHON), str(ROOT / "main.py"), *arguments]
    if IS_WINDOWS:
        return subprocess.run(command, env=env, check=False).returncode
    return os.execve(command[0], command, env)  # noqa: S606 - signals and the exit code are main.py's own


GATES: dict[str, list[str]] = {
    "ruff": ["-m", "ruff", "check", "."],
    "format": ["-m", "ruff", "format", "--check", "."],
    "mypy": ["-m", "mypy"],
    "import-linter": ["-c", "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports())"],
}


def command_lint() -> int:
    """Every gate, also after one has failed; 0 when all hold."""
    failed = []
    for name, arguments in GATES.items():
        began = time.monotonic()
        say(f"== {name}")
        if run([PYTHON, *arguments]) != 0:
            failed.append(name)
        say(f"   {name}: {time.monotonic() - began:.1f} s")
    if failed:
        say(f"Gates that do not hold: {', '.join(failed)}")
    return 1 if failed else 0


def command_test(arguments: list[str], *, is_full: bool) -> int:
    gates = command_lint()
    say("== tests")
    marks = [] if is_full else ["-m", "not soak"]
    tests = run([PYTHON, "-m", "pytest", *marks, *arguments])
    return gates or tests


def command_bench(names: list[str]) -> int:
    return run([PYTHON, "-m", "benchmarks", *names])


def command_package() -> int:
    """Wheel and source archive under dist/, proved by installing the wheel beside the locked packages."""
    shutil.rmtree(ROOT / "dist", ignore_errors=True)
    if run([PYTHON, "-m", "uv", "build", "--quiet", "--out-dir", "dist"]) != 0:
        return 1
    wheel = next((ROOT / "dist").glob("*.whl"))
    trial = ROOT / "build" / "wheel-trial"
    shutil.rmtree(trial, ignore_errors=True)
    install: list[str | Path] = [PYTHON, "-m", "pip", "install", "--quiet", "--no-deps", "--target", trial, wheel]
    if run(install) != 0 or run([PYTHON, "-I", "-c", TRIAL, trial]) != 0:
        return 1
    say("\n".join(f"dist/{path.name}  {path.stat().st_size / 1e6:.1f} MB" for path in (ROOT / "dist").glob("segue*")))
    return 0


TRIAL = "import sys; sys.path.insert(0, sys.argv[1]); import main; sys.exit(main.main(['--version']))"


def command_docs() -> int:
    return run([PYTHON, "-m", "docs.generate"])


def command_lock() -> int:
    """Resolve pyproject.toml anew for every platform and Python, with hashes."""
    resolve: list[str | Path] = [
        PYTHON,
        "-m",
        "uv",
        "pip",
        "compile",
        "pyproject.toml",
        "--universal",
        "--python-version",
        "3.11",
    ]
    options = ["--generate-hashes", "--no-annotate", "--no-header", "--quiet"]
    first = run([*resolve, *options, "--output-file", "requirements.lock"])
    return first or run([*resolve, *options, "--extra", "dev", "--output-file", "requirements-dev.lock"])


def main(arguments: list[str]) -> int:
    if sys.version_info < MINIMUM_PYTHON:
        say(f"Segue needs Python 3.11 or newer; this is {sys.version.split()[0]}.")
        return 2
    parser = argparse.ArgumentParser(
        prog="dev.py", description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--no-system", action="store_true", help="never install system packages; say what is missing")
    parser.add_argument("command", choices=["run", "test", "lint", "bench", "package", "docs", "lock"])
    parser.add_argument("--full", action="store_true", help="test: long soaks and fault campaigns too")
    known, rest = split_arguments(parser, arguments)
    allowed = not known.no_system
    try:
        if known.command == "run":
            return command_run(rest, allowed=allowed)
        prepare("requirements-dev.lock", for_tests=known.command in ("test", "bench"), allowed=allowed)
    except SetupError as error:
        say(str(error))
        return 3
    commands: dict[str, Callable[[], int]] = {
        "test": lambda: command_test(rest, is_full=known.full),
        "lint": command_lint,
        "bench": lambda: command_bench(rest),
        "package": command_package,
        "docs": command_docs,
        "lock": command_lock,
    }
    return commands[known.command]()


def split_arguments(parser: argparse.ArgumentParser, arguments: list[str]) -> tuple[argparse.Namespace, list[str]]:
    """Everything after `run` belongs to main.py, also what looks like an option of ours."""
    if "run" in arguments[:2]:
        cut = arguments.index("run") + 1
        return parser.parse_args(arguments[:cut]), arguments[cut:]
    return parser.parse_known_args(arguments)


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
