"""python -m loadtests.chaos [--times N] [--seed N] [--only WORDS ...]: strike, let it mend, check every promise."""

import argparse
import asyncio

from loadtests.chaos.faults import FAULTS
from loadtests.chaos.matrix import Row, chaos


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=3)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", nargs="*", default=[], help="faults whose name holds one of these words")
    given = parser.parse_args()
    faults = [one for one in FAULTS if not given.only or any(word in one.name for word in given.only)]
    print(Row.HEADER)
    rows = asyncio.run(chaos(faults, given.times, given.seed))
    return int(not all(row.is_good for row in rows))


if __name__ == "__main__":
    raise SystemExit(main())
