"""The bodies of the routes that keep, end and account for personal data."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, model_validator

from app.routes.bodies import Body, RowId, Text
from app.trail import Act

Since = Annotated[datetime | None, Field(strict=False, description="with a time zone")]


class HoldBody(Body):
    """`legal`: a court's or an authority's order. `inquiry`: it is not settled yet what happened."""

    kind: Literal["legal", "inquiry"]
    reason: Text


class ReasonBody(Body):
    reason: Text


class FindBody(Body):
    number: Text
    reason: Text


class EraseBody(Body):
    """One of: an incident, a callback number, a sealed value's id."""

    reason: Text
    incident_id: RowId | None = None
    number: Text | None = None
    sealed_id: Annotated[UUID | None, Field(strict=False)] = None

    @model_validator(mode="after")
    def _names_one(self) -> "EraseBody":
        if sum(one is not None for one in (self.incident_id, self.number, self.sealed_id)) != 1:
            raise ValueError("name exactly one of incident_id, number, sealed_id")
        return self


class TrailBody(Body):
    """What of the trail is wanted; nothing named is everything. `before`: only rows older than this one's seq."""

    act: Annotated[Act | None, Field(strict=False)] = None
    by: Text | None = None
    incident_id: RowId | None = None
    since: Since = None
    until: Since = None
    before: RowId | None = None
    limit: Annotated[int, Field(ge=1, le=500)] = 100


class ExportBody(Body):
    since: Annotated[datetime, Field(strict=False)]
    until: Annotated[datetime, Field(strict=False)]
    reason: Text
