"""`countline rebuild`: throw away everything that follows from claims, and make it anew."""

from countline import clock
from countline.cli import show
from countline.cli.exits import DONE
from countline.cli.opening import opened_engine
from countline.cli.options import NONE_GIVEN, Options


async def rebuild(*, options: Options = NONE_GIVEN) -> int:
    """Make every sum and every occupancy anew from the claims that are kept.

    Never needed in ordinary times: it gives what is there already, and proves it. Claims and the
    numbers of commits stay as they are.
    """
    began_s = clock.elapsed_s()
    async with opened_engine(options, must_exist=True) as engine:
        with show.progress("rebuilding sums", quiet=options.json):
            await engine.store.rebuild()
        with show.progress("rebuilding occupancy", quiet=options.json):
            await engine.follower.rebuild()
        await engine.settled()
    took_s = round(clock.elapsed_s() - began_s, 3)
    if options.json:
        show.document({"rebuilt": True, "took_s": took_s})
    else:
        show.say(f"rebuilt in {took_s} s.")
    return DONE
