"""What `GET /` tells: the versions of the API, and where each is described."""

import msgspec

from countline.wire import Told


class VersionRoot(Told, frozen=True, kw_only=True):
    """One version of the API."""

    version: str
    base: str
    openapi: str
    asyncapi: str | msgspec.UnsetType = msgspec.UNSET
    docs: str
    about: str


class Root(Told, frozen=True, kw_only=True):
    """Where everything is."""

    name: str
    version: str
    versions: tuple[VersionRoot, ...]
    docs: str
    errors: str
