"""`make load`: a service of its own on a free port, a border, keys, and locust users against it for a bounded time."""

import argparse
import asyncio
import os
import sys
from pathlib import Path

from loadtests.rig import Service, client, engines, load_border, make_keys

AGENTS_MAX = 150
GRACE_S = 60.0


async def load(users: int, seconds: int) -> int:
    """Run the users and return locust's exit status."""
    async with engines() as rig:
        database, folder = await rig.new_database(), rig.folder / "load"
        border = await load_border(database, rig.valkey.url, folder)
        keys = await make_keys(database, [unit.unit_id for unit in border.units[:AGENTS_MAX]])
        service = Service(database, rig.valkey.url, folder)
        await service.start()
        try:
            async with client(service, keys.dispatcher) as dispatcher:
                for unit_id in keys.agents:
                    await dispatcher.put(f"/v1/units/{unit_id}/duty", json={"on_duty": True})
            env = os.environ | {
                "LOAD_PSAP_KEY": keys.psap,
                "LOAD_DISPATCHER_KEY": keys.dispatcher,
                "LOAD_AGENT_KEYS": ",".join(keys.agents.values()),
                "LOAD_SIGNS": ",".join(sign.sign_id for sign in border.signs if sign.kind != "rescue_tower"),
            }
            process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "locust", "-f", str(Path(__file__).with_name("locustfile.py")), "--headless",
                "--only-summary", "--host", service.url, "-u", str(users), "-r", str(users), "-t", f"{seconds}s",
                env=env,
            )  # fmt: skip
            async with asyncio.timeout(seconds + GRACE_S):
                return await process.wait()
        finally:
            await service.stop()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--users", type=int, default=60)
    parser.add_argument("--seconds", type=int, default=30)
    options = parser.parse_args()
    sys.exit(asyncio.run(load(options.users, options.seconds)))


if __name__ == "__main__":
    main()
