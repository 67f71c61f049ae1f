"""Every operation that an emulated sensor answers: the rows of each module, in one table."""

from countline.emulator.v5 import identity, sessions
from countline.emulator.v5.routes import Route

ROUTES: tuple[Route, ...] = (
    *identity.ROUTES,
    *sessions.ROUTES,
)
