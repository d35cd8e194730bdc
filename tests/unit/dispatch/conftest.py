import pytest

from tests.unit.dispatch.scene import Scene


@pytest.fixture
def scene() -> Scene:
    return Scene()
