"""The route class of addresses that take files: who you are is asked before a byte of them is read."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Depends, Request
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException

from service.api.door import Door
from service.api.problems import UnsupportedMediaType
from service.api.validation import shown
from service.errors import BadRequest
from service.usecases.upload_documents import Upload

_MEDIA_TYPE = "multipart/form-data"
_FIELD = "files"

#: For a route's `openapi_extra`: the framework knows nothing of a body that it does not read itself.
BODY: dict[str, Any] = {
    "required": True,
    "content": {
        _MEDIA_TYPE: {
            "schema": {
                "type": "object",
                "required": [_FIELD],
                "properties": {
                    _FIELD: {
                        "type": "array",
                        "minItems": 1,
                        "items": {"type": "string", "format": "binary"},
                        "description": "Markdown, HTML, text, PDF, DOCX, JSON lines or RegML, as their names say.",
                    }
                },
            }
        }
    },
}


class UploadDoor(Door):
    """As every door, but for multipart/form-data, which the handler finds in `Uploads`."""

    @property
    def reads_body(self) -> bool:
        return True

    async def read(self, request: Request) -> Request:
        sent = request.headers.get("content-type", "")
        if sent.partition(";")[0].strip().lower() != _MEDIA_TYPE:
            remedy = f"send {_MEDIA_TYPE}, as in curl -F {_FIELD}=@document.md"
            detail = f"the body was sent as {shown(sent)}" if sent else "the body came without a Content-Type"
            raise UnsupportedMediaType(detail, remedy=remedy)
        if request.headers.get("content-encoding", "identity").strip().lower() != "identity":
            raise UnsupportedMediaType("the body is compressed", remedy="send it as it is")
        most = request.app.state.house.settings.max_upload_files
        try:
            await request.form(max_files=most, max_fields=most)
        except HTTPException as error:
            detail = f"the files cannot be read from the body: {shown(str(error.detail))}"
            raise BadRequest(
                detail, remedy=f"send {_MEDIA_TYPE} with at most {most} files, each as `{_FIELD}`"
            ) from error
        return request


async def uploads(request: Request) -> list[Upload]:
    """The files that came, in order. BadRequest for a part that is none, or when there is no file at all."""
    async with request.form() as form:
        found = []
        for name, part in form.multi_items():
            if not isinstance(part, UploadFile) or name != _FIELD:
                raise BadRequest(f"{shown(name)} is not expected", remedy=f"send files only, each as `{_FIELD}`")
            if part.filename or part.size:
                found.append(Upload(part.filename or "", await part.read()))
    if not found:
        raise BadRequest("there is no file in the body", remedy=f"send at least one, as `{_FIELD}`")
    return found


Uploads = Annotated[list[Upload], Depends(uploads)]
