"""HTTP as the player does it: time limits on every wait, no environment proxies, typed errors, jittered retry."""
