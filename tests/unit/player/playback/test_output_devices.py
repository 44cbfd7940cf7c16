"""mpv's list of devices as the listener chooses from it."""

from __future__ import annotations

import pytest

from player.domain.sound import SYSTEM_OUTPUT, OutputChoice, OutputDevice
from player.playback.output_devices import device_ids, device_to_use, output_devices

LINUX = (
    {"name": "auto", "description": "Autoselect device"},
    {"name": "pulse", "description": "Default (pulse)"},
    {"name": "pulse/speakers", "description": "Speakers"},
    {"name": "pulse/headphones", "description": ""},
    {"name": "alsa", "description": "Default (alsa)"},
    {"name": "alsa/hdmi:0", "description": "HDMI"},
    {"name": "jack", "description": "Default (jack)"},
)
WINDOWS = (
    {"name": "auto", "description": "Autoselect device"},
    {"name": "wasapi/{0.0.1}", "description": "Speakers"},
)


def test_the_preferred_drivers_devices_are_shown_behind_the_systems_own_choice() -> None:
    assert output_devices(LINUX) == (
        OutputDevice("auto", "System default"),
        OutputDevice("pulse/speakers", "Speakers"),
        OutputDevice("pulse/headphones", "pulse/headphones"),
    )


def test_wasapi_gives_a_device_alone() -> None:
    assert [device.can_be_exclusive for device in output_devices(WINDOWS)] == [True, True]


def test_without_any_device_there_is_the_systems_choice() -> None:
    assert output_devices(()) == (OutputDevice("auto", "System default"),)


@pytest.mark.parametrize(
    ("choice", "used"),
    [
        (SYSTEM_OUTPUT, "auto"),
        (OutputChoice("pulse/headphones"), "pulse/headphones"),
        (OutputChoice("alsa/hdmi:0"), "alsa/hdmi:0"),
        (OutputChoice("pulse/gone"), "auto"),
    ],
)
def test_the_chosen_device_is_used_while_it_is_there(choice: OutputChoice, used: str) -> None:
    assert device_to_use(choice, device_ids(LINUX)) == used
