"""The project as a stranger uses it: a clone, one command, their own files, a past day, a new rule."""

import csv
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest
from conftest import DBT, ONLY_MODELS, PROJECT, Built

RunDbt = Callable[..., Built]
Change = Callable[[Path], Any]


def table(built: Built, name: str, columns: str = "*") -> list[tuple[Any, ...]]:
    """Return all rows of a table, in a fixed order."""
    with duckdb.connect(str(built.database), read_only=True) as connection:
        return connection.execute(f"select {columns} from {name} order by all").fetchall()


def as_vars(**values: Any) -> str:
    """Return dbt variables as its command line takes them."""
    return json.dumps(values)


def test_fresh_clone_builds_quietly(clone: Path) -> None:
    """Bare `dbt build`, then all tests, in the root: no variable, no warning, and a word about unit tests."""
    said = []
    for command in (["build"], ["test", "--selector", "everything"], ["docs", "generate", "--static"]):
        finished = subprocess.run([DBT, *command], cwd=clone, capture_output=True, text=True, check=False)
        assert finished.returncode == 0, finished.stdout
        assert "WARN" not in finished.stdout.replace("WARN=0", "").replace("NO-OP=0", "")
        assert "eprecat" not in finished.stdout + finished.stderr
        said.append(finished.stdout)
    assert "Using default selector without_unit_tests" in said[0]
    assert ["START unit_test" in output for output in said] == [False, True, False]
    page = (clone / "target" / "static_index.html").read_text(encoding="utf-8")
    assert "A score is the sum of rows in a ledger" in page
    left_behind = subprocess.run(["git", "status"], cwd=clone, capture_output=True, check=False)
    assert left_behind.returncode != 0  # the copy is no repository: nothing here reads git
    assert not (clone / ".user.yml").exists()


def test_older_clients_open_the_file(sample: Built) -> None:
    """The DuckDB 1.4 inside today's BI tools reads the mart and the ledger view."""
    query = (
        "import duckdb, sys; c = duckdb.connect(sys.argv[1], read_only=True);"
        "print(duckdb.__version__, *c.execute('select count(*), sum(total_score) from lead_mart').fetchone(),"
        " c.execute('select sum(points) from score_ledger').fetchone()[0])"
    )
    uv = Path(sys.executable).with_name("uv")
    command = [uv, "run", "--quiet", "--no-project", "--with", "duckdb==1.4.4", "python", "-c", query]
    finished = subprocess.run([*command, sample.database], capture_output=True, text=True, check=False)
    count, total = table(sample, "lead_mart", "count(*), sum(total_score)")[0]
    ledger = table(sample, "score_ledger", "sum(points)")[0][0]
    assert finished.stdout.split() == ["1.4.4", str(count), str(total), str(ledger)], finished.stderr


def test_the_sample_shows_everything(sample: Built) -> None:
    """Every rule fires in it, and every tier, rejection reason and fate of a hand-off occurs."""
    with duckdb.connect(str(sample.database), read_only=True) as connection:
        silent = connection.execute(
            "select rule_id from rule_book where rule_kind <> 'tiers' and rule_id not in"
            " (select rule_id from score_ledger union select rule_id from disqualified_leads)"
            " union all select tier from tiers where tier not in (select tier from lead_mart)"
            " union all select reason from rejection_reasons where reason not in"
            " (select reason from rejected_records)"
        ).fetchall()
    assert silent == []

    def found(name: str, column: str) -> set[str | None]:
        return {value for (value,) in table(sample, name, f"distinct {column}")}

    # superseded needs a second tier with a deadline, unknown a firm that records nothing of sales
    assert found("sales_handoffs", "sla_status") == {"met", "late", "breached", "open"}
    assert found("sales_handoffs", "rearm_reason") == {
        "score_fell", "dormant", "disqualified", "opportunity_lost", None,
    }  # fmt: skip
    assert found("lead_mart", "opportunity_status") == {"won", "open", "lost", None}
    assert found("handoff_queue", "queue_status") == {"open", "overdue"}
    for name in ("stale_leads", "stale_states"):
        assert found(name, "stale_reason") == {"untouched", "abandoned", "inactive_high_score"}


@pytest.mark.parametrize(
    ("story", "leads"),
    [
        ("stg_leads where disqualified_at <= '2026-06-30 15:00:00'", 10),
        ("stg_leads where disqualified_at > '2026-06-30 15:00:00'", 1),
        ("stg_leads where segment = 'ＳＴＵＤＥＮＴ' and lead_id in (select lead_id from disqualified_leads)", 1),
        ("stg_events where recorded_at >= occurred_at + interval 3 week", 7),
        ("sales_handoffs where handed_off_at >= entered_at + interval 3 week", 3),
        ("stg_lead_aliases where lead_id = 'L0000573'", 1),
        ("stg_lead_aliases where lead_id in (select lead_id from stg_leads)", 44),
        ("stg_lead_aliases where alias_id in (select lead_id from base_leads)", 2),
        ("stg_opportunities where deal_id like 'D%'", 4),
        ("stg_sales_activities where is_date_only", 1),
        ("stg_opportunities where is_created_date_only", 1),
        ("stg_opportunities where updated_at is not null and is_won is null", 1),
    ],
)
def test_the_sample_tells_its_stories(sample: Built, story: str, leads: int) -> None:
    """People merged and closed, lists typed in late, deals of two people and hours unknown: so many leads have it."""
    assert table(sample, story, "count(distinct lead_id)") == [(leads,)]


def test_the_holidays_are_what_the_script_writes(tmp_path: Path) -> None:
    """The committed holidays are those of the kept library, so a newer one shows what changed."""
    folder = PROJECT / "seeds" / "governance"
    command = [sys.executable, folder / "make_holidays.py", "--out", tmp_path / "holidays.csv"]
    subprocess.run(command, check=True, capture_output=True)
    assert (tmp_path / "holidays.csv").read_bytes() == (folder / "holidays.csv").read_bytes()


def test_the_sample_is_what_the_generator_makes(tmp_path: Path) -> None:
    """The committed files are no one's handwork: the generator writes the same bytes."""
    command = [sys.executable, PROJECT / "sample_data" / "generate.py", "--out", tmp_path]
    subprocess.run(command, check=True, capture_output=True)
    for name in TYPES:
        assert (tmp_path / f"{name}.csv").read_bytes() == (PROJECT / "sample_data" / f"{name}.csv").read_bytes()


TYPES = {
    "leads": {
        "lead_id": "bigint",
        "created_at": "timestamp",
        "updated_at": "timestamp",
        "employee_count": "integer",
        "disqualified_at": "timestamp",
    },
    "events": {
        "event_id": "uuid",
        "lead_id": "double precision",  # as data frames write whole numbers beside a blank
        "occurred_at": "timestamp",
        "recorded_at": "timestamp",
        "loaded_at": "timestamptz",
        "is_bot": "boolean",
    },
    "sales_activities": {
        "activity_id": "bigint",
        "lead_id": "bigint",
        "occurred_at": "timestamp",
        "owner": "uuid",
        "updated_at": "timestamp",
    },
    "opportunities": {
        "opportunity_id": "bigint",
        "lead_id": "bigint",
        "created_at": "timestamp",
        "closed_at": "timestamp",
        "is_won": "boolean",
        "amount": "double precision",
        "updated_at": "timestamp",
    },
    "lead_aliases": {"alias_id": "bigint", "lead_id": "bigint"},
}


def write_typed(raw: Path, typed: Path) -> None:
    """Leave in the csv files only what a typed column can hold, and write the same as typed parquet, events in two."""
    typed.mkdir()
    with duckdb.connect() as connection:
        connection.execute("set timezone = 'America/New_York'")
        for name, columns in TYPES.items():
            path = raw / f"{name}.csv"
            connection.execute(f"create table {name} as from read_csv('{path}', all_varchar = true)")
            casts = []
            for column, kind in columns.items():
                if column.endswith("_id") and kind != "uuid":
                    connection.execute(f"update {name} set {column} = ltrim({column}, 'AELO0')")
                if kind == "uuid":
                    connection.execute(f"update {name} set {column} = cast(cast(md5({column}) as uuid) as varchar)")
                text = f"{column} || '+00'" if kind == "timestamptz" else column
                connection.execute(f"update {name} set {column} = null where try_cast({text} as {kind}) is null")
                if kind in ("timestamp", "integer"):  # typed, a time has an hour and 1.000 one meaning
                    connection.execute(f"update {name} set {column} = cast(cast({column} as {kind}) as varchar)")
                casts.append(f"cast({text} as {kind}) as {column}")
            connection.execute(f"copy {name} to '{path}' (header)")
            connection.execute(f"copy (select * replace ({', '.join(casts)}) from {name}) to '{typed / name}.parquet'")
        days = typed / "events" / "day=01"
        days.mkdir(parents=True)
        events = (typed / "events.parquet").rename(typed / "all_events.parquet")
        unmarked = f"select * exclude (is_bot) from '{events}' where is_bot is null"
        connection.execute(f"copy ({unmarked}) to '{days}/unmarked.parquet'")
        connection.execute(f"copy (from '{events}' where is_bot is not null) to '{days}/marked.parquet'")


@pytest.mark.slow
def test_csv_and_parquet_give_the_same_mart(run_dbt: RunDbt, raw_copy: Path, tmp_path: Path) -> None:
    """What a typed file can hold scores the same from both formats, whatever the writer's timezone.

    Files of one table may lie in a directory, and one of them may have fewer columns than another.
    """
    typed = tmp_path / "typed"
    write_typed(raw_copy, typed)
    from_csv = build(run_dbt, tmp_path / "csv_build", raw_copy)
    variables = as_vars(raw_data=str(typed), as_of="2026-06-30 15:00:00")
    arguments = ["build", "--exclude-resource-type", "test", "--vars", variables]
    from_parquet = run_dbt(tmp_path / "parquet_build", *arguments)
    assert from_parquet.exit_code == 0, from_parquet.output
    for model in ("lead_mart", "score_ledger", "score_history", "row_accounting"):
        assert table(from_csv, model) == table(from_parquet, model)
    # testing what was built needs no variable, though another raw_data is the default
    tested = run_dbt(tmp_path / "parquet_build", "test", "--exclude-resource-type", "unit_test")
    assert tested.exit_code == 0, tested.output


ONE_VALUE_TOO_MANY = ("\n", "\nE1,L1,page_view,2026-01-01,,/a,b,false,\n")

BAD_INPUT: dict[str, tuple[Change, list[str]]] = {
    "missing directory": (shutil.rmtree, ["holds neither events.parquet nor events.csv", "raw_data: DIR"]),
    "missing table": (lambda raw: (raw / "events.csv").unlink(), ["neither events.parquet nor events.csv", "Export"]),
    "missing required column": (
        lambda raw: rewrite(raw / "events.csv", lambda row: {k: v for k, v in row.items() if k != "occurred_at"}),
        ["The raw table events has no column occurred_at", "It has event_id", "Rename or add"],
    ),
    "not UTF-8": (
        lambda raw: (raw / "leads.csv").write_bytes((raw / "leads.csv").read_text(encoding="utf-8").encode("cp932")),
        ["leads.csv line 2: the file is not UTF-8", "Shift_JIS", "CSV UTF-8"],
    ),
    "one value too many": (
        lambda raw: edit(raw / "events.csv", ONE_VALUE_TOO_MANY),
        ["events.csv line 2: the line has too many cells, not 8", "comma in double quotes"],
    ),
    "one value too many in one file of several": (
        lambda raw: (
            split(raw / "events.csv", raw / "events") and edit(raw / "events" / "late" / "2.csv", ONE_VALUE_TOO_MANY)
        ),
        ["2.csv line 2: the line has too many cells, not 8", "comma in double quotes"],
    ),
    "wrong type": (
        lambda raw: (
            duckdb.execute(
                "copy (select 'E' as event_id, 'L' as lead_id, 'x' as event_type, 1750000000 as occurred_at)"
                f" to '{raw / 'events.parquet'}'; "
            )
            and (raw / "events.csv").unlink()
        ),
        ["events.occurred_at is INTEGER; expected timestamp", "Cast it"],
    ),
    "two files for one table": (
        lambda raw: duckdb.execute(f"copy (select 1) to '{raw / 'leads.parquet'}'"),
        ["both", "leads.parquet", "leads.csv", "Remove what is out of date"],
    ),
    "a file and a directory for one table": (
        lambda raw: split(raw / "leads.csv", raw / "leads") and shutil.copy(raw / "leads" / "1.csv", raw / "leads.csv"),
        ["both", "leads.csv", "leads/**/*.csv", "Remove what is out of date"],
    ),
}


def edit(path: Path, *replacements: tuple[str, str]) -> None:
    """Replace texts that must be there."""
    text = path.read_text(encoding="utf-8")
    for old, new in replacements:
        assert old in text
        text = text.replace(old, new, 1)
    path.write_text(text, encoding="utf-8", newline="")


def split(path: Path, folder: Path) -> Path:
    """Replace a csv file by a directory of two, one of them in a directory below; return it."""
    with path.open(encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file)
    (folder / "late").mkdir(parents=True)
    for name, half in (("1.csv", rows[::2]), ("late/2.csv", rows[1::2])):
        with (folder / name).open("w", encoding="utf-8", newline="") as file:
            csv.writer(file, lineterminator="\n").writerows([header, *half])
    path.unlink()
    return folder


def rewrite(path: Path, change: Callable[[dict[str, str]], dict[str, str] | None]) -> None:
    """Rewrite a csv row by row; a row changed to None is left out."""
    with path.open(encoding="utf-8", newline="") as file:
        changed = [row for row in map(change, csv.DictReader(file)) if row is not None]
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, changed[0])
        writer.writeheader()
        writer.writerows(changed)


@pytest.mark.parametrize("case", BAD_INPUT)
def test_bad_input_is_one_readable_error(run_dbt: RunDbt, raw_copy: Path, tmp_path: Path, case: str) -> None:
    """The message names table, column and remedy, comes before any model runs, and is the only one."""
    change, words = BAD_INPUT[case]
    change(raw_copy)
    built = run_dbt(tmp_path, "build", "--vars", as_vars(raw_data=str(raw_copy)))
    assert built.exit_code != 0
    for word in words:
        assert word in built.output
    assert "OK created" not in built.output
    assert "Traceback" not in built.output


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("as_of", "2026-13-31 00:00:00", "as_of is '2026-13-31 00:00:00', which is no time"),
        ("timezone", "Asia/Tokio", "timezone is 'Asia/Tokio', which is no name of the time zone"),
        ("raw_timezone", "JST'; drop", "raw_timezone is 'JST'; drop', which is no name of the time zone"),
        ("abandoned_after_days", "fourteen", "abandoned_after_days is 'fourteen'. Write a whole number"),
        ("raw_schema", "raw; drop schema main", "raw_schema is 'raw; drop schema main'. Write the name of a schema"),
        ("raw_data", ["a", "b"], "raw_data is '['a', 'b']'. Write the path of a directory"),
        ("raw_data", "a\nb", "raw_data is 'a\n"),
        ("scored_attributes", "lead_source", "scored_attributes is 'lead_source'. Write a list of names of columns"),
        ("scored_attributes", ["1); drop"], "scored_attributes is '['1); drop']'. Write a list of names of columns"),
    ],
)
def test_a_mistyped_variable_is_one_readable_error(
    run_dbt: RunDbt, tmp_path: Path, name: str, value: Any, said: str
) -> None:
    """It is refused with the form to use before any model runs."""
    built = run_dbt(tmp_path, "build", "--vars", as_vars(**{name: value}))
    assert built.exit_code != 0
    assert said in built.output
    assert "OK loaded" not in built.output and "OK created" not in built.output
    assert "Traceback" not in built.output


@pytest.mark.slow
@pytest.mark.parametrize("name", ["raw", "system"])
def test_a_file_named_like_its_schema_is_one_readable_error(tmp_path: Path, name: str) -> None:
    """DuckDB would report an ambiguous reference, or that nested schemas need another version."""
    # a process of its own: a project that was parsed before knows the name of another file
    environment = os.environ | {"LEAD_SCORING_DUCKDB": str(tmp_path / f"{name}.duckdb"), "NO_COLOR": "1"}
    command = [DBT, "build", "--target-path", tmp_path / "target", "--log-path", tmp_path / "logs"]
    built = subprocess.run(command, cwd=PROJECT, env=environment, capture_output=True, text=True)
    assert built.returncode != 0
    assert f"The DuckDB file is called {name}, like something in it" in built.stdout
    assert "Set LEAD_SCORING_DUCKDB to a file of another name" in built.stdout
    assert "Traceback" not in built.stdout + built.stderr


def build(run_dbt: RunDbt, folder: Path, raw: Path, as_of: str = "2026-06-30 15:00:00", **more: Any) -> Built:
    """Build all models without tests, from the raw files of a test."""
    variables = as_vars(raw_data=str(raw), as_of=as_of, **more)
    built = run_dbt(folder, *ONLY_MODELS, "--vars", variables)
    assert built.exit_code == 0, built.output
    return built


@pytest.mark.slow
def test_own_files_change_and_the_next_build_follows(run_dbt: RunDbt, raw_copy: Path, tmp_path: Path) -> None:
    """Optional tables and columns may be absent; an erased lead leaves no row in any model."""
    raw_copy = raw_copy.rename(tmp_path / "Sales' files [new]*")
    (raw_copy / "sales_activities.csv").unlink()
    (raw_copy / "opportunities.csv").unlink()
    dropped = {"loaded_at", "is_bot"}
    rewrite(raw_copy / "events.csv", lambda row: {k: v for k, v in row.items() if k not in dropped})
    first = build(run_dbt, tmp_path, raw_copy, scored_attributes=["lead_source"])
    erased = table(first, "lead_mart", "lead_id")[0][0]
    assert table(first, "lead_attributes where attribute = 'lead_source'", "count(distinct attribute_text)") > [(1,)]
    rejected = "rejected_records where source_table = 'leads'"
    assert table(first, rejected, "distinct raw_values like '%, lead_source=%'") == [(True,)]

    rewrite(raw_copy / "leads.csv", lambda row: None if row["lead_id"] == erased else row)
    second = build(run_dbt, tmp_path, raw_copy)
    reasons = f"rejected_records where raw_values like '%lead_id={erased},%'"
    assert set(table(second, reasons, "distinct reason")) == {("unknown_lead",)}
    # what lists raw rows and their ids, of unknown leads too
    listing = {"base_events", "repeated_events", "screened_events"}
    assert models_naming(second, erased) <= listing

    rewrite(raw_copy / "events.csv", lambda row: None if row["lead_id"] == erased else row)
    split(raw_copy / "events.csv", raw_copy / "events")
    events = table(second, "stg_events", "count(*)")
    third = build(run_dbt, tmp_path, raw_copy)
    assert models_naming(third, erased) == set()
    assert table(third, "stg_events", "count(*)") == events
    assert table(second, reasons) == []


def models_naming(built: Built, lead_id: str) -> set[str]:
    """Return the models that have a row of the lead."""
    models = [node for node in built.manifest["nodes"].values() if node["resource_type"] == "model"]
    named = [model["name"] for model in models if "lead_id" in model["columns"]]
    return {name for name in named if table(built, f"{name} where lead_id = '{lead_id}'", "count(*)") > [(0,)]}


@pytest.mark.slow
def test_a_past_day_is_rebuilt(run_dbt: RunDbt, raw_copy: Path, tmp_path: Path) -> None:
    """The mart of a past day equals the history kept today, and later rows do not change it."""
    past = "2025-09-30 15:00:00"
    before = build(run_dbt, tmp_path / "all", raw_copy, past)
    columns = "lead_id, attribute_score, behavior_score, recency_score, raw_score, total_score, tier"
    valid = f"score_history where valid_from <= '{past}' and (valid_to is null or valid_to > '{past}')"
    existing = f"{valid} and lead_id in (select lead_id from lead_mart)"
    assert table(before, "lead_mart", columns) == table(before, existing, columns)
    assert table(before, "lead_mart", "count(*)") > [(100,)]

    rewrite(raw_copy / "events.csv", lambda row: None if row["occurred_at"] > past else row)
    without_later_rows = build(run_dbt, tmp_path / "then", raw_copy, past)
    assert table(before, "lead_mart") == table(without_later_rows, "lead_mart")


ELSEWHERE = {
    "west": {
        "timezone": "America/New_York",
        "as_of": "2024-12-31 23:59:59",
        "abandoned_after_days": 3,
        "queue_late_days": 1,
        "outcome_horizon_days": 30,
        "review_min_leads": 2,
        "review_min_opportunities": 1,
        "scored_attributes": ["lead_source"],
    },
    "east": {
        "timezone": "Pacific/Auckland",
        "as_of": "2099-01-01",
        "abandoned_after_days": 400,
        "queue_late_days": 400,
        "outcome_horizon_days": 400,
        "review_min_leads": 999,
        "review_min_opportunities": 999,
    },
}


@pytest.mark.slow
@pytest.mark.parametrize("place", ELSEWHERE)
def test_unit_tests_bring_their_own_variables(run_dbt: RunDbt, sample: Built, tmp_path: Path, place: str) -> None:
    """Nobody has to edit a unit test because their firm has another timezone, clock or limit."""
    arguments = ["test", "--select", "test_type:unit", "--vars", as_vars(**ELSEWHERE[place])]
    tested = run_dbt(tmp_path, *arguments, LEAD_SCORING_DUCKDB=str(sample.database))
    assert tested.exit_code == 0, tested.output
    assert len(tested.results) > 200


@pytest.mark.slow
def test_a_changed_rule_takes_effect_on_the_next_build(run_dbt: RunDbt, project_copy: Path, tmp_path: Path) -> None:
    """A weight edited in the seed changes scores and rules_version on a plain `dbt build`."""
    arguments = ["build", "--exclude-resource-type", "unit_test"]
    before = run_dbt(tmp_path, *ONLY_MODELS, project=project_copy)
    query = "sum(points), count(*)"
    entries = "score_ledger where rule_id = 'target_industry'"
    old, version = table(before, entries, query), table(before, "lead_mart", "distinct rules_version")

    rules = project_copy / "seeds" / "rules" / "attribute_rules.csv"
    edit = {"target_industry": "25.5"}
    rewrite(rules, lambda row: row | {"points": edit.get(row["rule_id"], row["points"])})
    after = run_dbt(tmp_path, *arguments, project=project_copy)
    assert after.exit_code == 0, after.output
    new = table(after, entries, query)
    assert new[0][0] * 20 == old[0][0] * 255 / 10
    assert new[0][1] == old[0][1]
    assert table(after, "lead_mart", "distinct rules_version") != version


def test_a_failed_run_leaves_the_last_mart(run_dbt: RunDbt, project_copy: Path, tmp_path: Path) -> None:
    """A rule book that breaks a promise stops the build before the mart is touched."""
    arguments = ["build", "--exclude-resource-type", "unit_test"]
    mart = table(run_dbt(tmp_path, *ONLY_MODELS, project=project_copy), "lead_mart")
    rewrite(
        project_copy / "seeds" / "rules" / "recency_rules.csv", lambda row: row | {"window_days": "91", "points": "50"}
    )
    broken = run_dbt(tmp_path, *arguments, project=project_copy)
    assert broken.exit_code != 0
    assert (
        "ERROR seeds/rules/recency_rules.csv line 2, rule active_within_7_days: the window of 91 days is longer than"
        " the 90 days after which dormant_reset resets. Write window_days of 90 or less" in broken.output
    )
    assert table(broken, "lead_mart") == mart
