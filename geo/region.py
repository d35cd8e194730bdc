"""The region signs may stand in; a coordinate outside it is a typing error, not a place."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Region:
    """A box in degrees, edges included."""

    south: float
    north: float
    west: float
    east: float

    def holds(self, lat: float, lon: float) -> bool:
        """Whether the box holds this position; False on NaN."""
        return self.south <= lat <= self.north and self.west <= lon <= self.east


# The United States side of the line with Mexico, from the mouth of the Rio Grande (25.84 N, 97.14 W) to the Pacific
# (32.53 N, 117.12 W), and the sectors' interior checkpoints; some degrees of room to the north.
BORDER_REGION: Final = Region(south=25.7, north=35.0, west=-117.7, east=-96.9)
