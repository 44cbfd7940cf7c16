"""Playing without a window: the shaped link, the run that `--headless` asks for, and its report."""
