"""mpv's audio filters as Segue uses them, written out: a song's gain, and its fade at either end. Pure.

A filter stands in the chain only while it does something, so a song at its own level and speed reaches the output
bit by bit. Filters belong to one song and follow its own time: they take effect on the sample they name, where
mpv's own `volume` and `replaygain` reach whatever the output's buffer still holds of the song before (measured:
300 ms too early on PulseAudio). Adding and removing one while the song plays loses no sample (measured, mpv 0.35).
"""

from __future__ import annotations

GAIN, GRAIN, FADE = "gain", "grain", "fade"
GLIDE_DB_PER_S = 20.0
SHORTEST_GLIDE_S = 0.05
GRAIN_SAMPLES = 128  # 3 ms at most: steps of 0.06 dB, 43 dB under the music they are in


def gain(gain_db: float) -> str:
    """Empty for no gain at all."""
    return constant_gain(gain_db) if abs(gain_db) >= 0.0005 else ""


def constant_gain(gain_db: float) -> str:
    """In the place of a glide that has arrived, also where it arrived at none."""
    return f"@{GAIN}:lavfi=[volume=volume={gain_db:.3f}dB]"


def grain() -> str:
    """Ahead of a gain that changes, which works frame by frame: short frames, short steps. It keeps part of one in
    hand, so it stays until the song ends; a gain behind it keeps nothing and may be replaced at any time."""
    return f"@{GRAIN}:lavfi=[asetnsamples=n={GRAIN_SAMPLES}:p=0]"


def glide_s(from_db: float, to_db: float) -> float:
    return max(abs(to_db - from_db) / GLIDE_DB_PER_S, SHORTEST_GLIDE_S)


def glide(from_db: float, to_db: float) -> str:
    """From one gain to another, beginning with the first samples that come: variable 0 remembers their time.
    (ffmpeg asks once before any has come, with no time at all.)"""
    anchor = "st(0,if(ld(0),ld(0),if(isnan(t),0,t)))"
    way = f"clip((t-ld(0))/{glide_s(from_db, to_db):.3f},0,1)"
    level = f"pow(10,({from_db:.3f}+({to_db - from_db:.3f})*{way})/20)"
    return f"@{GAIN}:lavfi=[volume=volume='{anchor};{level}':eval=frame]"


def fade_in(length_s: float) -> str:
    """From silence at the song's first sample. A quarter of a sine, so that the power of two songs adds up to one."""
    return f"@{FADE}:lavfi=[afade=t=in:st=0:d={length_s:.6f}:curve=qsin]"


def fade_out(at_s: float, length_s: float) -> str:
    return f"@{FADE}:lavfi=[afade=t=out:st={at_s:.6f}:d={length_s:.6f}:curve=qsin]"


def chain(*filters: str) -> str:
    return ",".join(text for text in filters if text)
