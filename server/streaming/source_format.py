"""What is known of a source before it is decoded. Apart from `source.py`, so that the backend starts without loading
the codecs."""

from __future__ import annotations

from dataclasses import dataclass

from server.streaming.ladder import output_rate


class SourceUnreadable(Exception):
    """The file is not there, or holds no music that can be decoded. The text is a sentence for people."""


@dataclass(frozen=True, slots=True)
class SourceFormat:
    """`sample_count` at the source's own `rate`, priming and padding of its codec already taken off."""

    rate: int
    channels: int
    sample_count: int

    @property
    def output_rate(self) -> int:
        return output_rate(self.rate)

    @property
    def output_channels(self) -> int:
        return min(self.channels, 2)

    @property
    def output_sample_count(self) -> int:
        return -(-self.sample_count * self.output_rate // self.rate)

    @property
    def duration_s(self) -> float:
        return self.sample_count / self.rate
