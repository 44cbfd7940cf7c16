"""What the player talks about: ids and frozen values. No I/O, no clock; every other folder may import this."""
