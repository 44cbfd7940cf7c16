"""The adapter to Segue's own backend (docs/api.md)."""
