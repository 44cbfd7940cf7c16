"""Real playback, measured: the player as main.py puts it together, the real backend in a process of its own, libmpv
on a clock instead of a sound card, and plain mpv beside it in the same run."""

from benchmarks.playback.races import main

__all__ = ["main"]
