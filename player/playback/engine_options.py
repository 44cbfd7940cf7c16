"""What mpv is told before it starts. `MpvEngine` reads this once; main.py chooses the output."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from player.domain.sound import SYSTEM_DEVICE, SYSTEM_OUTPUT, OutputChoice

SEEK_EARLY_S = 0.05
"""An AAC frame sounds right only when the one before it was decoded too. Sought in its own buffer, mpv begins with
the very frame of the target, and up to 1,024 samples are wrong; so it begins two frames early and drops them."""
CACHE_S = 10  # small on purpose: what mpv holds can no longer change rendition


class Output(StrEnum):
    DEVICE = "device"
    SILENT = "silent"
    """a clock without a device: headless runs and tests"""
    RECORDING = "recording"


@dataclass(frozen=True, slots=True)
class EngineConfig:
    """`is_untimed` lets SILENT run as fast as it decodes; RECORDING always does. `device_driver` names mpv's `ao`
    where the listener must choose one; empty lets mpv look for a working one."""

    output: Output = Output.DEVICE
    record_to: Path | None = None
    is_untimed: bool = False
    device_driver: str = ""
    volume: float = 1.0
    is_muted: bool = False
    choice: OutputChoice = SYSTEM_OUTPUT


# No configuration, script, downloader, key, picture or terminal of the listener's own mpv takes part.
ISOLATION: Mapping[str, str] = {
    "config": "no",
    "load-scripts": "no",
    "ytdl": "no",
    "osc": "no",
    "input-default-bindings": "no",
    "input-builtin-bindings": "no",
    "input-vo-keyboard": "no",
    "input-media-keys": "no",
    "terminal": "no",
    "vid": "no",
    "sid": "no",
    "vo": "null",
    "audio-display": "no",
    "autoload-files": "no",
    "sub-auto": "no",
    "audio-file-auto": "no",
    "resume-playback": "no",
    "save-position-on-quit": "no",
    "access-references": "no",
}

# Built-in scripts that only a keyboard in mpv's window could reach; not every version of mpv knows each of these.
SPARED: Mapping[str, str] = {
    "load-stats-overlay": "no",
    "load-auto-profiles": "no",
    "load-osd-console": "no",
}

PLAYBACK: Mapping[str, str] = {
    "idle": "yes",
    "cache": "yes",
    "cache-secs": str(CACHE_S),
    "demuxer-readahead-secs": str(CACHE_S),
    "demuxer-max-bytes": "32MiB",
    "demuxer-max-back-bytes": "8MiB",
    "gapless-audio": "yes",
    "prefetch-playlist": "yes",
    "hr-seek": "yes",
    "hr-seek-demuxer-offset": str(SEEK_EARLY_S),
    "keep-open": "no",
    "audio-client-name": "Segue",
    "audio-fallback-to-null": "yes",
    "volume-max": "100",
    "replaygain": "no",
}


def mpv_options(config: EngineConfig) -> dict[str, str]:
    options = {**ISOLATION, **PLAYBACK}
    match config.output:
        case Output.DEVICE:
            options |= {"ao": config.device_driver} if config.device_driver else {}
            options |= {"audio-device": SYSTEM_DEVICE, "audio-exclusive": "no"}
        case Output.SILENT:
            options |= {"ao": "null", "ao-null-untimed": "yes" if config.is_untimed else "no"}
        case Output.RECORDING:
            # mpv rounds to 16 bits without dither, as ffmpeg does. Our own header is already in the file.
            options |= {
                "ao": "pcm",
                "ao-pcm-file": str(config.record_to),
                "ao-pcm-append": "yes",
                "ao-pcm-waveheader": "no",
                "audio-format": "s16",
            }
    is_recording = config.output is Output.RECORDING
    options["volume"] = "100" if is_recording else f"{volume_percent(config.volume):.3f}"
    options["mute"] = "yes" if config.is_muted and not is_recording else "no"
    return options


def volume_percent(slider: float) -> float:
    """mpv's `volume` is already a perceived scale (gain = (percent / 100) cubed), so the slider maps straight."""
    return 100.0 * min(max(slider, 0.0), 1.0)
