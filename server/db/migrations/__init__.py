"""Alembic's scripts. `HEAD` is the newest revision, so that a start with an up-to-date database need not import
Alembic; a test holds it against the scripts."""

HEAD = "0002"
