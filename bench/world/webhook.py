"""A webhook in a process of its own, so that what it computes is not counted: prints its port, and takes everything."""

from __future__ import annotations

import asyncio

from aiohttp import web


async def serve() -> None:
    """Until it is killed."""
    app = web.Application()

    async def take(request: web.Request) -> web.Response:
        await request.read()
        return web.Response()

    app.router.add_post("/{path:.*}", take)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    print(runner.addresses[0][1], flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(serve())
