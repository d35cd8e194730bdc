"""What the bench prints: one line a step, then the highest rates held and the ratios the issue asks for."""

from loadtests.bench.journal import Result

HEAD = (
    f"{'calls/s':>8}  {'system':<7}{'calls':>6} {'acked':>6} {'deliv.':>6}   {'post to ack':>15}   {'post to socket':>15}"
    f"   {'late':>5} {'cpu server':>10} {'client':>6}\n"
    f"{'':>8}  {'':<7}{'':>6} {'':>6} {'':>6}   {'p50':>7} {'p99':>7}   {'p50':>7} {'p99':>7}   {'p50':>5}"
)


def head() -> None:
    print("milliseconds from the intended start; cpu as a share of one core; * = not held", flush=True)
    print(HEAD, flush=True)


def show(name: str, rate: float, r: Result, note: str = "") -> None:
    """Print one step."""
    mark = " " if r.is_held else "*"
    print(
        f"{rate:>8.0f}{mark} {name:<7}{r.calls:>6} {r.acked:>6} {r.delivered:>6}   {r.ack_p50:>7.2f} {r.ack_p99:>7.1f}"
        f"   {r.unit_p50:>7.2f} {r.unit_p99:>7.1f}   {r.late_p50:>5.2f} {r.server_cpu:>10.0%} {r.client_cpu:>6.0%}  {note}",
        flush=True,
    )


def ratio(text: str, value: float, base: float, target: str) -> None:
    """Print one ratio beside what it should be."""
    shown = f"{value / base:.2f}" if base else "-"
    print(f"{text:<58} {shown:>6}   {target}", flush=True)
