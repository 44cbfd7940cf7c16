"""Everything a running backend consists of, built once by the app factory and reached by routes as
`request.app.state.services`. No module-level state: two backends may live in one process (the tests do so).

Routes do not import this module (it stands above them): each package's dependencies name what they take.
"""

from __future__ import annotations

from dataclasses import dataclass

from server.audit import AuditLog, tell_head
from server.catalog.covers import Covers
from server.config import DAY_S, Config
from server.db.keys import server_key
from server.db.migrate import open_database
from server.db.session import Database
from server.demo.service import Demo
from server.devices.decisions import Decisions
from server.devices.devices import Devices
from server.identity.access_tokens import AccessTokens
from server.identity.accounts import Accounts
from server.identity.owner_code import OwnerCode
from server.identity.passwords import Passwords
from server.identity.refresh import RefreshTokens
from server.ingest.service import Ingest
from server.jobs import Jobs, Priority, StopSignal
from server.licences.assets import Assets
from server.licences.leases import Leases
from server.licences.leaves import Leaves
from server.licences.signing_keys import SigningKeys
from server.licences.time_replies import TimeReplies
from server.storage import LocalStorage, Storage
from server.streaming.packager import Packager
from server.streaming.segment_store import SegmentStore
from server.streaming.signing import UrlSigner
from server.streaming.streams import Streams


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    config: Config
    database: Database
    storage: Storage
    access_tokens: AccessTokens
    refresh_tokens: RefreshTokens
    owner_code: OwnerCode
    accounts: Accounts
    covers: Covers
    jobs: Jobs
    ingest: Ingest
    demo: Demo
    streams: Streams
    packager: Packager
    url_signer: UrlSigner
    devices: Devices
    signing_keys: SigningKeys
    leases: Leases
    leaves: Leaves
    time_replies: TimeReplies

    def start(self) -> None:
        """Called once the app begins to serve: background work starts here, not at import or construction."""
        self.jobs.start()
        for library in self.config.libraries:
            self.ingest.add_folder(library.resolve())
        self.ingest.start()
        if self.config.demo:
            self.demo.begin()

    def warm_up(self) -> None:
        """Called once requests are answered: loads what the first sign-in and the first song need, in the order in
        which a player asks for them. Left out, they load it themselves."""

        def load(_stop: StopSignal) -> None:
            self.access_tokens.warm_up()
            self.packager.warm_up()
            self.signing_keys.warm_up()
            tell_head(self.database)

        self.jobs.submit("warm up", load, Priority.URGENT)

    def stop(self) -> None:
        self.ingest.stop()
        self.jobs.stop()
        self.database.close()


def build_services(config: Config) -> Services:
    config.data_dir.mkdir(parents=True, exist_ok=True)
    database = open_database(config)
    storage = LocalStorage(config.storage_dir)
    access_tokens = AccessTokens(server_key(database, "access-token-signing"))
    refresh_tokens = RefreshTokens(database, access_tokens)
    owner_code = OwnerCode.new() if config.offers_owner_code else OwnerCode(None)
    accounts = Accounts(database, passwords=Passwords(), refresh_tokens=refresh_tokens, owner_code=owner_code)
    accounts.ensure_owner()
    jobs = Jobs(background_workers=config.background_workers)
    ingest = Ingest(database, storage, jobs, rescan_interval_s=config.rescan_interval_s)
    streams = Streams(database, on_source_changed=ingest.request_scan)
    packager = Packager(streams, SegmentStore(storage, disk_bytes=config.segment_cache_bytes), jobs)
    decisions = Decisions(database, AuditLog(config.clock), clock=config.clock)
    signing_keys = SigningKeys(database, root_file=config.licence_root, clock=config.clock)
    assets = Assets(database, packager, jobs, clock=config.clock)
    return Services(
        config=config,
        database=database,
        storage=storage,
        access_tokens=access_tokens,
        refresh_tokens=refresh_tokens,
        owner_code=owner_code,
        accounts=accounts,
        covers=Covers(storage),
        jobs=jobs,
        ingest=ingest,
        demo=Demo(
            config.demo_dir,
            jobs,
            add_folder=lambda folder: ingest.add_folder(folder, is_demo=True),
            expect=ingest.expect,
            tell=ingest.tell,
        ),
        streams=streams,
        packager=packager,
        url_signer=UrlSigner(server_key(database, "media-url-signing")),
        devices=Devices(database, decisions, clock=config.clock),
        signing_keys=signing_keys,
        leases=Leases(decisions, signing_keys, lease_s=config.licence_days * DAY_S, clock=config.clock),
        leaves=Leaves(decisions, signing_keys, assets, streams, clock=config.clock),
        time_replies=TimeReplies(signing_keys, clock=config.clock),
    )
