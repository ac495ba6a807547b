"""The impact report: six changes worked out by hand, limits, errors, and nobody's database touched."""

import csv
import hashlib
import re
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace

import click.testing
import duckdb
import numpy as np
import pytest
from compiled import PROJECT, CompiledProject, read_rows
from conftest import Built, copy_project
from sklearn.metrics import roc_auc_score
from test_build import RunDbt, as_vars, rewrite
from test_postgres import connect, load, server  # noqa: F401

from lead_scoring.cli import main
from lead_scoring.impact import backtest, comparison, render, rules
from lead_scoring.impact.builds import Extract, Scratch
from lead_scoring.impact.report import Limits, Report, number
from lead_scoring.impact.run import compare_builds
from lead_scoring.project import Project

SMALL = PROJECT / "tests" / "python" / "impact"
AS_OF = "2026-03-31 15:00:00"
OWN = Project(PROJECT, {})


def edit(file: str, rule_id: str, **cells: str) -> Callable[[Path], None]:
    """Return a change of some cells of one rule."""

    def change(folder: Path) -> None:
        key = "tier" if file == "tiers" else "rule_id"
        rewrite(folder / f"{file}.csv", lambda row: row | cells if row[key] == rule_id else row)

    return change


def append(file: str, line: str) -> Callable[[Path], None]:
    """Return a change that adds one rule."""

    def change(folder: Path) -> None:
        with (folder / f"{file}.csv").open("a", encoding="utf-8") as opened:
            opened.write(line + "\n")

    return change


CHANGES = {
    "weight_up": edit("behavior_rules", "document_download", points="40"),
    "weight_down": edit("attribute_rules", "decision_maker", points="20"),
    "rule_added": append("attribute_rules", "retail,industry,小売業,,,30,小売業"),
    "threshold_moved": edit("tiers", "hot", min_score="70"),
    "disqualification_added": append("disqualification_rules", "retail,industry,小売業,,,小売業,小売業は対象外"),
    "reset_changed": edit("reset_rules", "dormant_reset", inactive_days="60"),
}
EXCEEDED = {"rule_added", "disqualification_added"}


@pytest.fixture(scope="module")
def small(clone: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Scratch, Extract]:
    """Score the twelve leads under the base's rules, once for all changes."""
    project = copy_project(clone, tmp_path_factory.mktemp("small") / "project")
    shutil.copytree(SMALL / "rules", project / "seeds" / "rules", dirs_exist_ok=True)
    variables = {"as_of": AS_OF, "raw_data": str(SMALL / "raw")}
    scratch = Scratch(Project(project, variables), tmp_path_factory.mktemp("scratch"))
    return scratch, scratch.build(SMALL / "rules", "base")


@pytest.fixture(scope="module")
def make(small: tuple[Scratch, Extract], tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Report]:
    """Give a function that makes the report of a change, each once."""
    scratch, base = small
    made: dict[str, Report] = {}

    def report(name: str) -> Report:
        if name not in made:
            folder = changed_rules(SMALL / "rules", tmp_path_factory.mktemp(name), name)
            books = tuple(rules.read_directory(each, OWN.column_types) for each in (SMALL / "rules", folder))
            builds = base, scratch.build(folder, name)
            made[name] = compare_builds("origin/main", books, builds, scratch.project, Limits())
        return made[name]

    return report


def changed_rules(folder: Path, parent: Path, name: str) -> Path:
    """Copy a rule book and change it."""
    copied = Path(shutil.copytree(folder, parent / "rules"))
    CHANGES[name](copied)
    return copied


@pytest.mark.parametrize("name", CHANGES)
def test_worked_changes(make: Callable[[str], Report], name: str) -> None:
    """The report is the one that was checked against `worked.md`, figure by figure."""
    report = make(name)
    expected = SMALL / "expected" / f"{name}.md"
    assert render.as_comment(report) == expected.read_text(encoding="utf-8")
    assert bool(report.exceeded) == (name in EXCEEDED)


@pytest.mark.slow
@pytest.mark.parametrize("name", CHANGES)
def test_the_matrix_agrees_with_two_full_builds(
    make: Callable[[str], Report], project: CompiledProject, tmp_path: Path, name: str
) -> None:
    """Two builds from nothing, each in a database of its own, give the same matrix and the same leads."""
    raw = {"sales_activities": []} | {path.stem: read_rows(path) for path in (SMALL / "raw").glob("*.csv")}
    tiers = []
    for folder in (SMALL / "rules", changed_rules(SMALL / "rules", tmp_path, name)):
        book = {path.stem: read_rows(path) for path in folder.glob("*.csv")}
        with project.score(book, raw, datetime.fromisoformat(AS_OF)) as database:
            tiers.append(dict(database.execute("select lead_id, tier from lead_mart").fetchall()))
    before, after = tiers
    pairs = [(before[lead], after[lead]) for lead in before]
    report = make(name)
    assert report.comparison.matrix == {pair: pairs.count(pair) for pair in pairs}
    entering = {lead for lead in before if after[lead] == "hot" != before[lead]}
    leaving = {lead for lead in before if before[lead] == "hot" != after[lead]}
    assert {lead.lead_id for lead in report.comparison.entering} == entering
    assert {lead.lead_id for lead in report.comparison.leaving} == leaving


def test_the_files(make: Callable[[str], Report], tmp_path: Path) -> None:
    """The page needs no network and runs no script; the csv files hold every lead."""
    render.write(make("threshold_moved"), tmp_path)
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    # xml namespaces are names, not addresses that a browser opens
    linked = [line for line in page.splitlines() if "http" in line and "www.w3.org" not in line]
    assert linked == []
    assert page.count("<svg") == 4 and "<script" not in page  # no score changes, so no fifth chart
    with (tmp_path / "entering.csv").open(encoding="utf-8", newline="") as file:
        assert [(row["lead_id"], row["moved_by"]) for row in csv.DictReader(file)] == [
            ("L03", "hot: min_score 80 → 70"),
            ("L06", "hot: min_score 80 → 70"),
        ]
    again = tmp_path / "again"
    again.mkdir()
    render.write(make("threshold_moved"), again)
    assert (again / "report.html").read_bytes() == (tmp_path / "report.html").read_bytes()


def test_a_broken_promise_is_shown_and_stops(make: Callable[[str], Report]) -> None:
    """A data test that fails in the build of the change is a line of the report and a failing status."""
    report = replace(make("weight_up"), broken=({}, {"disqualified_leads_score_zero": 3}))
    assert [check.name for check in report.exceeded] == ["disqualified leads have score 0"]
    assert "| disqualified leads have score 0 | holds | **broken**: 3 rows |" in render.as_comment(report)


HOSTILE = (
    "@octocat </details> [a](https://evil.example) \r\n# x | \\| `b` ![i](x) <img src=x> www.evil.example *c* #1 _d_"
)


@pytest.fixture
def hostile(make: Callable[[str], Report]) -> Report:
    """Give a report in which all that others may have written is hostile."""
    report = make("threshold_moved")
    lead = replace(
        report.comparison.entering[0], lead_id=f"=1+1{HOSTILE}", causes=(f"`{HOSTILE}` +1",), reasons=f"\t+2{HOSTILE}"
    )
    moves = [replace(report.comparison.moves[0], causes=[(HOSTILE, 1)])]
    now = replace(report.comparison, entering=[lead], leaving=[lead], moves=moves, warnings=[HOSTILE])
    row = {"points": "1", "description": HOSTILE, "asset_pattern": HOSTILE}
    change = rules.Change(HOSTILE, HOSTILE, None, row)
    return replace(report, base=HOSTILE, commits_missing=1, comparison=now, changes=[change])


def test_foreign_text_does_nothing_in_markdown(hostile: Report) -> None:
    """No mention, link, picture, tag, heading or table cell comes out of a description or a company's name."""
    text = render.as_comment(hostile)
    outside_code = re.sub("`[^`]*`", "", text)
    for seed in ("@octocat", "</details> ", "<img", "](", "://", "www.evil", "*c*", " #1", "_d_", "\r"):
        assert seed not in outside_code, seed
    assert text.count("<details>") == text.count("</details>") == 2
    assert "# x" not in [line[:3] for line in text.splitlines()]
    (row,) = {line for line in text.splitlines() if line.startswith("| =1+1")}
    # a bar is part of a cell only as an entity: GitHub divides cells before it reads code
    assert row.count("|") == 6 and "`" not in re.sub("`[^`|]*`", "", row)
    assert "octocat" in text and "evil.example" in text  # made harmless, not left out
    assert render.markdown("製造業 (B2B) 30 → 40, a_b, 5 %") == "製造業 (B2B) 30 → 40, a_b, 5 %"


def test_foreign_text_does_nothing_in_the_page(hostile: Report, tmp_path: Path) -> None:
    """The page has no tag but its own."""
    render.write(hostile, tmp_path)
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "<img" not in page and "&lt;img" in page
    assert page.count("<details") == page.count("</details>") == 3


@pytest.mark.parametrize("begin", ["=", "+", "-", "@", "\t", "\r", " =", "＝", "＋", "－", "＠"])
def test_foreign_text_is_no_formula(hostile: Report, tmp_path: Path, begin: str) -> None:
    """A spreadsheet shows the cells and does not calculate them; scores stay numbers."""
    text = f'{begin}HYPERLINK("https://evil.example")'
    lead = replace(hostile.comparison.entering[0], lead_id=text, tier_after=text, causes=(text,), reasons=text)
    lead = replace(lead, score_before=Decimal("-5"))
    render.write(replace(hostile, comparison=replace(hostile.comparison, entering=[lead])), tmp_path)
    with (tmp_path / "entering.csv").open(encoding="utf-8", newline="") as file:
        (row,) = csv.DictReader(file)
    assert {row[name] for name in ("lead_id", "tier_after", "moved_by", "top_reasons")} == {"'" + text}
    assert row["score_before"] == "-5"


def test_a_comment_is_never_too_long(hostile: Report) -> None:
    """However much changes; what is left out is counted."""
    changes = [replace(hostile.changes[0], rule_id=f"rule_{number}") for number in range(5000)]
    warnings = [HOSTILE * 50] * 5000
    text = render.as_comment(
        replace(hostile, changes=changes, comparison=replace(hostile.comparison, warnings=warnings))
    )
    assert len(text) < 65536
    assert re.search(r"^- 4\d\d\d more, all of them in report.html$", text, re.MULTILINE)
    tiers = [f"tier_{number}" for number in range(300)]
    text = render.as_comment(replace(hostile, comparison=replace(hostile.comparison, tiers=tiers)))
    assert len(text) < 65536 and text.startswith(render.MARKER) and "see report.html" in text


@pytest.mark.parametrize(
    ("limits", "exceeded"),
    [
        (Limits(tier_changes=1 / 12), []),
        (Limits(tier_changes=0.08), ["at most 8.0 % of the leads change tier"]),
        # the change adds no hand-off, so it is not stopped for those there were
        (Limits(handoffs_per_week=0.1), []),
    ],
)
def test_limits(make: Callable[[str], Report], limits: Limits, exceeded: list[str]) -> None:
    """A limit that is met exactly is kept."""
    assert [check.name for check in replace(make("weight_up"), limits=limits).exceeded] == exceeded


def test_the_limit_of_handoffs(make: Callable[[str], Report]) -> None:
    """More hand-offs than allowed, and more than before."""
    report = replace(make("threshold_moved"), limits=Limits(handoffs_per_week=0.4))
    assert [check.name for check in report.exceeded] == ["at most 0.4 hand-offs per week"]


@pytest.fixture(scope="module")
def ranked() -> duckdb.DuckDBPyConnection:
    """Give 60 leads of three months whose outcome follows the score before, and hardly the score after."""
    random = np.random.default_rng(1)
    database = duckdb.connect()
    for schema in ("before", "after"):
        database.execute(f"create schema {schema}")
        database.execute(
            f"create table {schema}.month_ends"
            " (month date, month_end_at timestamp, lead_id varchar, total_score decimal(18, 6), tier varchar,"
            " has_opportunity boolean)"
        )
    for month in (1, 2, 3):
        for lead in range(60):
            good = int(random.integers(0, 10)) * 10
            outcome = bool(random.random() < good / 150)
            for schema, score in (("before", good), ("after", int(random.integers(0, 10)) * 10)):
                dates = [f"2025-{month:02}-01", f"2025-{month + 1:02}-01"]
                values = [*dates, f"L{lead:02}", score, "hot" if score >= 80 else "hold", outcome]
                database.execute(f"insert into {schema}.month_ends values (?, ?, ?, ?, ?, ?)", values)
    return database


def test_auc_and_lift_by_other_means(ranked: duckdb.DuckDBPyConnection) -> None:
    """AUC within months by scikit-learn, weighted by pairs; the verdict follows from the interval."""
    past = backtest.backtest(ranked, ["hot", "hold"], None)
    for schema, found in zip(("before", "after"), past.auc, strict=True):
        total = pairs = 0.0
        for month in (1, 2, 3):
            rows = ranked.execute(
                f"select has_opportunity, total_score from {schema}.month_ends where month(month) = {month}"
            ).fetchall()
            outcomes, scores = [row[0] for row in rows], [float(row[1]) for row in rows]
            count = sum(outcomes) * (len(outcomes) - sum(outcomes))
            total, pairs = total + roc_auc_score(outcomes, scores) * count, pairs + count
        assert found == pytest.approx(total / pairs)
    assert past.verdict == "worse" and past.lift is None
    assert past.interval[0] < past.difference < past.interval[1]
    assert past == backtest.backtest(ranked, ["hot", "hold"], None)  # the same leads are drawn again
    same = ranked.cursor()
    same.execute("begin; drop table after.month_ends; create table after.month_ends as from before.month_ends")
    assert backtest.backtest(same, ["hot", "hold"], None).verdict == "as before"
    same.execute("rollback")


def test_the_lift_counts_equal_scores_by_share() -> None:
    """Of two best leads, two of the three that share the second place count two thirds each."""
    month = np.zeros(6, int)
    score = np.array([90.0, 80.0, 80.0, 80.0, 10.0, 10.0])
    outcome = np.array([True, True, False, False, False, False])
    assert backtest._lift(month, score, outcome, 2.0, np.ones(6, int)) == pytest.approx((1 + 1 / 3) / 2 / (2 / 6))


def test_leads_of_different_months_do_not_take_each_others_place() -> None:
    """Where all scores are one, the leads taken are as good as all: those of a month with those of that month."""
    month, outcome = np.array([0, 0, 1, 1, 1, 1]), np.array([True, True, False, False, False, False])
    assert backtest._lift(month, np.full(6, 5.0), outcome, 1.0, np.ones(6, int)) == pytest.approx(1)


def test_a_lead_counts_as_often_as_it_is_drawn() -> None:
    """Who is not drawn takes no place, a month of which nobody is drawn has no share, and each lead can be drawn."""
    month, score = np.array([0, 0, 0, 1, 2]), np.array([90.0, 80.0, 10.0, 50.0, 50.0])
    outcome = np.array([True, True, False, True, True])
    lift = backtest._lift(month, score, outcome, 1.0, np.array([1, 0, 1, 0, 1]))
    assert lift == pytest.approx((1 + 1) / (1 / 2 + 1))
    assert backtest._lift(month, score, outcome, 1.0, np.array([0, 0, 2, 0, 0])) == 0
    for lead in range(3):
        low, high = backtest._interval(lambda weights, lead=lead: (0, weights[lead]), np.arange(3))
        assert low == 0 and high > 1


def test_a_month_is_ranked_where_it_has_leads_of_both_kinds() -> None:
    """One of each is enough; a single lead, or a month that all ended alike, has no rank."""
    rows = [
        *((date(2025, 1, 1), lead, score, -score, "", "", lead == "b", False) for lead, score in (("a", 1), ("b", 2))),
        *((date(2025, 2, 1), lead, score, -score, "", "", True, False) for lead, score in (("a", 1), ("b", 2))),
        (date(2025, 3, 1), "a", 1, 1, "", "", False, True),
    ]
    assert backtest._by_month(rows) == [
        backtest.MonthRanking(date(2025, 1, 1), False, 1, (1.0, 0.0)),
        backtest.MonthRanking(date(2025, 2, 1), False, 2, None),
        backtest.MonthRanking(date(2025, 3, 1), True, 0, None),
    ]


def rescored(ranked: duckdb.DuckDBPyConnection, score: str) -> duckdb.DuckDBPyConnection:
    """Give the leads of `ranked` with other scores after, in a transaction that is not kept."""
    cursor = ranked.cursor()
    cursor.execute(f"begin; update after.month_ends set total_score = {score}")
    return cursor


def told(past: backtest.Backtest) -> Report:
    """Give a report of which only the back-test is filled in."""
    return Report("main", [], 0, None, past, Limits(), ({}, {}))


def test_months_that_taught_the_points_do_not_judge_them(ranked: duckdb.DuckDBPyConnection) -> None:
    """Points that know the outcomes of two months by heart look better, and are not in the third."""
    by_heart = "case when month = date '2025-03-01' then total_score when has_opportunity then 90 else 10 end"
    database = rescored(ranked, by_heart)
    naive = backtest.backtest(database, ["hot", "hold"], None)
    until = datetime(2025, 3, 1, 0, 0, 1)
    honest = backtest.backtest(database, ["hot", "hold"], None, until)
    nothing = backtest.backtest(database, ["hot", "hold"], None, datetime(2025, 5, 1))
    at_the_end = backtest.backtest(database, ["hot", "hold"], None, datetime(2025, 3, 1))
    database.execute("rollback")
    assert naive.difference > 0 > honest.difference
    assert naive.months == 3 and told(naive).learned == ""
    assert honest.months == 1 and honest.rows == 60
    assert [each.is_learned for each in honest.by_month] == [True, True, False]
    assert honest.by_month[0].auc[1] == 1
    assert (
        "Outcomes until 2025-03-01 00:00:01 UTC taught these points, so 2025-01 to 2025-02 judge"
        in told(honest).learned
    )
    assert nothing.auc is None and "every month there is taught the points" in told(nothing).prediction
    assert [each.is_learned for each in at_the_end.by_month] == [True, False, False]


def test_the_headline_tells_the_best_leads_and_the_order_of_all(ranked: duckdb.DuckDBPyConnection) -> None:
    """The few leads that sales calls are chosen better, all others stand in the wrong order: both are said."""
    database = rescored(
        ranked, "case when has_opportunity and lead_id < 'L20' then 100 when has_opportunity then 0 else 50 end"
    )
    past = backtest.backtest(database, ["hot", "hold"], Decimal(1))
    database.execute("rollback")
    assert past.lift_verdict == "better" and past.lift_interval[0] > 0
    assert past.verdict == "worse"
    for text in (told(past).foresight, told(past).prediction):
        assert text.index("chosen better") < text.index("chosen worse")
    assert told(past).foresight.startswith("The 4 leads a month that sales can call: chosen better (")


def test_bands_of_ten_points(ranked: duckdb.DuckDBPyConnection) -> None:
    """Each side's scores fall into its own bands; the last has no end."""
    database = rescored(ranked, "case when has_opportunity then 250 else 9.999999 end")
    _, after = backtest.backtest(database, ["hot", "hold"], None).bands
    rows, opportunities = database.execute(
        "select count(*), count(*) filter (has_opportunity) from after.month_ends"
    ).fetchone()
    database.execute("rollback")
    assert after == [
        backtest.GroupRate(0, rows - opportunities, 0),
        backtest.GroupRate(100, opportunities, opportunities),
    ]


def test_weeks_without_data_are_no_weeks_without_handoffs() -> None:
    """The data end five weeks before the clock, and begin seven weeks earlier: six weeks are shown."""
    with duckdb.connect() as database:
        for schema in ("before", "after"):
            database.execute(f"create schema {schema}")
            database.execute(f"create table {schema}.handoffs as select timestamp '2026-02-10' as handed_off_at")
        database.execute(
            "create table after.lead_mart as select timestamp '2026-01-13' as created_at,"
            " timestamp '2026-02-17' as last_activity_at"
        )
        weeks = comparison._weeks(database, datetime(2026, 3, 31, 15), "Asia/Tokyo")
    assert [(week.begins.isoformat(), week.before) for week in weeks] == [
        *(("2026-01-12", 0), ("2026-01-19", 0), ("2026-01-26", 0), ("2026-02-02", 0)),
        *(("2026-02-09", 1), ("2026-02-16", 0)),
    ]


def test_a_proposal_says_until_when_it_learned(tmp_path: Path) -> None:
    """The later of two; what cannot be read is told with its file."""
    one, other = tmp_path / "one", tmp_path / "other"
    for folder in (one, other):
        folder.mkdir()
    assert rules.learned_until(one, other) is None
    (one / "proposal.json").write_text('{"learned_until": "2026-01-31 15:00:00"}', encoding="utf-8")
    assert rules.learned_until(one, other) == datetime(2026, 1, 31, 15)
    (other / "proposal.json").write_text('{"learned_until": "2026-02-28 15:00:00"}', encoding="utf-8")
    assert rules.learned_until(one, other) == datetime(2026, 2, 28, 15)
    (other / "proposal.json").write_text("{}", encoding="utf-8")
    with pytest.raises(rules.ImpactError, match="other/proposal.json does not say learned_until"):
        rules.learned_until(one, other)


def test_a_significant_loss_is_a_limit(ranked: duckdb.DuckDBPyConnection, make: Callable[[str], Report]) -> None:
    """Exceeded only where the whole interval lies beyond what is put up with."""
    report = replace(make("weight_up"), backtest=backtest.backtest(ranked, ["hot", "hold"], None))
    assert [check.name for check in report.exceeded] == ["no significant loss of AUC"]
    assert replace(report, limits=Limits(auc_loss=0.9)).exceeded == []


def test_wilson() -> None:
    """The interval of 10 in 20, as in the textbooks."""
    low, high = backtest.GroupRate("hot", 20, 10).interval
    assert (round(low, 4), round(high, 4)) == (0.2993, 0.7007)


@pytest.fixture
def repository(project_copy: Path) -> Path:
    """Give a copy of the project as a git repository with one commit."""
    for command in (["init", "-q"], ["add", "-A"], ["commit", "-qm", "base"], ["tag", "base"]):
        settings = ["-c", "user.name=a", "-c", "user.email=a@example.com"]
        subprocess.run(["git", *settings, *command], cwd=project_copy, check=True)
    return project_copy


def run(project: Path, *arguments: str | Path) -> click.testing.Result:
    """Run the command as on the command line, the report beside the project."""
    folder = ["--project-dir", str(project), "--out", str(project / "report")]
    return click.testing.CliRunner().invoke(main, ["impact", *folder, *map(str, arguments)])


@pytest.mark.slow
def test_the_sample_from_git(
    run_dbt: RunDbt, repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The command on the bundled sample against plain full builds, the user's database untouched."""
    build = ["build", "--resource-type", "seed", "--resource-type", "model"]
    own = run_dbt(tmp_path / "before", *build, project=repository)
    assert own.exit_code == 0, own.output
    edit("attribute_rules", "target_industry", points="40")(repository / "seeds" / "rules")
    append("behavior_rules", "nowhere,page_view,/nowhere%,10,day,,,,true,x")(repository / "seeds" / "rules")
    digest = hashlib.sha256(own.database.read_bytes()).hexdigest()
    files = sorted(str(path) for path in repository.rglob("*") if ".git/" not in str(path))
    monkeypatch.setenv("LEAD_SCORING_DUCKDB", str(own.database))
    result = run(repository, "--base", "base", "--max-tier-changes", "0.1")
    assert result.exit_code == 1, result.output
    assert "Not kept: at most 10.0 % of the leads change tier" in result.stderr
    assert "Scoring under the rules of base and of the working tree" in result.stderr
    assert hashlib.sha256(own.database.read_bytes()).hexdigest() == digest
    written = {str(path) for path in (repository / "report").rglob("*")} | {str(repository / "report")}
    assert sorted(str(path) for path in repository.rglob("*") if ".git/" not in str(path)) == sorted({*files, *written})
    expected = matrix(own, run_dbt(tmp_path / "after", *build, project=repository))
    text = (repository / "report" / "report.md").read_text(encoding="utf-8")
    assert re.findall("^- (.*, `nowhere`: nobody matched .*)$", text, re.MULTILINE) and text.count("/nowhere%") == 1
    with duckdb.connect(str(own.database), read_only=True) as database:
        statuses = dict(database.execute("select sla_status, count(*) from sales_handoffs group by all").fetchall())
    (line,) = re.findall(
        "^.*\\| met \\| late \\| superseded \\| unknown \\| breached \\| open \\|\n.*\n\\| before \\| (.*) \\|$",
        text,
        re.MULTILINE,
    )
    names = ("met", "late", "superseded", "unknown", "breached", "open")
    assert [int(cell) for cell in line.split(" | ")] == [statuses.get(name, 0) for name in names]
    tiers = ["hot", "nurture", "hold", "disqualified"]
    for before in tiers:
        (line,) = [line for line in text.splitlines() if line.startswith(f"| **{before}** |")]
        found = [int(cell) for cell in line.split("|")[2:6]]
        assert found == [expected.get((before, after), 0) for after in tiers]


def matrix(before: Built, after: Built) -> dict[tuple[str, str], int]:
    """Count leads by tier in two databases, by plain SQL."""
    with duckdb.connect() as database:
        for name, built in (("old", before), ("new", after)):
            database.execute(f"attach '{built.database}' as {name} (read_only)")
        rows = database.execute(
            "select old.tier, new.tier, count(*) from old.lead_mart as old"
            " full join new.lead_mart as new using (lead_id) group by all"
        ).fetchall()
    return {(old, new): count for old, new, count in rows}


def test_equal_rules_build_nothing(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where a spreadsheet has saved the file in its own way, or the lines stand in another order."""
    path = repository / "seeds" / "rules" / "behavior_rules.csv"
    header, *lines = path.read_text(encoding="utf-8").splitlines()
    path.write_bytes(("\r\n".join([header, *reversed(lines)]) + "\r\n").encode("utf-8-sig"))
    monkeypatch.setattr(Scratch, "build", None)
    result = run(repository, "--base", "base")
    assert (result.exit_code, result.output) == (0, "Nothing changes: the rule book is that of base.\n")
    assert "nothing changes" in (repository / "report" / "report.md").read_text(encoding="utf-8")
    assert (repository / "report" / "report.html").exists()
    assert (repository / "report" / "entering.csv").read_text(encoding="utf-8").count("\n") == 1

    elsewhere = run(repository, "--base", "base", "--project-dir", repository / "models")
    assert elsewhere.exit_code == 2 and "Start in the dbt project, or name --project-dir." in elsewhere.stderr


def test_a_branch_that_lags_behind_is_told(repository: Path) -> None:
    """Rule commits of the base that the branch lacks show as changed back, so they are counted."""
    git = ["git", "-c", "user.name=a", "-c", "user.email=a@example.com"]
    subprocess.run([*git, "checkout", "-qb", "newer"], cwd=repository, check=True)
    edit("attribute_rules", "target_industry", points="40")(repository / "seeds" / "rules")
    subprocess.run([*git, "commit", "-qam", "more"], cwd=repository, check=True)
    subprocess.run([*git, "checkout", "-q", "base"], cwd=repository, check=True)
    assert rules.commits_missing_here(Project(repository, {}), "newer") == 1


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--base", "nowhere"], "git does not know 'nowhere'"),
        (["--base", "--all"], "git does not know '--all'"),
        ([], "Give --base or --base-rules"),
        (["--base", "base", "--base-rules", str(PROJECT / "seeds")], "and not both"),
        (["--base-rules", str(PROJECT / "tests")], "holds no rule csv"),
        (["--base", "base", "--vars", "[1]"], "--vars must look like"),
        (["--base", "base", "--target", "moon"], "no target 'moon'. It has sample, postgres"),
        (["--base", "base", "--max-tier-changes", "20"], "20"),
        (["--base", "base", "--out", "README.md/report"], "README.md/report cannot be written to (Not a directory)"),
    ],
)
def test_errors_of_the_command_line(repository: Path, arguments: list[str], said: str) -> None:
    """One readable message, and a status of its own."""
    append("attribute_rules", "more,industry,小売業,,,5,小売業")(repository / "seeds" / "rules")
    result = run(repository, *arguments)
    assert result.exit_code == 2
    assert said in result.stderr
    assert "Traceback" not in result.output


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("tier,min_score\n熱い,80\n".encode("cp932"), "tiers.csv, line 2: not UTF-8"),
        (b"tier,min_score\nhot,eighty\n", "tiers.csv, line 2: min_score is 'eighty', which is no number."),
        (b"tier,min_score\nhot,80,\n", "tiers.csv, line 2: the row has not as many cells as the header"),
        (b"tier,min_score\nhot,80\nhot,70\n", "tiers.csv, line 3: tier 'hot' is there twice."),
        (b"tier,min_score\n,80\n", "tiers.csv, line 2: tier is blank."),
        (b"name,min_score\nhot,80\n", "tiers.csv: the first line names no column tier."),
        (b"", "tiers.csv: the first line names no column tier."),
        (b"tier,min_score\nhot\n", "tiers.csv, line 2: the row has not as many cells as the header"),
        (b"tier,min_score\nhot,Infinity\n", "tiers.csv, line 2: min_score is 'Infinity', which is no number."),
        (b"tier,min_score\nhot,80\n\xff,1\n", "tiers.csv, line 3: not UTF-8"),
        (b"\ntier,min_score\n\xff,1\n", "tiers.csv, line 3: not UTF-8"),
    ],
)
def test_errors_of_a_rule_file(content: bytes, said: str) -> None:
    """File, line and what is wrong."""
    with pytest.raises(rules.ImpactError, match=said):
        rules.parse(content, "tiers.csv", OWN.column_types["tiers"])


def test_cells_of_a_rule_file_are_written_in_one_way() -> None:
    """Numbers plain, booleans small, blank cells left out; where no seed is declared, the first column is the key."""
    types = {"rule_id": "varchar", "points": "numeric(18, 6)", "days": "integer", "on": "boolean"}
    content = b"\xef\xbb\xbfpoints,rule_id,days,on,note\r\n 1e2 , a ,-0,TRUE,Big\r\n,b,,,\r\n"
    assert rules.parse(content, "x", types) == {
        "a": {"points": "100", "days": "0", "on": "true", "note": "Big"},
        "b": {},
    }
    undeclared = {"1e2": {"rule_id": "a", "days": "-0", "on": "TRUE", "note": "Big"}}
    assert rules.parse(content.replace(b",b,,,\r\n", b""), "x", {}) == undeclared


def test_equal_rule_books_have_a_report_too(tmp_path: Path) -> None:
    """It names what was compared, begins as the workflow looks for it, and lists nobody."""
    render.write_empty("origin/<main>", tmp_path)
    comment = (tmp_path / "report.md").read_text(encoding="utf-8")
    assert comment.startswith(render.MARKER + "\n") and comment.endswith("\n") and "`origin/<main>`" in comment
    assert "origin/&lt;main&gt;" in (tmp_path / "report.html").read_text(encoding="utf-8")
    for name in ("entering.csv", "leaving.csv"):
        [header] = (tmp_path / name).read_text(encoding="utf-8").splitlines()
        assert header.startswith("lead_id,tier_before,tier_after")


def test_text_of_others_is_shown_as_it_was_written() -> None:
    """In markdown and in the page: names in pairs of backticks are code, a single backtick is itself."""
    assert render.markdown("a*b `c` d ` e") == "a&#42;b `c` d &#96; e"
    assert render.markdown("`a` `b` `c") == "`a` `b` &#96;c"
    assert render.markdown("x" * render.SHOWN_CHARACTERS) == "x" * render.SHOWN_CHARACTERS
    assert render.markdown("x" * (render.SHOWN_CHARACTERS + 1)) == "x" * render.SHOWN_CHARACTERS + "…"
    assert render._code_to_html("a < `b>` c `d`") == "a &lt; <code>b&gt;</code> c <code>d</code>"
    assert [number(value) for value in (-0.0, Decimal("-0.00"), 1250.5)] == ["0", "0", "1,250.5"]


def test_a_bound_belongs_to_the_tier_above_it() -> None:
    """For leads that sleep and leads that do not."""
    with duckdb.connect() as connection:
        bands = comparison.Bands(
            connection,
            "select * from (values (false, 0, 50, 0, 99, 'hold'), (false, 50, 80, 0, 10, 'warm'),"
            " (false, 50, 80, 10, 99, 'hot'), (true, 0, 80, 0, 99, 'asleep')) as t (is_dormant, min_total_score,"
            " below_total_score, min_attribute_score, below_attribute_score, tier)",
        )
    stands = [(0, 0), (49, 0), (50, 0), (50, 9), (50, 10), (79, 98), (80, 10), (50, 99), (-1, 0)]
    found = [bands.tier(comparison.Stand(Decimal(total), Decimal(own), is_dormant=False)) for total, own in stands]
    assert found == ["hold", "hold", "warm", "warm", "hot", "hot", None, None, None]
    assert bands.tier(comparison.Stand(Decimal(50), Decimal(10), is_dormant=True)) == "asleep"


def test_only_a_change_of_activity_moves_points_of_rules_left_alone() -> None:
    """An event rule that is new does, and one that keeps leads awake from now on, but not one with other points."""
    rows = {"rule_id": "demo", "event_type": "demo", "points": "5", "keeps_active": "true"}
    for before, after, moves in (
        (rows, rows | {"points": "6"}, []),
        (rows, rows | {"keeps_active": "false"}, ["demo"]),
        (None, rows, ["demo"]),
    ):
        change = rules.Change("behavior_rules", "demo", before, after)
        tiers = SimpleNamespace(before=None, after=None, without=[])
        causes = comparison.Causes([change], tiers)
        assert causes.indirect == moves
    own = rules.Change("attribute_rules", "industry", rows, rows | {"points": "6"})
    assert comparison.Causes([own], tiers).indirect == []
    said = comparison.Causes([own, change], tiers)._points({"industry": Decimal(1), "recent": Decimal(-2)})
    assert said == ["`industry` +1", "`demo`: `recent` −2"]
    assert comparison.Causes([own], tiers)._points({"recent": Decimal(-2)}) == ["`recent` −2"]


@pytest.mark.parametrize(
    ("with_new_points", "with_new_bounds", "named"),
    [
        ("hot", "warm", ["`points` +1"]),
        ("warm", "hot", ["`hot`: tier added"]),
        ("warm", "warm", ["`points` +1", "`hot`: tier added"]),
        ("hot", "hot", ["`points` +1", "`hot`: tier added"]),
    ],
)
def test_a_move_is_caused_by_what_it_needs(with_new_points: str, with_new_bounds: str, named: list[str]) -> None:
    """By points or bounds where one of them alone is enough, else by both."""
    points = rules.Change("attribute_rules", "points", {"points": "1"}, {"points": "2"})
    bound = rules.Change("tiers", "hot", None, {"min_score": "70"})
    before, after, without = (
        SimpleNamespace(tier=lambda stand, tier=tier: tier) for tier in (with_new_points, with_new_bounds, "warm")
    )
    tiers = SimpleNamespace(before=before, after=after, without=[(bound, without)])
    stand = comparison.Stand(Decimal(75), Decimal(0), is_dormant=False)
    causes = comparison.Causes([points, bound], tiers)
    assert causes.of("warm", "hot", None, None, stand, stand, {"points": Decimal(1)}) == named


# what `compare` reads, with a hand-off on a Monday in Tokyo, which is a Sunday in UTC
COMPARED = """
    create table disqualified (lead_id text, rule_id text);
    create table reasons (lead_id text, rule_id text, points decimal(18, 6));
    create table tiers (tier text);
    create table tier_bands (
        is_dormant boolean, min_total_score int, below_total_score int, min_attribute_score int,
        below_attribute_score int, tier text
    );
    create table capacity (handoffs_per_week decimal(9, 2), valid_from_date date);
    create table warnings (file text, rule_id text, problem text, remedy text);
    create table handoffs as select timestamp '2026-03-01 16:00:00' as handed_off_at, 'met' as sla_status;
    create table lead_mart (
        lead_id text, tier text, total_score decimal(18, 6), attribute_score decimal(18, 6) default 0,
        is_dormant boolean default false, top_reasons text, as_of timestamp default '2026-03-31 15:00:00',
        created_at timestamp default '2026-02-20', last_activity_at timestamp default '2026-03-20'
    );
"""


def test_causes_are_asked_with_what_was_and_what_is() -> None:
    """Tiers, rules that disqualified, both scores and sleep; the reasons shown are those of the hand-off."""
    book: rules.Book = {"tiers": {"hot": {"min_score": "80", "sla_hours": "8"}}}
    asked: list[tuple[object, ...]] = []
    causes = SimpleNamespace(of=lambda *move: asked.append(move) or ["a cause"])
    stands = {
        "before": (["disqualified", 1, 2, True, "old reasons"], "student"),
        "after": (["hot", 90, 30, False, "new reasons"], "competitor"),
    }
    with duckdb.connect() as database:
        for schema, (stand, rule) in stands.items():
            database.execute(f"create schema {schema}; use {schema}; {COMPARED}")
            database.execute(
                "insert into lead_mart (lead_id, tier, total_score, attribute_score, is_dormant, top_reasons)"
                " values ('L', ?, ?, ?, ?, ?)",
                stand,
            )
            database.execute("insert into disqualified values ('L', ?)", [rule])
        [mover] = comparison._movers(database, book, book, causes)
    before = comparison.Stand(Decimal(1), Decimal(2), is_dormant=True)
    after = comparison.Stand(Decimal(90), Decimal(30), is_dormant=False)
    assert asked == [("disqualified", "hot", "student", "competitor", before, after, {})]
    assert mover.causes == ("a cause",) and mover.reasons == "new reasons"
    assert (mover.score_before, mover.score_after) == (1, 90)


def test_leads_enter_and_leave_what_is_handed_to_sales() -> None:
    """A tier that becomes a hand-off is entered by who stays in it; the highest come first; days are local ones."""
    books = tuple(
        {"tiers": {"hot": {"min_score": "80"} | hot, "warm": {"min_score": "50"} | warm, "hold": {"min_score": "0"}}}
        for hot, warm in (({"sla_hours": "8"}, {}), ({"sla_hours": "8"}, {"sla_hours": "24"}))
    )
    stands = [
        {"stays": ("warm", 60), "up": ("hold", 40), "first": ("hot", 90), "other": ("hot", 95), "hot": ("hot", 99)},
        {"stays": ("warm", 60), "up": ("warm", 70), "first": ("hold", 9), "other": ("hold", 9), "hot": ("hot", 99)},
    ]
    with duckdb.connect() as database:
        for schema, leads in zip(("before", "after"), stands, strict=True):
            database.execute(f"create schema {schema}; use {schema}; {COMPARED}")
            rows = [[lead, *stand] for lead, stand in leads.items()]
            database.executemany("insert into lead_mart (lead_id, tier, total_score) values (?, ?, ?)", rows)
        project = Project(PROJECT, {"timezone": "Asia/Tokyo"})
        changes = rules.differences(*books)
        assert comparison._capacity(database, datetime(2026, 3, 31, 15), "Asia/Tokyo") is None
        database.execute(
            "insert into after.capacity values (5, '2026-01-01'), (7, '2026-04-01'), (9, '2026-04-02');"
            " insert into before.warnings values ('tiers', 'hot', 'old', 'as before');"
            " insert into after.warnings values ('tiers', 'hot', 'old', 'as before'),"
            " ('tiers', 'hot', 'new', 'do this'), ('tiers', null, 'new', 'do that')"
        )
        found = comparison.compare(database, *books, changes, "from after.tier_bands", project)
    assert [lead.lead_id for lead in found.entering] == ["up", "stays"]
    assert [lead.lead_id for lead in found.leaving] == ["other", "first"]
    assert [week.begins.isoformat() for week in found.weeks if week.before] == ["2026-03-02"]
    assert found.capacity == 7
    assert found.warnings == ["tiers, `hot`: new. do this.", "tiers: new. do that."]


def test_a_text_that_would_fill_a_report_is_cut() -> None:
    """One of as many characters as are shown is not."""
    assert rules.shortened("a" * rules.SHOWN_CHARACTERS) == "a" * rules.SHOWN_CHARACTERS
    assert rules.shortened("a" * (rules.SHOWN_CHARACTERS + 1)) == "a" * rules.SHOWN_CHARACTERS + "…"


def test_points_that_move_are_told_with_their_difference() -> None:
    """Only where there are points on both sides."""
    change = rules.Change("behavior_rules", "a", {"points": "30", "days": "1"}, {"points": "27.5", "days": "2"})
    assert [change.moved(name) for name in ("points", "days")] == ["points 30 → 27.5 (−2.5)", "days 1 → 2"]
    assert rules.Change("behavior_rules", "a", {}, {"points": "3"}).moved("points") == "points (blank) → 3"
    assert rules.Change("behavior_rules", "a", {"points": "3"}, {}).moved("points") == "points 3 → (blank)"


def test_the_rules_of_a_revision_are_fetched(tmp_path: Path) -> None:
    """Those that git has, with the proposal beside them, and those of the package, which is no part of the revision."""
    root, git = tmp_path / "host", ["git", "-c", "user.name=a", "-c", "user.email=a@example.com"]

    def commit(files: dict[str, str], *more: list[str]) -> None:
        for name, content in files.items():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_text(content, encoding="utf-8")
        for command in (["add", "-A"], ["commit", "-qm", "x"], *more):
            subprocess.run([*git, *command], cwd=root, check=True)

    (root / "dbt_packages" / "scoring" / "seeds" / "rules").mkdir(parents=True)
    (root / "dbt_packages" / "scoring" / "dbt_project.yml").write_text("name: lead_scoring\n", encoding="utf-8")
    for name in ("tiers.csv", "decay.csv"):
        (root / "dbt_packages" / "scoring" / "seeds" / "rules" / name).write_text("of the package\n", encoding="utf-8")
    project = Project(root, {})
    with pytest.raises(rules.ImpactError, match="host is no git repository. Use --base-rules DIR"):
        rules.fetch_revision(project, "base", tmp_path / "none")
    subprocess.run([*git, "init", "-q"], cwd=root, check=True)
    commit({"dbt_project.yml": "name: host\n", ".gitignore": "dbt_packages\n"}, ["tag", "empty"])
    with pytest.raises(rules.ImpactError, match="'empty' holds no seeds/rules/\\*.csv in .*host"):
        rules.fetch_revision(project, "empty", tmp_path / "none")
    old = {"tiers.csv": "old\n", "proposal.json": "{}"}
    commit({f"seeds/rules/{name}": content for name, content in old.items()} | {"seeds/x.csv": "x"}, ["tag", "base"])
    commit({"seeds/rules/tiers.csv": "new\n", "seeds/rules/resets.csv": "new\n"}, ["tag", "new"])
    for revision in ("nobody", "--all"):
        with pytest.raises(rules.ImpactError, match=f"git does not know '{revision}'. Name a branch, tag or commit"):
            rules.fetch_revision(project, revision, tmp_path / "none")
    rules.fetch_revision(project, "base", tmp_path / "base")
    found = {path.name: path.read_text(encoding="utf-8") for path in (tmp_path / "base").iterdir()}
    assert found == old | {"decay.csv": "of the package\n"}
    assert rules.commits_missing_here(project, "new") == 0
    subprocess.run([*git, "checkout", "-q", "base"], cwd=root, check=True)
    assert rules.commits_missing_here(project, "new") == 1
    assert rules.commits_missing_here(project, "nobody") == 0


def test_a_rule_book_that_dbt_refuses(repository: Path) -> None:
    """The project's own sentence about the rule, not dbt's log."""
    append("attribute_rules", "colour,colour,red,,,5,色")(repository / "seeds" / "rules")
    result = run(repository, "--base-rules", repository / "seeds" / "rules", "--project-dir", str(repository))
    assert result.exit_code == 0  # equal rules, however bad, change nothing
    result = run(repository, "--base", "base")
    assert result.exit_code == 2
    assert 'leads have no attribute "colour"' in result.stderr
    assert len(result.stderr) < 1000


def test_each_tier_is_a_cause_of_its_own_moves(project: CompiledProject) -> None:
    """With two thresholds moved, a lead is moved by the one it passes; where either would do, by both."""
    (bands,) = [relation.sql for relation in project.relations if relation.name == "tier_bands"]
    bands = re.sub(r'"\w+"\."\w+"\."tiers"', "{tiers}", bands)

    def book(**min_scores: str) -> rules.Book:
        return {"tiers": {tier: {"min_score": score, "sla_hours": "24"} for tier, score in min_scores.items()}}

    def causes(old_tier: str, new_tier: str, score: int, before: rules.Book, after: rules.Book) -> list[str]:
        with duckdb.connect() as database:
            for schema, tiers in (("before", before["tiers"]), ("after", after["tiers"])):
                columns = ", ".join(f"{name} {kind}" for name, kind in OWN.column_types["tiers"].items())
                database.execute(f"create schema {schema}; create table {schema}.tiers ({columns})")
                for tier, row in tiers.items():
                    database.execute(
                        f"insert into {schema}.tiers (tier, min_score) values (?, ?)", [tier, row["min_score"]]
                    )
                query = bands.replace("{tiers}", f"{schema}.tiers")
                database.execute(f"create table {schema}.tier_bands as {query}")
            changes = rules.differences(before, after)
            moved_by = comparison.Causes(changes, comparison.TierChanges(database, changes, bands))
        stand = comparison.Stand(Decimal(score), Decimal(0), False)
        return moved_by.of(old_tier, new_tier, None, None, stand, stand, {})

    shipped, lower = book(hot="80", nurture="50", hold="0"), book(hot="70", nurture="40", hold="0")
    assert causes("hold", "nurture", 45, shipped, lower) == ["`nurture`: min_score 50 → 40"]
    assert causes("nurture", "hot", 75, shipped, lower) == ["`hot`: min_score 80 → 70"]
    assert causes("hold", "warm", 45, shipped, book(hot="80", warm="40", hold="0")) == ["`warm`: tier added"]
    assert causes("nurture", "hold", 60, shipped, book(hot="80", hold="0")) == ["`nurture`: tier removed"]
    fewer = book(hot="80", nurture="50", hold="0")
    del fewer["tiers"]["nurture"]["sla_hours"]
    assert causes("nurture", "nurture", 60, shipped, fewer) == ["`nurture`: sla_hours 24 → (blank)"]


def test_rule_differences_in_words() -> None:
    """Numbers compare as numbers, blank cells are named, and a file that is gone is a removed rule."""
    types = OWN.column_types["behavior_rules"]
    header = b"rule_id,points,max_awards,description\n"
    before = {"behavior_rules": rules.parse(header + b"a,30.0,2,A\nb,1,,B\n", "x", types)}
    after = {"behavior_rules": rules.parse(header + b"a,30,,A2\nc,-2.5,1,C\n", "x", types)}
    told = [(change.rule_id, change.kind, change.words) for change in rules.differences(before, after)]
    assert told == [
        ("a", "changed", "max_awards 2 → (blank), description A → A2"),
        ("c", "added", "points -2.5, max_awards 1"),
        ("b", "removed", "points 1"),
    ]
    assert [change.rule_id for change in rules.differences(before, {})] == ["a", "b"]


@pytest.mark.slow
def test_a_scratch_schema_of_a_warehouse(
    server: dict[str, str],  # noqa: F811
    make: Callable[[str], Report],
    clone: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """On PostgreSQL the report is the same, also of marts in a schema of their own, and nothing is left behind."""
    project = copy_project(clone, tmp_path / "project")
    settings = project / "dbt_project.yml"
    split = settings.read_text(encoding="utf-8").replace("    marts:\n", "    marts:\n      +schema: marts\n")
    settings.write_text(split, encoding="utf-8")
    shutil.copytree(SMALL / "rules", project / "seeds" / "rules", dirs_exist_ok=True)
    base = shutil.copytree(project / "seeds" / "rules", tmp_path / "base")
    CHANGES["reset_changed"](project / "seeds" / "rules")
    raw = shutil.copytree(SMALL / "raw", tmp_path / "raw")
    for path in (PROJECT / "sample_data").glob("*.csv"):  # a schema is asked for all columns of the contract
        content = read_rows(raw / path.name) if (raw / path.name).exists() else []
        columns = path.read_text(encoding="utf-8").splitlines()[0].split(",")
        with (raw / path.name).open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, columns)
            writer.writeheader()
            writer.writerows(content)
    load(server, raw, {})
    for name, value in server.items():
        monkeypatch.setenv(name, value)
    result = run(project, "--base-rules", base, "--target", "postgres", "--vars", as_vars(as_of=AS_OF))
    assert result.exit_code == 0, result.output
    found = (project / "report" / "report.md").read_text(encoding="utf-8").replace(f"`{base}`", "`origin/main`")
    assert found == (SMALL / "expected" / "reset_changed.md").read_text(encoding="utf-8")
    append("attribute_rules", "colour,colour,red,,,5,色")(project / "seeds" / "rules")
    assert run(project, "--base-rules", base, "--target", "postgres").exit_code == 2
    with connect(server) as connection, connection.cursor() as cursor:
        cursor.execute("select nspname from pg_namespace where nspname like '%lead_scoring%'")
        assert cursor.fetchall() == []
