"""The boot this computer is in, and the seconds since, asleep or not: what trusted time counts by. A small port with
one way for each platform; a look costs microseconds. Used by whoever makes a `trusted_time.Reading`, on any thread.

The id need not be secret or unforgeable: a forged one is another boot to trusted time, which then goes by mark and
wall clock and counts it.
"""

from __future__ import annotations

import ctypes
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from player.clock import Clock
from player.offline.trusted_time import Reading

_LINUX_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")


class BootClock(Protocol):
    def boot_id(self) -> str: ...
    def boot_s(self) -> int:
        """Whole seconds since some moment of this boot, counting sleep."""
        ...


def reading(clock: Clock, boot: BootClock) -> Reading:
    return Reading(int(clock.wall_s()), boot.boot_id(), boot.boot_s())


def platform_boot_clock() -> BootClock:
    of_platform: dict[str, Callable[[], BootClock]] = {
        "linux": LinuxBootClock,
        "darwin": MacBootClock,
        "win32": WindowsBootClock,
    }
    return of_platform.get(sys.platform, ProcessBootClock)()


class LinuxBootClock:
    def boot_id(self) -> str:
        try:
            return _LINUX_BOOT_ID.read_text(encoding="ascii").strip()
        except OSError:
            return _id_of_this_process()  # no /proc: each start counts as a boot

    def boot_s(self) -> int:
        return int(time.clock_gettime(time.CLOCK_BOOTTIME))


class MacBootClock:
    """`kern.bootsessionuuid`, and CLOCK_MONOTONIC, which counts sleep on macOS (man clock_gettime)."""

    def boot_id(self) -> str:
        buffer, size = ctypes.create_string_buffer(64), ctypes.c_size_t(64)
        libc = ctypes.CDLL(None)
        if libc.sysctlbyname(b"kern.bootsessionuuid", buffer, ctypes.byref(size), None, ctypes.c_size_t(0)) != 0:
            return _id_of_this_process()
        return buffer.value.decode("ascii", "replace")

    def boot_s(self) -> int:
        return int(time.clock_gettime(time.CLOCK_MONOTONIC))


class WindowsBootClock:
    """GetTickCount64 counts sleep. Windows has no id of a boot: Kernel's `BootId` in the registry counts boots."""

    def boot_id(self) -> str:
        if sys.platform == "win32":
            import winreg

            path = r"SYSTEM\CurrentControlSet\Control\Session Manager\Memory Management\PrefetchParameters"
            try:
                with winreg.OpenKey(winreg.HKEY_LOCAL_MACHINE, path) as key:
                    value, _ = winreg.QueryValueEx(key, "BootId")
                    return f"boot {value}"
            except OSError:
                pass  # prefetching is off, as on some servers
        return _id_of_this_process()

    def boot_s(self) -> int:
        if sys.platform == "win32":
            ticks = ctypes.windll.kernel32.GetTickCount64
            ticks.restype = ctypes.c_uint64
            return int(ticks()) // 1000
        return 0


class ProcessBootClock:
    """Where nothing is known of boots: each start of the player counts as one."""

    def boot_id(self) -> str:
        return _id_of_this_process()

    def boot_s(self) -> int:
        return int(time.monotonic())


_started = time.time_ns()


def _id_of_this_process() -> str:
    return f"process {_started}"
