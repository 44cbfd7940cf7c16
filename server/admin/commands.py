"""The commands of `python -m server.admin`: their arguments, and what each asks of `Administration`. Every command
gives objects that are printed as JSON."""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from server.config import LICENCE_DAYS_MAX

if TYPE_CHECKING:
    from server.admin.administration import Administration

Answers = Iterable[dict[str, Any]]
Command = Callable[[argparse.Namespace, "Administration"], Answers]

_MAX_TOKEN_CHARACTERS = 16_384
_REGION = re.compile(r"[A-Z]{2}")
_ALWAYS, _EVERYWHERE = "always", "everywhere"


def build_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m server.admin", description="Devices, licences, rights and the audit log of a backend."
    )
    parser.add_argument("--data", type=Path, required=True, metavar="DIR", help="the backend's own folder")
    parser.add_argument(
        "--licence-days", type=_days, default=LICENCE_DAYS_MAX, metavar="N", help="of leases issued here"
    )
    parser.add_argument("--licence-root", type=Path, metavar="FILE", help="as the backend is given it")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    devices = _command(commands, "devices", _devices, "list devices, also those removed")
    devices.add_argument("--account", metavar="NAME")
    issue = _command(commands, "issue", _issue, "issue a lease to a device, on the terms of its account")
    issue.add_argument("device", metavar="DEVICE")
    inspect = _command(commands, "inspect", _inspect, "show a device with its leaves, or what a licence says")
    inspect.add_argument("what", metavar="DEVICE|LICENCE|-", help="- reads a licence from standard input")
    revoke = _command(commands, "revoke", _revoke, "remove devices, or revoke a leaf or a signing key")
    what = revoke.add_mutually_exclusive_group(required=True)
    what.add_argument("--device", metavar="DEVICE", help="nothing it holds is renewed")
    what.add_argument("--account", metavar="NAME", help="all devices of the account")
    what.add_argument("--leaf", metavar="GID", help="told to its device at the next renewal")
    what.add_argument("--key", metavar="KID", help="all that it has signed is refused")
    song = _command(commands, "song", _song, "withdraw a song from downloads, give it back, or bind it to regions")
    song.add_argument("what", choices=("withdraw", "restore", "regions"))
    song.add_argument("song", metavar="SONG")
    song.add_argument("regions", nargs="?", type=_regions, metavar="NL,BE|everywhere")
    account = _command(commands, "account", _account, "what an account has paid for, and where")
    account.add_argument("account", metavar="NAME")
    account.add_argument("--plan")
    account.add_argument("--region", type=_region, metavar="NL")
    account.add_argument("--paid-until", type=_paid_until, metavar="YYYY-MM-DD|always", help="a day ends at 0:00 UTC")
    _command(commands, "root", _root, "print the public root that players pin")
    audit = _command(commands, "audit", _audit, "show the audit log, or verify its chain")
    audit.add_argument("what", choices=("show", "verify"))
    audit.add_argument("--last", type=int, default=100, metavar="N", help="how many entries to show (100)")
    audit.add_argument("--device", metavar="DEVICE", help="only entries of this device")
    audit.add_argument("--known", metavar="HASH", help="a head noted earlier, which must be in the log")
    return parser


def _command(
    commands: argparse._SubParsersAction[argparse.ArgumentParser], name: str, run: Command, sentence: str
) -> argparse.ArgumentParser:
    parser = commands.add_parser(name, help=sentence, description=sentence)
    parser.set_defaults(run=run, parser=parser)
    return parser


# ---- commands


def _devices(given: argparse.Namespace, administration: Administration) -> Answers:
    return administration.devices(given.account)


def _issue(given: argparse.Namespace, administration: Administration) -> Answers:
    return [administration.issue(given.device)]


def _inspect(given: argparse.Namespace, administration: Administration) -> Answers:
    if given.what == "-":
        return [administration.inspect(sys.stdin.read(_MAX_TOKEN_CHARACTERS).strip())]
    if "." in given.what:
        return [administration.inspect(given.what)]
    return [administration.device_state(given.what)]


def _revoke(given: argparse.Namespace, administration: Administration) -> Answers:
    if given.account is not None:
        return [{"removed": administration.revoke_account(given.account)}]
    if given.device is not None:
        administration.revoke_device(given.device)
    elif given.leaf is not None:
        administration.revoke_leaf(given.leaf)
    else:
        administration.revoke_key(given.key)
    return [{"revoked": given.device or given.leaf or given.key}]


def _song(given: argparse.Namespace, administration: Administration) -> Answers:
    if (given.what == "regions") != (given.regions is not None):
        given.parser.error("name the regions with `regions`, and only there")
    if given.what == "regions":
        regions = None if given.regions == [_EVERYWHERE] else given.regions
        administration.set_regions(given.song, regions)
        return [{"song": given.song, "regions": regions or _EVERYWHERE}]
    administration.set_withdrawn(given.song, is_withdrawn=given.what == "withdraw")
    return [{"song": given.song, "is_withdrawn": given.what == "withdraw"}]


def _account(given: argparse.Namespace, administration: Administration) -> Answers:
    is_endless = given.paid_until == _ALWAYS
    ends_at = None if is_endless else given.paid_until
    return [
        administration.set_subscription(
            given.account, plan=given.plan, region=given.region, ends_at=ends_at, is_endless=is_endless
        )
    ]


def _root(_given: argparse.Namespace, administration: Administration) -> Answers:
    return [administration.signing_keys.root_jwk]


def _audit(given: argparse.Namespace, administration: Administration) -> Answers:
    if given.what == "verify":
        return [administration.verify_audit(given.known)]
    return administration.audit(last=max(1, given.last), device_id=given.device)


# ---- what arguments may be


def _days(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= LICENCE_DAYS_MAX:
        raise argparse.ArgumentTypeError(f"'{text}' is not a number of days; take 1 to {LICENCE_DAYS_MAX}")
    return int(text)


def _region(text: str) -> str:
    if not _REGION.fullmatch(text):
        raise argparse.ArgumentTypeError(f"'{text}' is not a region; take two capital letters (ISO 3166-1)")
    return text


def _regions(text: str) -> list[str]:
    return [text] if text == _EVERYWHERE else [_region(part) for part in text.split(",")]


def _paid_until(text: str) -> str | float:
    if text == _ALWAYS:
        return text
    try:
        return datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC).timestamp()
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"'{text}' is neither a date (YYYY-MM-DD) nor '{_ALWAYS}'") from error
