from __future__ import annotations

from player.account.device_key import KEY_BYTES, derived
from player.account.kept_sign_in import SignInInMemory, open_kept_sign_in
from player.library.database import LocalDatabase
from tests.support.looping import Looping
from tests.unit.player.account.keyrings import INSTALLATION, KeyringInMemory, roots_in

ROOT = bytes(range(32))


def test_every_root_account_and_purpose_has_a_key_of_its_own() -> None:
    keys = {
        derived(root, account, purpose)
        for root in (ROOT, ROOT[::-1])
        for account in ("me", "you", "")
        for purpose in ("recent", "vault")
    }
    assert len(keys) == 12
    assert {len(key) for key in keys} == {KEY_BYTES}
    assert derived(ROOT, "me", "recent") == derived(ROOT, "me", "recent")


def test_the_key_is_found_again_while_the_keyring_holds_the_root(loop: Looping, database: LocalDatabase) -> None:
    keyring = KeyringInMemory()
    first = loop.do(open_kept_sign_in(loop.runtime, database, roots_in(keyring), "me", is_new=True))
    again = loop.do(open_kept_sign_in(loop.runtime, database, roots_in(keyring), "me", is_new=False))
    assert first.device_key("recent") == again.device_key("recent")
    assert first.device_key("recent").is_kept
    loop.do(first.forget())
    anew = loop.do(open_kept_sign_in(loop.runtime, database, roots_in(keyring), "me", is_new=True))
    assert anew.device_key("recent") != first.device_key("recent")
    assert INSTALLATION not in repr(anew.device_key("recent"))


def test_without_a_keyring_a_key_lasts_as_long_as_the_sign_in() -> None:
    kept = SignInInMemory()
    assert kept.device_key("recent") == kept.device_key("recent")
    assert not kept.device_key("recent").is_kept
    assert kept.device_key("recent").secret != SignInInMemory().device_key("recent").secret
    assert repr(kept.device_key("recent").secret)[2:10] not in repr(kept.device_key("recent"))
