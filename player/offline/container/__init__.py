"""One downloaded song in one file: sealed, readable at any place, and never wrong bytes (OFFLINE.md, container)."""
