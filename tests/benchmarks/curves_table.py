"""Curves for people."""

from tests.benchmarks.curve_figures import Curve, Curves


def curves_table(found: Curves) -> str:
    """Every curve with its points, then the single figures."""
    lines = [found.machine]
    for curve in found.curves:
        lines += ["", *_curve(curve)]
    width = max(map(len, found.figures), default=0)
    return "\n".join([*lines, "", *(f"{name:<{width}}  {value:>16,.2f}" for name, value in found.figures.items())])


def _curve(curve: Curve) -> list[str]:
    verdict = f" ({'flat' if curve.flat else 'not flat'})" if curve.promised_flat else ""
    lines = [f"{curve.name}, {curve.unit}: {curve.per_decade:+.1%} per decade of {curve.against}{verdict}"]
    return lines + [f"{cause:>14,.0f} {curve.against:<18}{cost:>12,.2f}" for cause, cost in curve.points]
