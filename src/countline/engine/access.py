"""Who may ask, and which push may enter: secrets are made here, shown once, and kept as digests."""

import hashlib
import secrets
from collections.abc import Callable, Sequence
from dataclasses import replace

from countline.engine.catalogue import Catalogue
from countline.engine.desk import CatalogueDesk
from countline.engine.watch import Sight
from countline.errors import BadQuery, FieldError, NotAllowed, NotFound
from countline.limits import KEY_RATE_QUOTA, KEY_RATE_WINDOW_S, SESSION_S_MAX
from countline.model.access import SCOPES, Key, PushSecret, Scope, Session
from countline.model.ids import LocationId, SensorId, SensorNo
from countline.store.seam import Transaction, View

KEY_PREFIX = "cl_"
PUSH_PREFIX = "pt_"


def digest_of(secret: str) -> bytes:
    """What is kept of a secret. Secrets are 32 random bytes, so a plain SHA-256 is enough."""
    return hashlib.sha256(secret.encode()).digest()


class AccessDesk:
    """Makes, checks and withdraws keys, sessions and push secrets."""

    def __init__(self, desk: CatalogueDesk, *, now_s: Callable[[], int]) -> None:
        self._desk = desk
        self._now_s = now_s
        self._admitted: dict[str, PushSecret] = {}  # secrets in use, by their text
        self._admitted_by: Catalogue | None = None  # the snapshot that they stand in

    # -- callers ----------------------------------------------------------------------------------
    async def authenticate(self, secret: str) -> Key:
        """The key of a caller. Raises `NotAllowed` with the reason as its code."""
        if not secret:
            raise NotAllowed("No key was given.", code="key_missing")
        catalogue = await self._desk.fresh()
        return self._usable(catalogue.key_by_digest.get(digest_of(secret)))

    def _usable(self, key: Key | None) -> Key:
        if key is None:
            raise NotAllowed("This key is not known here.", code="key_wrong")
        if key.withdrawn_s is not None:
            raise NotAllowed("This key was withdrawn.", code="key_withdrawn")
        if key.expires_s is not None and key.expires_s <= self._now_s():
            raise NotAllowed("This key has expired.", code="key_expired")
        return key

    @staticmethod
    def sight(key: Key) -> Sight:
        """The locations that a key may see."""
        return frozenset(key.locations) if key.locations else None

    async def create_key(
        self,
        *,
        name: str,
        scopes: Sequence[str] = ("read",),
        locations: Sequence[str] = (),
        expires_s: int | None = None,
        quota: int = KEY_RATE_QUOTA,
        window_s: int = KEY_RATE_WINDOW_S,
        secret: str | None = None,
    ) -> tuple[Key, str]:
        """A new key and its secret, which is shown only here."""
        catalogue = await self._desk.fresh()
        wrong = [s for s in scopes if s not in SCOPES]
        if wrong:
            known = ", ".join(SCOPES)
            raise BadQuery(
                f"Scope {wrong[0]!r} does not exist; there are {known}.",
                errors=(FieldError(field="scopes", detail=f"one of {known}"),),
            )
        missing = [x for x in locations if LocationId(x) not in catalogue.locations]
        if missing:
            raise NotFound(f"There is no location {missing[0]!r}.", code="location_not_found")
        secret = secret or KEY_PREFIX + secrets.token_urlsafe(32)
        granted: tuple[Scope, ...] = tuple(s for s in SCOPES if s in scopes)
        key = Key(
            key_id="k_" + secrets.token_hex(8),
            digest=digest_of(secret),
            name=name,
            scopes=granted or ("read",),
            locations=tuple(LocationId(x) for x in locations),
            created_s=self._now_s(),
            expires_s=expires_s,
            quota=quota,
            window_s=window_s,
        )
        await self._desk.save(key)
        return key, secret

    async def withdraw_key(self, key_id: str) -> Key:
        """End a key now; its sessions end with it."""
        key = (await self._desk.fresh()).keys.get(key_id)
        if key is None:
            raise NotFound(f"There is no key {key_id!r}.", code="key_not_found")
        if key.withdrawn_s is None:
            key = replace(key, withdrawn_s=self._now_s())
            await self._desk.save(key)
        return key

    # -- browsers ---------------------------------------------------------------------------------
    async def open_session(self, key: Key) -> tuple[str, int]:
        """A cookie that stands for the key; gives it and when it ends."""
        cookie = secrets.token_urlsafe(32)
        ends_s = self._now_s() + SESSION_S_MAX
        session = Session(digest=digest_of(cookie), key_id=key.key_id, ends_s=ends_s)

        def work(tx: Transaction) -> None:
            old = [s for s in tx.records(Session) if s.ends_s <= self._now_s()]
            tx.delete(*old)
            tx.save(session)

        await self._desk.store.write(work)
        return cookie, ends_s

    async def session_key(self, cookie: str) -> Key:
        """The key behind a cookie. Raises `NotAllowed` when either has ended."""

        def work(view: View) -> Session | None:
            return view.record(Session, digest_of(cookie))

        session = await self._desk.store.read(work)
        if session is None or session.ends_s <= self._now_s():
            raise NotAllowed("This session has ended; log in again.", code="session_ended")
        catalogue = await self._desk.fresh()
        return self._usable(catalogue.keys.get(session.key_id))

    async def close_session(self, cookie: str) -> None:
        """End a session; one that is not there is ended already."""

        def work(tx: Transaction) -> None:
            session = tx.record(Session, digest_of(cookie))
            if session is not None:
                tx.delete(session)

        await self._desk.store.write(work)

    # -- sensors ----------------------------------------------------------------------------------
    async def create_push_secret(
        self, *, sensor_id: str | None = None, driver: str | None = None
    ) -> str:
        """A secret for one sensor, or (no sensor) the one enrolment secret.

        Either replaces the one before it, which is withdrawn at once.
        """
        catalogue = await self._desk.fresh()
        sensor: SensorNo | None = None
        if sensor_id is not None:
            known = catalogue.sensor_by_id.get(SensorId(sensor_id))
            if known is None:
                raise NotFound(f"There is no sensor {sensor_id!r}.", code="sensor_not_found")
            sensor = known.sensor
        now = self._now_s()
        old = [
            replace(s, withdrawn_s=now)
            for s in catalogue.secrets.values()
            if s.sensor == sensor and s.withdrawn_s is None
        ]
        text = self.new_push_secret()
        new = PushSecret(digest=digest_of(text), sensor=sensor, driver=driver, created_s=now)
        await self._desk.save(*old, new)
        return text

    @staticmethod
    def new_push_secret() -> str:
        """A secret that nobody has seen, and that admits nobody yet."""
        return PUSH_PREFIX + secrets.token_urlsafe(32)

    async def admits(self, text: str) -> bool:
        """Whether a text is a push secret that is known, and not withdrawn."""
        found = (await self._desk.fresh()).secrets.get(digest_of(text))
        return found is not None and found.withdrawn_s is None

    def admitted(self, secret: str) -> PushSecret | None:
        """The push secret behind a text that was admitted a moment ago; None: ask `admit`."""
        if self._desk.at_hand() is not self._admitted_by:
            return None
        return self._admitted.get(secret)

    async def admit(self, secret: str) -> PushSecret:
        """The push secret behind the text. Raises `NotAllowed`; then nothing of the push is kept."""
        catalogue = await self._desk.recent()
        if catalogue is not self._admitted_by:
            self._admitted.clear()
            self._admitted_by = catalogue
        found = self._admitted.get(secret)
        if found is None:
            digest = digest_of(secret)
            found = catalogue.secrets.get(digest)
            if found is None:  # another process may have made it a moment ago
                found = (await self._desk.fresh()).secrets.get(digest)
            if found is None or found.withdrawn_s is not None:
                raise NotAllowed("This push secret is not known here.", code="push_secret_wrong")
            self._admitted[secret] = found
        return found
