"""`/me/devices`: the devices that may keep music offline. Plain functions, in request threads."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from fastapi import APIRouter, Response

from server.devices import slots
from server.devices.access import CurrentSignIn, DevicesHere, ProofHeader, RequestAsSigned
from server.devices.devices import NewDevice, shape
from server.devices.shapes import DeviceShape, DevicesShape, Registration
from server.identity.access import CurrentUser

router = APIRouter(prefix="/me/devices", tags=["devices"])


@router.post("", status_code=201, response_model=DeviceShape)
def register_device(
    body: Registration,
    listener: CurrentUser,
    devices: DevicesHere,
    request: RequestAsSigned,
    sign_in: CurrentSignIn,
    proof: ProofHeader = None,
) -> dict[str, Any]:
    new = NewDevice(**body.model_dump())
    return devices.register(listener.id, new, devices.newcomer(new, proof, request), sign_in=sign_in)


@router.get("")
def list_devices(listener: CurrentUser, devices: DevicesHere) -> DevicesShape:
    replacements = asdict(devices.replacements(listener.id))
    return DevicesShape(
        items=[DeviceShape(**shape(device)) for device in devices.of_account(listener.id)],
        max_devices=slots.SLOTS,
        replacements_left=replacements["left"],
        replacements_from=int(replacements["more_from"]) if replacements["more_from"] is not None else None,
    )


@router.delete("/{device_id}", status_code=204)
def remove_device(device_id: str, listener: CurrentUser, devices: DevicesHere, sign_in: CurrentSignIn) -> Response:
    devices.remove(listener.id, device_id, sign_in=sign_in)
    return Response(status_code=204)
