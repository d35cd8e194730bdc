"""The dispatcher's picture: rows replaced as frames bring them; it holds no rule of dispatch."""

from collections import OrderedDict
from time import monotonic
from typing import Any, Final

from app.demo.device import Frame

Row = dict[str, Any]
ENDED_MAX: Final = 200  # closed incidents kept to be shown a little longer
TABLES: Final = ("incidents", "assignments", "alarms", "calls", "alerts", "units", "towers", "sectors")


class Picture:
    """Live rows by table and id; `ended` holds closed incidents with the moment they were."""

    def __init__(self) -> None:
        self.rows: dict[str, dict[Any, Row]] = {table: {} for table in TABLES}
        self.ended: OrderedDict[int, tuple[float, Row]] = OrderedDict()
        self.assignments_ever: dict[int, Row] = {}

    def hear(self, frame: Frame) -> None:
        """Take a snapshot or a frame."""
        if frame["kind"] == "snapshot":
            self.rows = {table: {} for table in TABLES}
        for table, rows in frame.get("after", {}).items():
            for row in rows:
                self.rows[table][row["id"]] = row
                if table == "assignments":
                    self.assignments_ever[row["id"]] = row
        for table, row_id in frame.get("gone", ()):
            row = self.rows[table].pop(row_id, None)
            if table == "incidents" and row is not None:
                self._end(row)

    def _end(self, row: Row) -> None:
        self.ended[row["id"]] = (monotonic(), row)
        while len(self.ended) > ENDED_MAX:
            _, (_, old) = self.ended.popitem(last=False)
            for assignment_id in old["assignments"]:
                self.assignments_ever.pop(assignment_id, None)

    def incidents(self) -> list[Row]:
        return list(self.rows["incidents"].values())

    def assignments_of(self, incident: Row) -> list[Row]:
        """Return the incident's assignments, first to last, as far as they were ever shown."""
        return [self.assignments_ever[i] for i in incident["assignments"] if i in self.assignments_ever]
