"""What a measurement found beside what it should be: printed as a table, and a miss fails the run."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """One figure. `most` is its bound; None when there is nothing to hold it against."""

    what: str
    value: float
    unit: str
    most: float | None = None

    @property
    def is_missed(self) -> bool:
        return self.most is not None and not self.value <= self.most

    def line(self) -> str:
        """Return it as a row of a table in Markdown."""
        bound = "" if self.most is None else f"at most {self.most:g} {self.unit}".rstrip()
        verdict = "" if self.most is None else "**missed**" if self.is_missed else "yes"
        return f"| {self.what} | {self.value:,.4g} {self.unit} | {bound} | {verdict} |"


def conclude(title: str, findings: list[Finding]) -> int:
    """Print a table and return how many bounds were missed."""
    print(f"\n{title}\n\n| measured | figure | bound | held |\n|---|---|---|---|")
    for finding in findings:
        print(finding.line())
    return sum(finding.is_missed for finding in findings)
