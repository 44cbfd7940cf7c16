"""How a song reaches the engine: playlists, segment sources, the look-ahead across the queue, and the virtual MP4
that libmpv reads. Everything runs on the `net` loop, except what mpv's demuxer thread reads from a TrackStream."""
