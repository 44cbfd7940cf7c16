"""Which device is asking: the dependencies that routes take to demand a signed request. A sign-in comes first; the
proof is bound to its access token."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Header, Request

from server.devices.devices import Devices, ProvenDevice
from server.devices.proofs import HEADER, SignedRequest
from server.identity.access import CurrentUser
from server.identity.access_tokens import AccessTokens


def _devices(request: Request) -> Devices:
    devices: Devices = request.app.state.services.devices
    return devices


async def _signed_request(request: Request) -> SignedRequest:
    path: bytes = request.scope.get("raw_path") or request.scope["path"].encode()
    token = request.headers.get("authorization", "").partition(" ")[2].strip()
    return SignedRequest(request.method, path.decode("latin-1"), await request.body(), token)


DevicesHere = Annotated[Devices, Depends(_devices)]
RequestAsSigned = Annotated[SignedRequest, Depends(_signed_request)]
ProofHeader = Annotated[str | None, Header(alias=HEADER, description="the device's proof (JWS)")]


def _sign_in(request: Request, _listener: CurrentUser, signed: RequestAsSigned) -> str | None:
    tokens: AccessTokens = request.app.state.services.access_tokens
    return tokens.sign_in_of(signed.access_token)


CurrentSignIn = Annotated[str | None, Depends(_sign_in)]


def _proven(
    listener: CurrentUser,
    devices: DevicesHere,
    request: RequestAsSigned,
    sign_in: CurrentSignIn,
    proof: ProofHeader = None,
) -> ProvenDevice:
    return devices.proven(listener.id, proof, request, sign_in=sign_in)


CurrentDevice = Annotated[ProvenDevice, Depends(_proven)]
