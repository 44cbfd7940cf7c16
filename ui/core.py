"""What the window is given by main.py: the player's parts behind their ports, and nothing else."""

from __future__ import annotations

from dataclasses import dataclass

from player.account.port import Accounts
from player.playback.port import Playback
from player.runtime import Runtime
from player.settings import Settings


@dataclass(frozen=True, slots=True)
class Core:
    runtime: Runtime
    accounts: Accounts
    playback: Playback
    settings: Settings
