"""Write the documents that are made from code: docs/settings.md and docs/command-line.md. `dev.py docs` calls this;
a test holds the files against what the code says now."""

from __future__ import annotations

import os
from pathlib import Path

from player.settings import TABLE, AnySetting

DOCS = Path(__file__).parent


def settings_page() -> str:
    rows = "\n".join(_row(setting) for setting in TABLE)
    return f"""# Settings

Made from the table in `player/settings.py` by `python3 dev.py docs`.

| key | default | allowed | what it does |
|---|---|---|---|
{rows}
"""


def _row(setting: AnySetting) -> str:
    if setting.choices:
        allowed = ", ".join(choice or "(none)" for choice in setting.choices)
    elif setting.low is not None and setting.high is not None:
        allowed = f"{setting.low:g} to {setting.high:g}{setting.unit}"
    else:
        allowed = {bool: "true, false", str: "text"}.get(type(setting.default), "a number")
    default = str(setting.default).lower() if isinstance(setting.default, bool) else f"{setting.default}"
    restart = " Takes effect at the next start." if setting.needs_restart else ""
    return f"| `{setting.key}` | {default or '(none)'} | {allowed} | {setting.sentence}{restart} |"


def command_line_page() -> str:
    from player.headless.command_line import EXIT_MEANINGS, build_parser

    exits = "\n".join(f"| {code.value} | {meaning} |" for code, meaning in EXIT_MEANINGS.items())
    return f"""# Command line

Made from `player/headless/command_line.py` by `python3 dev.py docs`.

```
{build_parser().format_help().strip()}
```

| exit code | meaning |
|---|---|
{exits}
"""


PAGES = {"settings.md": settings_page, "command-line.md": command_line_page}


def main() -> None:
    os.environ["COLUMNS"] = "100"  # argparse wraps by the terminal's width
    for name, page in PAGES.items():
        (DOCS / name).write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main()
