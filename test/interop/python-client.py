"""A stranger's client with Python's websockets library. Usage: python-client.py WS_URL NAME"""

import asyncio
import json
import sys

import websockets


async def chat(url, name):
    async with websockets.connect(f"{url}?userId={name}&username={name}&room=interop-{name}") as socket:
        await socket.send(json.dumps({"type": "chat", "content": f"hello from {name}"}))
        async for text in socket:
            frame = json.loads(text)
            if frame["type"] == "chat":
                print("received:", frame["userId"], frame["content"], flush=True)
                if frame["content"] == f"welcome {name}":
                    return


asyncio.run(asyncio.wait_for(chat(sys.argv[1], sys.argv[2]), 20))
