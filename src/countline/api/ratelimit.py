"""How often a key may ask, and how often an address may be wrong."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from math import ceil

from countline.errors import TooMuch
from countline.limits import WRONG_KEYS_MAX
from countline.model.access import Key

ADDRESSES_MAX = 10_000  # remembered at once; an address costs about 500 bytes
WRONG_KEYS_WINDOW_S = 60


@dataclass(frozen=True, slots=True)
class Standing:
    """What the two RateLimit fields say: a policy, and what is left of it until when."""

    policy: str
    quota: int
    window_s: int
    left: int
    restored_s: int

    @property
    def headers(self) -> tuple[tuple[bytes, bytes], tuple[bytes, bytes]]:
        """`RateLimit-Policy` and `RateLimit`."""
        policy = f'"{self.policy}";q={self.quota};w={self.window_s}'
        left = f'"{self.policy}";r={self.left};t={self.restored_s}'
        return ((b"ratelimit-policy", policy.encode()), (b"ratelimit", left.encode()))


class Buckets:
    """A token bucket per key, filled evenly with the key's own quota over its own window."""

    def __init__(self, now_ms: Callable[[], int]) -> None:
        self._now_ms = now_ms
        self._left: dict[str, tuple[float, int]] = {}  # key_id -> (tokens, at_ms)

    def take(self, key: Key) -> Standing:
        """One token, and how the key stands then. Raises `TooMuch` when there is none."""
        now_ms = self._now_ms()
        tokens, at_ms = self._left.get(key.key_id, (key.quota, now_ms))
        per_ms = key.quota / (key.window_s * 1000)
        tokens = min(float(key.quota), tokens + max(0, now_ms - at_ms) * per_ms)
        taken = tokens >= 1
        tokens -= taken
        self._left[key.key_id] = (tokens, now_ms)
        full_s = ceil((key.quota - tokens) / per_ms / 1000)
        standing = Standing("default", key.quota, key.window_s, int(tokens), full_s)
        if not taken:
            wait_s = max(1, ceil((1 - tokens) / per_ms / 1000))
            raise TooMuch(
                f"This key may ask {key.quota} times in {key.window_s} s.",
                code="quota_exceeded",
                retry_after_s=wait_s,
                standing=standing,
            )
        return standing


class WrongKeys:
    """Wrong keys by address: after ten in a minute the answer is 429, for wrong keys only.

    A right key still passes: a forgotten display must not blind the others behind its address.
    """

    def __init__(self, now_ms: Callable[[], int]) -> None:
        self._now_ms = now_ms
        self._at_ms: dict[str, deque[int]] = {}

    def standing(self, address: str) -> Standing:
        """How an address stands that gave no right key."""
        seen = self._recent(address)
        left = WRONG_KEYS_MAX - len(seen)
        restored_s = self._wait_s(seen[-1]) if seen else 0
        return Standing("wrong-keys", WRONG_KEYS_MAX, WRONG_KEYS_WINDOW_S, left, restored_s)

    def note(self, address: str) -> None:
        """Count one more. Raises `TooMuch` when the address has had its ten."""
        seen = self._recent(address)
        if len(seen) >= WRONG_KEYS_MAX:
            raise TooMuch(
                f"{WRONG_KEYS_MAX} wrong keys came from {address} within a minute.",
                code="too_many_wrong_keys",
                retry_after_s=self._wait_s(seen[0]),
            )
        seen.append(self._now_ms())
        self._at_ms.pop(address, None)  # the address moves to the end: the oldest go first
        self._at_ms[address] = seen
        while len(self._at_ms) > ADDRESSES_MAX:
            del self._at_ms[next(iter(self._at_ms))]

    def _recent(self, address: str) -> deque[int]:
        seen = self._at_ms.get(address)
        if seen is None:
            return deque(maxlen=WRONG_KEYS_MAX)
        since_ms = self._now_ms() - WRONG_KEYS_WINDOW_S * 1000
        while seen and seen[0] <= since_ms:
            seen.popleft()
        return seen

    def _wait_s(self, at_ms: int) -> int:
        return max(1, ceil((at_ms - self._now_ms()) / 1000) + WRONG_KEYS_WINDOW_S)
