"""Life signs for whoever runs the process: one word, no key."""

from litestar import MediaType, Response, get
from litestar.handlers import HTTPRouteHandler

from countline.engine.engine import Engine


def life_signs(engine: Engine) -> list[HTTPRouteHandler]:
    """`/healthz`: the process answers. `/readyz`: it can take pushes and questions."""

    async def healthz() -> Response[str]:
        return Response("ok", media_type=MediaType.TEXT)

    async def readyz() -> Response[str]:
        ready = await engine.watch.ready()
        return Response(
            "ready" if ready else "starting",
            status_code=200 if ready else 503,
            media_type=MediaType.TEXT,
            headers={} if ready else {"Retry-After": "1"},
        )

    return [get("/healthz")(healthz), get("/readyz")(readyz)]
