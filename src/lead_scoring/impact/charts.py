"""The report's charts, as SVG to put into the page."""

import io
import re

import matplotlib
import matplotlib.ticker

matplotlib.use("Agg")

from matplotlib import pyplot  # noqa: E402
from matplotlib.axes import Axes  # noqa: E402
from matplotlib.figure import Figure  # noqa: E402

from lead_scoring.impact.report import Report  # noqa: E402

BEFORE, AFTER, LIMIT, FAINT = "#98a2b3", "#1f5fbf", "#c2410c", "#e4e7ec"
STYLE = {
    "svg.fonttype": "none",  # text stays text: small, and searchable in the page
    "svg.hashsalt": "impact",  # the same numbers give the same bytes
    "font.family": "sans-serif",
    "font.size": 10,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": "#667085",
    "axes.axisbelow": True,
    "xtick.color": "#475467",
    "ytick.color": "#475467",
    "legend.frameon": False,
}


def draw(report: Report) -> dict[str, str]:
    """Draw every chart.

    Arguments:
        report: what to show.

    Returns:
        SVG elements by name: handoffs, rates, scores.

    """
    with matplotlib.rc_context(STYLE):
        return {"handoffs": _handoffs(report), "rates": _rates(report), "scores": _scores(report)}


def _handoffs(report: Report) -> str:
    figure, axes = _figure("y")
    weeks = report.comparison.weeks
    places = range(len(weeks))
    axes.step(places, [week.before for week in weeks], where="mid", color=BEFORE, linewidth=2, label="before")
    axes.step(places, [week.after for week in weeks], where="mid", color=AFTER, linewidth=2, label="after")
    if report.most_handoffs is not None:
        axes.axhline(report.most_handoffs, color=LIMIT, linewidth=1.2, linestyle=(0, (4, 3)), label="limit")
    axes.set_xticks(list(places)[::3], [f"{week.begins:%b} {week.begins.day}" for week in weeks][::3])
    axes.set_ylim(bottom=0)
    axes.yaxis.set_major_locator(matplotlib.ticker.MaxNLocator(integer=True))
    axes.set_ylabel("hand-offs per week")
    axes.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=3, borderaxespad=0)
    return _svg(figure, "Hand-offs per week before and after, with the limit")


def _rates(report: Report) -> str:
    figure, axes = _figure("x")
    before, after = ({rate.tier: rate for rate in rates} for rates in report.backtest.rates)
    tiers = [tier for tier in report.comparison.tiers if tier in before or tier in after]
    for rates, offset, color, label in ((before, -0.16, BEFORE, "before"), (after, 0.16, AFTER, "after")):
        there = [(place + offset, rates[tier]) for place, tier in enumerate(tiers) if tier in rates]
        for place, rate in there:
            low, high = (100 * end for end in rate.interval)
            axes.plot([low, high], [place, place], color=color, linewidth=2.5, solid_capstyle="round")
        axes.scatter(
            [100 * rate.rate for _, rate in there], [place for place, _ in there], color=color, s=42, label=label
        )
    axes.set_yticks(range(len(tiers)), tiers)
    axes.set_ylim(len(tiers) - 0.5, -0.5)
    axes.set_xlim(left=0)
    axes.set_xlabel("share with an opportunity within the horizon, %")
    axes.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=2, borderaxespad=0)
    return _svg(figure, "Opportunity rate by tier before and after, with 95 % intervals")


def _scores(report: Report) -> str:
    figure, axes = _figure("x")
    classes = [(name, count) for name, count in report.comparison.score_changes if name != "unchanged"]
    names, counts = zip(*classes, strict=True)
    bars = axes.barh(names, counts, color=[AFTER if name.startswith("up") else BEFORE for name in names], height=0.7)
    axes.bar_label(bars, [f"{count:,}" if count else "" for count in counts], padding=3, color="#475467")
    axes.invert_yaxis()
    axes.xaxis.set_major_locator(matplotlib.ticker.MaxNLocator(integer=True, nbins=5))
    axes.set_xlabel("leads")
    return _svg(figure, "Leads by change of their score")


def _figure(grid: str) -> tuple[Figure, Axes]:
    figure, axes = pyplot.subplots(figsize=(6.4, 2.9), layout="constrained")
    axes.grid(axis=grid, color=FAINT)
    axes.tick_params(length=0)
    return figure, axes


def _svg(figure: Figure, title: str) -> str:
    buffer = io.StringIO()
    figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None}, transparent=True)
    pyplot.close(figure)
    svg = buffer.getvalue()
    svg = svg[svg.index("<svg") :]
    # it scales with the page, and a screen reader reads one sentence
    svg = re.sub(r'<svg [^>]*?viewBox="([^"]+)"[^>]*>', rf'<svg role="img" aria-label="{title}" viewBox="\1">', svg)
    svg = re.sub(r"<metadata>.*?</metadata>", "", svg, flags=re.DOTALL)
    return re.sub(r"font: ([\d.]+)px [^;\"]*", r"font-size: \1px", svg)
