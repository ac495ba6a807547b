"""The report's charts, as SVG to put into the page."""

import io
import re

import matplotlib
import matplotlib.ticker

matplotlib.use("Agg")

from matplotlib import pyplot  # noqa: E402
from matplotlib.axes import Axes  # noqa: E402
from matplotlib.figure import Figure  # noqa: E402

from lead_scoring.impact.backtest import BANDS  # noqa: E402
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
        SVG elements by name: handoffs, rates, bands, months, scores.

    """
    charts = {"handoffs": _handoffs, "rates": _rates, "bands": _bands, "months": _months, "scores": _scores}
    with matplotlib.rc_context(STYLE):
        return {name: chart(report) for name, chart in charts.items()}


def _handoffs(report: Report) -> str:
    figure, axes = _figure("y")
    weeks = report.comparison.weeks
    places = range(len(weeks))
    axes.step(places, [week.before for week in weeks], where="mid", color=BEFORE, linewidth=2, label="before")
    axes.step(places, [week.after for week in weeks], where="mid", color=AFTER, linewidth=2, label="after")
    if report.most_handoffs is not None:
        axes.axhline(report.most_handoffs, color=LIMIT, linewidth=1.2, linestyle=(0, (4, 3)), label="limit")
    axes.set_xticks(list(places)[::3], [f"{week.begins:%b} {week.begins.day}" for week in weeks][::3])
    axes.set_ylim(0, None if weeks else 1)
    axes.yaxis.set_major_locator(matplotlib.ticker.MaxNLocator(integer=True))
    axes.set_ylabel("hand-offs per week")
    axes.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=3, borderaxespad=0)
    return _svg(figure, "Hand-offs per week before and after, with the limit")


def _rates(report: Report) -> str:
    figure, axes = _figure("x")
    before, after = ({rate.group: rate for rate in rates} for rates in report.backtest.rates)
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


def _bands(report: Report) -> str:
    figure, axes = _figure("y")
    before, after = report.backtest.bands
    for rates, offset, color, label in ((before, -1, BEFORE, "before"), (after, 1, AFTER, "after")):
        for rate in rates:
            low, high = (100 * end for end in rate.interval)
            axes.plot([rate.group + 5 + offset] * 2, [low, high], color=color, linewidth=2.5, solid_capstyle="round")
        places = [rate.group + 5 + offset for rate in rates]
        axes.plot(places, [100 * rate.rate for rate in rates], color=color, marker="o", linewidth=1, label=label)
    axes.set_xticks(BANDS, [f"{band}" if band < BANDS[-1] else f"{band}+" for band in BANDS])
    axes.set_ylim(bottom=0)
    axes.set_xlabel("total score, bands of ten points")
    axes.set_ylabel("with an opportunity, %")
    axes.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=2, borderaxespad=0)
    return _svg(figure, "Opportunity rate by score band before and after, with 95 % intervals")


def _months(report: Report) -> str:
    figure, axes = _figure("y")
    ranked = [each for each in report.backtest.by_month if each.auc]
    places = range(len(ranked))
    for place, each in enumerate(ranked):
        if each.is_learned:
            axes.axvspan(place - 0.5, place + 0.5, color=FAINT, linewidth=0, zorder=0)
    for side, color, label in ((0, BEFORE, "before"), (1, AFTER, "after")):
        axes.plot(places, [each.auc[side] for each in ranked], color=color, marker="o", linewidth=1.5, label=label)
    axes.axhline(0.5, color=LIMIT, linewidth=1.2, linestyle=(0, (4, 3)), label="by chance")
    axes.set_xticks(list(places)[::3], [f"{each.month:%b %Y}" for each in ranked][::3])
    axes.set_ylabel("AUC")
    if any(each.is_learned for each in ranked):
        axes.set_xlabel("months in grey taught the points")
    axes.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=3, borderaxespad=0)
    return _svg(figure, "AUC by month before and after")


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
