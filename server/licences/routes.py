"""`/licences`: keys and time for everybody, leases and leaves for devices that sign. Plain functions, in request
threads."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import JSONResponse

from server.devices.access import CurrentDevice
from server.devices.shapes import TokenId
from server.licences.licences import Licences, Preparing
from server.licences.shapes import (
    KeysAnswer,
    LeafAnswer,
    LeafRequest,
    LeaseAnswer,
    LeaseRequest,
    PreparingAnswer,
    TimeAnswer,
)
from server.licences.signing_keys import SigningKeys

router = APIRouter(prefix="/licences", tags=["licences"])


def _licences(request: Request) -> Licences:
    licences: Licences = request.app.state.services.licences
    return licences


def _signing_keys(request: Request) -> SigningKeys:
    signing_keys: SigningKeys = request.app.state.services.signing_keys
    return signing_keys


LicencesHere = Annotated[Licences, Depends(_licences)]


@router.get("/keys", response_model=KeysAnswer)
def licence_keys(signing_keys: Annotated[SigningKeys, Depends(_signing_keys)]) -> dict[str, Any]:
    signing_keys.signer()  # the first asker finds a key in the set
    return {"root": signing_keys.root_jwk, "keyset": signing_keys.keyset()}


@router.get("/time")
def signed_time(nonce: Annotated[TokenId, Query()], request: Request, licences: LicencesHere) -> TimeAnswer:
    host = request.client.host if request.client is not None else "local"
    return TimeAnswer(time=licences.time(nonce, host=host))


@router.post("/lease", response_model=LeaseAnswer)
def renew_lease(_body: LeaseRequest, device: CurrentDevice, licences: LicencesHere) -> dict[str, Any]:
    return licences.renew(device)


@router.post("/leaves", status_code=201, response_model=LeafAnswer, responses={202: {"model": PreparingAnswer}})
def issue_leaf(body: LeafRequest, device: CurrentDevice, licences: LicencesHere) -> Any:
    answer = licences.leaf(device, body.song_id, body.rendition, mismatched_sha256=body.mismatched_sha256)
    if isinstance(answer, Preparing):
        waiting = PreparingAnswer().model_dump()
        return JSONResponse(waiting, status_code=202, headers={"Retry-After": str(answer.retry_after_s)})
    return answer


@router.delete("/leaves/{gid}", status_code=204)
def release_leaf(gid: str, device: CurrentDevice, licences: LicencesHere) -> Response:
    licences.release(device, gid)
    return Response(status_code=204)
