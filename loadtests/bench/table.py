"""What the bench prints: one line a step, then the highest rates held and the ratios the issue asks for."""

from loadtests.bench.journal import Result

HEAD = (
    "calls/s  system  calls  acked deliv.      post to ack   post to socket    late cpu server client\n"
    "                                           p50     p99     p50     p99     p50"
)


def head() -> None:
    print("milliseconds from the intended start; cpu as a share of one core; * = not held", flush=True)
    print(HEAD, flush=True)


def show(name: str, rate: float, r: Result, note: str = "") -> None:
    """Print one step."""
    mark = " " if r.is_held else "*"
    counts = f"{r.calls:>6} {r.acked:>6} {r.delivered:>6}"
    times = f"{r.ack_p50:>8.2f} {r.ack_p99:>7.1f} {r.unit_p50:>7.2f} {r.unit_p99:>7.1f} {r.late_p50:>7.2f}"
    print(
        f"{rate:>7.0f}{mark} {name:<6}{counts} {times} {r.server_cpu:>10.0%} {r.client_cpu:>6.0%}  {note}", flush=True
    )


def ratio(text: str, value: float, base: float, target: str) -> None:
    """Print one ratio beside what it should be."""
    shown = f"{value / base:.2f}" if base else "-"
    print(f"{text:<58} {shown:>6}   {target}", flush=True)
