"""Samples other people wrote, from beside the project; a test that needs one is skipped where they are not."""

from pathlib import Path

import pytest

VECTORS = Path(__file__).resolve().parents[2] / "shared" / "vectors"


def vector(name: str) -> bytes:
    """Return a sample's bytes."""
    path = VECTORS / name
    if not path.is_file():
        pytest.skip(f"no sample at ../shared/vectors/{name}")
    return path.read_bytes()


def dev_files(folder: str) -> list[str]:
    """Return the names of the samples in a folder that the manifest calls `dev`; none where there is no manifest."""
    manifest = VECTORS / "MANIFEST.tsv"
    if not manifest.is_file():
        return []
    rows = (line.split("\t") for line in manifest.read_text(encoding="utf-8").splitlines()[1:])
    return [row[0] for row in rows if row[0].startswith(f"{folder}/") and row[1] == "dev"]
