"""Every operation that an emulated sensor answers: the rows of each module, in one table."""

from countline.emulator.v5 import analysis, identity, resources, scene, sessions, transactions
from countline.emulator.v5.routes import Route

ROUTES: tuple[Route, ...] = (
    *identity.ROUTES,
    *sessions.ROUTES,
    *resources.setting_rows(),
    *scene.ROUTES,
    *transactions.ROUTES,
    *analysis.ROUTES,
)
