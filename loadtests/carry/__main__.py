"""`python -m loadtests.carry`: what the service carries. Prints a table a part and fails on a miss."""

import argparse
import sys
from typing import Final

import uvloop

from loadtests.carry.crowd import Crowd, carry_crowd
from loadtests.carry.herd import Herd, carry_herd
from loadtests.carry.ledger import carry_ledger
from loadtests.carry.verdict import conclude

PARTS: Final = ("crowd", "herd", "ledger")
QUICK_CROWD: Final = Crowd(agents=100, consoles=10, positions=200, rate=20.0, seconds=3.0, rounds=1)
QUICK_HERD: Final = Herd(sockets=400, units=100, seconds=6.0)


async def carry(parts: list[str], *, quick: bool, rows: int, gateways: int) -> int:
    """Run the parts one after the other and return how many bounds were missed."""
    missed = 0
    if "crowd" in parts:
        crowd = QUICK_CROWD if quick else Crowd(gateways=gateways)
        missed += conclude(f"A crowd at once: {crowd}", await carry_crowd(crowd))
    if "herd" in parts:
        herd = QUICK_HERD if quick else Herd(gateways=gateways)
        missed += conclude(f"A herd of idle sockets, and its return: {herd}", await carry_herd(herd))
    if "ledger" in parts:
        missed += conclude(f"A ledger of {rows:,} rows", await carry_ledger(100_000 if quick else rows))
    return missed


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m loadtests.carry", description=__doc__)
    parser.add_argument("--parts", default=",".join(PARTS), help="which of them, by commas")
    parser.add_argument("--quick", action="store_true", help="a small crowd and a short ledger: two minutes")
    parser.add_argument("--rows", type=int, default=10_000_000, help="length of the ledger")
    parser.add_argument("--gateways", type=int, default=0, help="processes beside the desk, for the crowd and the herd")
    args = parser.parse_args()
    missed = uvloop.run(carry(args.parts.split(","), quick=args.quick, rows=args.rows, gateways=args.gateways))
    if missed:
        sys.exit(f"{missed} bounds were missed")


if __name__ == "__main__":
    main()
