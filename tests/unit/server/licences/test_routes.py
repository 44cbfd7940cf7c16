"""Licences over loopback, with a real song: from registration to the content key of what was fetched."""

from __future__ import annotations

import hashlib
import json
import secrets
import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from server.db.models import AuditEntry, Device, Leaf, User
from tests.support.backend import PASSWORD, Backend, running_backend
from tests.support.licensed_device import LicensedDevice, content_key, parts, verified
from tests.support.music import write_song

LIMIT_S = 30.0


@pytest.fixture(scope="module")
def backend(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Backend]:
    music = tmp_path_factory.mktemp("music")
    write_song(music / "one.flac", title="One", artist="A", seconds=9)
    with running_backend(tmp_path_factory.mktemp("data"), library=music) as running:
        deadline = time.monotonic() + LIMIT_S
        while running.services.ingest.status().songs < 1:
            assert time.monotonic() < deadline, "the song was not ingested"
            time.sleep(0.02)
        yield running


def account(backend: Backend, name: str) -> httpx.Client:
    """Signed in without a password, which would take longer than all the test does."""
    with backend.services.database.session() as session:
        session.add(User(id=f"us_{name}", username=name, display_name=name))
    return backend.client(backend.services.access_tokens.issue(f"us_{name}"))


@pytest.fixture(scope="module")
def listener(backend: Backend) -> Iterator[httpx.Client]:
    with account(backend, "ana") as client:
        yield client


@pytest.fixture(scope="module")
def song(listener: httpx.Client) -> str:
    return str(listener.get("/songs").json()["items"][0]["id"])


@pytest.fixture(scope="module")
def device(listener: httpx.Client) -> LicensedDevice:
    registered = LicensedDevice()
    assert registered.register(listener).status_code == 201
    return registered


def jwks_of(client: httpx.Client) -> list[dict[str, str]]:
    answer = client.get("/licences/keys").raise_for_status().json()
    jwks: list[dict[str, str]] = verified(answer["keyset"], [answer["root"]], "segue-keyset+jwt")["keys"]
    return jwks


def prepared_leaf(client: httpx.Client, device: LicensedDevice, song: str, rendition: str) -> dict[str, Any]:
    deadline = time.monotonic() + LIMIT_S
    while True:
        body = {"song_id": song, "rendition": rendition}
        answer = device.send(client, "POST", "/licences/leaves", body)
        if answer.status_code == 201:
            found: dict[str, Any] = answer.json()
            return found
        assert (answer.status_code, answer.json()) == (202, {"state": "preparing"})
        assert 1 <= int(answer.headers["retry-after"]) <= 15
        assert time.monotonic() < deadline, "the song was not measured"
        time.sleep(0.05)


def refused(answer: httpx.Response, status: int, code: str) -> None:
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
    assert answer.headers["content-type"] == "application/problem+json"


def test_keys_and_time_are_for_everybody(backend: Backend) -> None:
    with backend.client("") as nobody:
        jwks, nonce = jwks_of(nobody), secrets.token_urlsafe(16)
        reply = nobody.get("/licences/time", params={"nonce": nonce})
        found = verified(reply.json()["time"], jwks, "segue-time+jwt")
        assert found == {"nonce": nonce, "server_time": found["server_time"]}
        assert abs(found["server_time"] - time.time()) < 5
        assert reply.headers["cache-control"] == "no-store"
        for bad in ("", "short", "x" * 65, "né" * 16, "x" * 16 + "\n"):
            refused(nobody.get("/licences/time", params={"nonce": bad}), 422, "VALIDATION")


def test_from_registration_to_the_content_key(
    listener: httpx.Client, device: LicensedDevice, song: str, backend: Backend
) -> None:
    answer = prepared_leaf(listener, device, song, "96")
    leaf = verified(answer["leaf"], jwks_of(listener), "segue-leaf+jwt")
    renewed = device.send(listener, "POST", "/licences/lease", {}).raise_for_status().json()
    lease = verified(renewed["lease"], jwks_of(listener), "segue-lease+jwt")
    assert (lease["did"], leaf["did"], renewed["withdrawn"]) == (device.id, device.id, [])
    assert len(content_key(leaf, device.lease_key(lease))) == 32

    fetched = download(backend, listener, song, "96")
    assert (leaf["sha256"], leaf["length"]) == (hashlib.sha256(fetched).hexdigest(), len(fetched))
    assert answer["asset"] == {
        "song_id": song,
        "content": answer["asset"]["content"],
        "rendition": "96",
        "sha256": leaf["sha256"],
        "length": leaf["length"],
        "segments": 3,
    }
    master = listener.get(f"/songs/{song}/stream").text
    assert f"/{answer['asset']['content']}/96/index.m3u8?" in master


def download(backend: Backend, client: httpx.Client, song: str, rendition: str) -> bytes:
    """Init and segments in order, as the media routes serve them, each with a strong ETag of its own."""
    lines = client.get(f"/songs/{song}/stream").text.splitlines()
    (index,) = [line for line in lines if f"/{rendition}/index.m3u8" in line]
    folder, query = index.partition("index.m3u8")[::2]
    names = ["init.mp4", *(f"{number}.m4s" for number in range(3))]
    answers = [client.get(f"{backend.url}{folder}{name}{query}").raise_for_status() for name in names]
    assert len({answer.headers["etag"] for answer in answers}) == 4
    assert not any(answer.headers["etag"].startswith("W/") for answer in answers)
    return b"".join(answer.content for answer in answers)


def test_the_leaf_asked_for_again_and_released(listener: httpx.Client, device: LicensedDevice, song: str) -> None:
    first = prepared_leaf(listener, device, song, "64")
    again = prepared_leaf(listener, device, song, "64")
    gid = parts(first["leaf"])[1]["gid"]
    assert parts(again["leaf"])[1]["gid"] == gid
    for _ in range(2):
        assert device.send(listener, "DELETE", f"/licences/leaves/{gid}", None).status_code == 204
    assert parts(prepared_leaf(listener, device, song, "64")["leaf"])[1]["gid"] != gid


def test_a_lost_answer_is_repeated(listener: httpx.Client, device: LicensedDevice, backend: Backend) -> None:
    jti = secrets.token_urlsafe(16)
    answers = [device.send(listener, "POST", "/licences/lease", {}, jti=jti).json() for _ in range(3)]
    assert answers[0] == answers[1] == answers[2]
    other = device.send(listener, "POST", "/licences/leaves", {"song_id": "so_1", "rendition": "96"}, jti=jti)
    assert other.status_code == 404, "a song that is not there comes before the decision"
    refused(device.send(listener, "DELETE", "/licences/leaves/gr_1", None, jti=jti), 409, "REQUEST_ID_REUSED")


def test_a_captured_request_is_good_for_nothing_else(
    listener: httpx.Client, device: LicensedDevice, backend: Backend
) -> None:
    body = b"{}"
    token = listener.headers["authorization"].partition(" ")[2]
    claims = device.claims("POST", "/licences/lease", body, token)
    headers = {"Segue-Proof": device.proof(claims), "Content-Type": "application/json"}
    first = listener.post("/licences/lease", content=body, headers=headers)
    assert first.status_code == 200
    assert listener.post("/licences/lease", content=body, headers=headers).json() == first.json()
    refused(listener.post("/licences/lease", content=b"{ }", headers=headers), 403, "PROOF_INVALID")
    refused(listener.post("/licences/leaves", content=body, headers=headers), 403, "PROOF_INVALID")
    with backend.client() as owner:  # the owner's own sign-in with the listener's proof
        refused(owner.post("/licences/lease", content=body, headers=headers), 403, "DEVICE_UNKNOWN")
    stale = {"Segue-Proof": device.proof(claims | {"iat": claims["iat"] - 62})}
    refused(listener.post("/licences/lease", content=body, headers=headers | stale), 403, "PROOF_STALE")


def test_without_a_proof_or_a_sign_in(listener: httpx.Client, backend: Backend, song: str) -> None:
    body = {"song_id": song, "rendition": "96"}
    refused(listener.post("/licences/lease", json={}), 403, "PROOF_REQUIRED")
    refused(listener.post("/licences/leaves", json=body), 403, "PROOF_REQUIRED")
    refused(listener.delete("/licences/leaves/gr_1"), 403, "PROOF_REQUIRED")
    refused(listener.post("/me/devices", json=LicensedDevice().registration), 403, "PROOF_REQUIRED")
    with backend.client("") as nobody:
        for method, path in (("POST", "/licences/lease"), ("GET", "/me/devices"), ("DELETE", "/me/devices/de_1")):
            refused(nobody.request(method, path, json={} if method == "POST" else None), 401, "UNAUTHENTICATED")


def test_the_devices_of_an_account(backend: Backend) -> None:
    with account(backend, "ben") as client:
        devices = [LicensedDevice(name=f"PC {number}") for number in range(5)]
        for one in devices:
            assert one.register(client).status_code == 201
        refused(LicensedDevice().register(client), 409, "DEVICE_LIMIT")
        listed = client.get("/me/devices").json()
        assert [item["name"] for item in listed["items"]] == [f"PC {number}" for number in range(5)]
        assert (listed["max_devices"], listed["replacements_left"], listed["replacements_from"]) == (5, 5, None)
        for _ in range(2):
            assert client.delete(f"/me/devices/{devices[0].id}").status_code == 204
        refused(client.delete("/me/devices/de_unknown"), 404, "NOT_FOUND")
        refused(devices[0].send(client, "POST", "/licences/lease", {}), 403, "DEVICE_REMOVED")
        assert LicensedDevice().register(client).status_code == 201
        assert client.get("/me/devices").json()["replacements_left"] == 4
        again = LicensedDevice(installation=devices[1].installation)
        assert again.register(client).status_code == 201
        refused(devices[1].send(client, "POST", "/licences/lease", {}), 403, "DEVICE_REPLACED")


def signed_in(backend: Backend, username: str) -> tuple[httpx.Client, str]:
    grant = {"grant_type": "password", "username": username, "password": PASSWORD}
    with backend.client("") as nobody:
        answer = nobody.post("/auth/token", json=grant).raise_for_status().json()
    return backend.client(answer["access_token"]), answer["refresh_token"]


def test_a_lost_computer_is_signed_out_and_does_not_come_back_by_itself(backend: Backend) -> None:
    with backend.client("") as nobody:
        nobody.post("/auth/register", json={"username": "ina", "password": PASSWORD}).raise_for_status()

        def refresh(token: str) -> httpx.Response:
            grant = {"grant_type": "refresh_token", "refresh_token": token, "request_id": secrets.token_hex(8)}
            return nobody.post("/auth/token", json=grant)

        (lost, lost_refresh), (home, home_refresh) = signed_in(backend, "ina"), signed_in(backend, "ina")
        with lost, home:
            stolen, mine = LicensedDevice(), LicensedDevice()
            assert (stolen.register(lost).status_code, mine.register(home).status_code) == (201, 201)
            assert stolen.send(lost, "POST", "/licences/lease", {}).status_code == 200
            assert home.delete(f"/me/devices/{stolen.id}").status_code == 204
            refused(refresh(lost_refresh), 401, "UNAUTHENTICATED")
            # its access token is good for some minutes still, but for no registration
            refused(stolen.register(lost), 401, "UNAUTHENTICATED")
            refused(LicensedDevice().register(lost), 401, "UNAUTHENTICATED")
            # removing oneself is no sign-out: that is the player's to do
            assert home.delete(f"/me/devices/{mine.id}").status_code == 204
            assert refresh(home_refresh).status_code == 200
            assert mine.register(home).status_code == 201


def test_registrations_are_slowed_down(backend: Backend) -> None:
    with account(backend, "eve") as client:
        device = LicensedDevice()
        for _ in range(10):
            assert device.register(client).status_code == 201
        answer = device.register(client)
        refused(answer, 429, "RATE_LIMITED")
        assert int(answer.headers["retry-after"]) >= 1


@pytest.mark.parametrize(
    "change",
    [
        {"installation": "short"},
        {"installation": "x" * 65},
        {"name": ""},
        {"name": "\u200b\u202e"},
        {"name": "x" * 65},
        {"platform": "plan9"},
        {"signing_key": "A" * 42},
        {"signing_key": "A" * 42 + "B"},
        {"agreement_key": "A" * 43},
        {"agreement_key": "é" * 43},
        {"agreement_key": None},
    ],
)
def test_a_registration_that_does_not_fit(listener: httpx.Client, change: dict[str, Any]) -> None:
    device = LicensedDevice()
    refused(device.send(listener, "POST", "/me/devices", device.registration | change), 422, "VALIDATION")


def test_a_name_is_one_visible_line(listener: httpx.Client) -> None:
    device = LicensedDevice(name=" My\u202e\nlap\ttop ")
    assert device.register(listener).json()["name"] == "My lap top"
    assert listener.delete(f"/me/devices/{device.id}").status_code == 204


def state_of(backend: Backend) -> tuple[int, ...]:
    with backend.services.database.reading() as session:
        counts = [session.scalar(select(func.count()).select_from(table)) for table in (Device, Leaf, AuditEntry)]
        return tuple(count or 0 for count in (*counts, session.scalar(select(func.sum(Device.lease_seq)))))


def test_no_mutated_request_decides_anything(
    listener: httpx.Client, device: LicensedDevice, song: str, backend: Backend
) -> None:
    """Whatever is changed on the way, the answer is a typed refusal, and no table has changed."""
    body = json.dumps({"song_id": song, "rendition": "96"}).encode()
    token = listener.headers["authorization"].partition(" ")[2]
    proof = device.proof(device.claims("POST", "/licences/leaves", body, token))
    before = state_of(backend)

    @settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck), database=None)
    @given(st.data())
    def holds(data: st.DataObject) -> None:
        header, content = proof, body
        part = data.draw(st.sampled_from(["proof", "body", "both"]))
        if part != "body":
            at = data.draw(st.integers(0, len(proof) - 1))
            new = data.draw(st.sampled_from(["", "A", "=", ".", "-", "~"]))
            header = proof[:at] + new + proof[at + 1 :]
        if part != "proof":
            at = data.draw(st.integers(0, len(body) - 1))
            content = body[:at] + data.draw(st.binary(max_size=3)) + body[at + 1 :]
        if (header, content) == (proof, body):
            return
        answer = listener.post(
            "/licences/leaves", content=content, headers={"Segue-Proof": header, "Content-Type": "application/json"}
        )
        assert answer.status_code in {400, 403, 422}, answer.text
        assert answer.json()["code"] in {"PROOF_INVALID", "PROOF_REQUIRED", "DEVICE_UNKNOWN", "VALIDATION"}

    limit = backend.services.devices._false_proofs
    limit._limit = 10_000
    try:
        holds()
    finally:
        limit._limit = 60
    assert state_of(backend) == before


def test_false_proofs_are_slowed_down(backend: Backend) -> None:
    with account(backend, "mallory") as client:
        codes = [LicensedDevice().send(client, "POST", "/licences/lease", {}).status_code for _ in range(61)]
    assert codes == [403] * 60 + [429]
