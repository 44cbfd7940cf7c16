"""What the player keeps on this computer: one SQLite file in the player's folder. Read at start in a few
milliseconds, written from pool threads; `Memory` keeps it in step with playback and settings."""
