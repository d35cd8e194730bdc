"""Print one JSON line: our dispatch against the oracle, on one case."""

import argparse
import json
from pathlib import Path

from loadtests.elaspy.oracle import compare


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m loadtests.elaspy", description=__doc__)
    parser.add_argument(
        "--data", type=Path, required=True, help="holds the matrix, nodes, hospitals and the case folder"
    )
    parser.add_argument("--case", required=True, help="the case folder's name, such as diesel_3")
    parser.add_argument("--bases", type=Path, required=True, help="CSV: Ambulance,Base; a row per unit")
    options = parser.parse_args()
    print(json.dumps(compare(options.data, options.case, options.bases)))


if __name__ == "__main__":
    main()
