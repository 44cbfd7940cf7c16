"""Finding music: search as you type, and the shelves of the home page."""
