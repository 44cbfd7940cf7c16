"""The backend's database: models, sessions and migrations. SQLite by default, PostgreSQL by URL."""
