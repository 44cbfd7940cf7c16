"""`/licences`: keys and time for everybody, leases and leaves for devices that sign. Plain functions, in request
threads."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import JSONResponse

from server.devices.access import CurrentDevice
from server.devices.shapes import TokenId
from server.licences.leases import Leases
from server.licences.leaves import Leaves, Preparing
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
from server.licences.time_replies import TimeReplies

router = APIRouter(prefix="/licences", tags=["licences"])


def _leases(request: Request) -> Leases:
    leases: Leases = request.app.state.services.leases
    return leases


def _leaves(request: Request) -> Leaves:
    leaves: Leaves = request.app.state.services.leaves
    return leaves


def _time_replies(request: Request) -> TimeReplies:
    replies: TimeReplies = request.app.state.services.time_replies
    return replies


def _signing_keys(request: Request) -> SigningKeys:
    signing_keys: SigningKeys = request.app.state.services.signing_keys
    return signing_keys


LeavesHere = Annotated[Leaves, Depends(_leaves)]


@router.get("/keys", response_model=KeysAnswer)
def licence_keys(signing_keys: Annotated[SigningKeys, Depends(_signing_keys)]) -> dict[str, Any]:
    signing_keys.signer()  # the first asker finds a key in the set
    return {"root": signing_keys.root_jwk, "keyset": signing_keys.keyset()}


@router.get("/time")
def signed_time(
    nonce: Annotated[TokenId, Query()], request: Request, replies: Annotated[TimeReplies, Depends(_time_replies)]
) -> TimeAnswer:
    host = request.client.host if request.client is not None else "local"
    return TimeAnswer(time=replies.reply(nonce, host=host))


@router.post("/lease", response_model=LeaseAnswer)
def renew_lease(
    _body: LeaseRequest, device: CurrentDevice, leases: Annotated[Leases, Depends(_leases)]
) -> dict[str, Any]:
    return leases.renew(device)


@router.post("/leaves", status_code=201, response_model=LeafAnswer, responses={202: {"model": PreparingAnswer}})
def issue_leaf(body: LeafRequest, device: CurrentDevice, leaves: LeavesHere) -> Any:
    answer = leaves.issue(device, body.song_id, body.rendition, mismatched_sha256=body.mismatched_sha256)
    if isinstance(answer, Preparing):
        waiting = PreparingAnswer().model_dump()
        return JSONResponse(waiting, status_code=202, headers={"Retry-After": str(answer.retry_after_s)})
    return answer


@router.delete("/leaves/{gid}", status_code=204)
def release_leaf(gid: str, device: CurrentDevice, leaves: LeavesHere) -> Response:
    leaves.release(device, gid)
    return Response(status_code=204)
