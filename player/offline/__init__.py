"""Downloaded songs: the container they lie in, the licences that open it, the time those go by, and the keys of both.

Pure parts: values in, values out, and files by their path. No network, settings, clock or log of their own (STYLE 1).
"""
