"""mpv's list of sound devices, made into the one a listener chooses from. Pure; used by the engine and `SoundDevice`.

mpv lists every device once for each driver that reaches it ("pulse/headphones", "alsa/hdmi:0"), the drivers in its
own order of preference, each driver's default under its bare name, and "auto" before everything.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from player.domain.sound import SYSTEM_DEVICE, OutputChoice, OutputDevice

SYSTEM_NAME = "System default"
EXCLUSIVE_DRIVERS = frozenset({"wasapi", "coreaudio", "pipewire"})
"""Those that honour `audio-exclusive` (mpv's manual; for pipewire audio/out/ao_pipewire.c). PulseAudio and JACK
always mix. ALSA gives its hardware devices to one program anyway, and mpv's driver ignores the option."""


def output_devices(listed: Sequence[Mapping[str, object]]) -> tuple[OutputDevice, ...]:
    """The system's choice, then the devices of the preferred driver."""
    named = [(str(device.get("name", "")), str(device.get("description", ""))) for device in listed]
    preferred = next((_driver(name) for name, _ in named if "/" in name), "")
    system = OutputDevice(SYSTEM_DEVICE, SYSTEM_NAME, preferred in EXCLUSIVE_DRIVERS)
    return system, *(
        OutputDevice(name, description or name, preferred in EXCLUSIVE_DRIVERS)
        for name, description in named
        if "/" in name and _driver(name) == preferred
    )


def device_ids(listed: Sequence[Mapping[str, object]]) -> frozenset[str]:
    """Of every driver: a choice made by hand may name any."""
    return frozenset(str(device.get("name", "")) for device in listed)


def device_to_use(choice: OutputChoice, present: frozenset[str]) -> str:
    """The chosen one, and the system's while that is not there."""
    return choice.device_id if choice.device_id in present else SYSTEM_DEVICE


def _driver(name: str) -> str:
    return name.partition("/")[0]
