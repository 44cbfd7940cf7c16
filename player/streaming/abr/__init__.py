"""The bitrate decision, pure: values in, values out; no clock, socket, setting or log (STYLE 1)."""
