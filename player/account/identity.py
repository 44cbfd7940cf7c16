"""The identity calls of docs/api.md that need no sign-in: health, register, token, revoke. Used by `session` and
`accounts`; runs on the `net` loop. Secrets travel in bodies, never in addresses."""

from __future__ import annotations

from dataclasses import dataclass, field

import httpx

from player.account.port import Credentials
from player.errors import Conflict, NetworkError, PlayerError, ProtocolError, Rejected
from player.network.exchange import Answer, exchange
from player.service.segue.fields import parse_json
from player.service.segue.wire import PREFIX, BaseUrl, check_answer

ANSWER_LIMIT_BYTES = 64 * 1024
TOTAL_S = 20.0
API = 1


@dataclass(frozen=True, slots=True)
class TokenPair:
    access: str = field(repr=False)
    refresh: str = field(repr=False)
    lifetime_s: float


class Identity:
    def __init__(self, client: httpx.AsyncClient, base_url: BaseUrl, device_name: str = "Segue") -> None:
        self._client = client
        self._base_url = base_url
        self._device_name = device_name

    async def check(self) -> None:
        """That a Segue server of our API answers there; ProtocolError where something else does."""
        try:
            fields = parse_json((await self._call("GET", "/health")).body, "/health")
            name, api = fields.text("name"), fields.whole("api")
        except NetworkError:
            raise
        except PlayerError as error:
            if error.retryable:
                raise
            raise ProtocolError("that address answers, but it is not a Segue server") from error
        if name != "Segue":
            raise ProtocolError("that address answers, but it is not a Segue server")
        if api != API:
            raise ProtocolError("that server speaks another version of Segue; bring both up to date")

    async def register(self, credentials: Credentials, display_name: str) -> None:
        body = {"username": credentials.username, "password": credentials.password}
        if display_name:
            body["display_name"] = display_name
        try:
            await self._call("POST", "/auth/register", body)
        except Conflict as error:
            raise Rejected(error.message, server_code="USERNAME_TAKEN") from error

    async def by_password(self, credentials: Credentials) -> TokenPair:
        return await self._token(
            {
                "grant_type": "password",
                "username": credentials.username,
                "password": credentials.password,
                "device_name": self._device_name,
            }
        )

    async def by_code(self, code: str) -> TokenPair:
        return await self._token({"grant_type": "bootstrap", "code": code})

    async def by_refresh(self, refresh: str, request_id: str) -> TokenPair:
        return await self._token({"grant_type": "refresh_token", "refresh_token": refresh, "request_id": request_id})

    async def revoke(self, refresh: str) -> None:
        await self._call("POST", "/auth/revoke", {"refresh_token": refresh})

    async def _token(self, body: dict[str, str]) -> TokenPair:
        fields = parse_json((await self._call("POST", "/auth/token", body)).body, "/auth/token")
        return TokenPair(fields.text("access_token"), fields.text("refresh_token"), fields.length_s("expires_in"))

    async def _call(self, method: str, path: str, body: dict[str, str] | None = None) -> Answer:
        try:
            request = self._client.build_request(method, f"{self._base_url()}{PREFIX}{path}", json=body)
        except (httpx.InvalidURL, UnicodeError) as error:
            raise Rejected("that is no server's address") from error
        return check_answer(await exchange(self._client, request, limit_bytes=ANSWER_LIMIT_BYTES, total_s=TOTAL_S))
