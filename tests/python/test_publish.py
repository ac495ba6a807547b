"""What readers see: the public models of the last complete and green build, and nothing of any other."""

import json
import shutil
import subprocess
import sys
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import duckdb
import pytest
from click.testing import CliRunner
from conftest import PROJECT, Built, copy_project
from test_build import RunDbt

from lead_scoring.challenger import warehouse
from lead_scoring.cli import main
from lead_scoring.project import Project
from lead_scoring.publish import contents, summary
from lead_scoring.publish.contents import Facts, NotPublished, Publication, Relation, public_relations
from lead_scoring.publish.embedded import Embedded, _write_parquet

AS_OF = datetime(2026, 6, 30, 15)
BUILT_AT = datetime(2026, 7, 1, 2, 3, 4)
STANDING = Publication("b1", AS_OF, BUILT_AT, datetime(2026, 7, 1, 3), "0123456789", 7, "UTC", None)


class Shop:
    """A copy of the sample's build, and what is published of it."""

    def __init__(self, built: Built, folder: Path) -> None:
        """Copy the build into a directory of its own."""
        self.database = folder / built.database.name
        # what dbt has not yet moved from the log into the file
        duckdb.connect(str(built.database)).close()
        shutil.copy(built.database, self.database)
        self.target = built.target
        self.store = Embedded(
            SimpleNamespace(path=str(self.database), schema="main", type="duckdb"), folder, Facts("Asia/Tokyo")
        )
        self.relations, self.marker = public_relations(Project(PROJECT, {}), built.target, "duckdb")

    def publish(self) -> Any:
        """Publish, as the command does."""
        return self.store.publish(self.relations, self.marker)

    def change(self, sql: str) -> None:
        """Change what is built."""
        with duckdb.connect(str(self.database)) as connection:
            connection.execute(sql)

    def built(self, query: str) -> list[tuple[Any, ...]]:
        """Return rows of the build."""
        with duckdb.connect(str(self.database), read_only=True) as connection:
            return connection.execute(query).fetchall()


@pytest.fixture
def shop(sample: Built, tmp_path: Path) -> Shop:
    """Give a green build of the sample."""
    return Shop(sample, tmp_path)


def test_readers_get_the_public_models_and_the_rule_files(shop: Shop, sample: Built) -> None:
    """Every public model with the rows of the build, every rule file, and nothing that is private."""
    publication = shop.publish()
    nodes = sample.manifest["nodes"].values()
    public = {n["name"] for n in nodes if n["resource_type"] == "model" and n["config"]["access"] == "public"}
    files = {path.stem for path in (PROJECT / "seeds" / "rules").glob("*.csv")}
    there = {row[0] for row in shop.store.query("select table_name from duckdb_tables()")}
    assert there == public | files | {"publication", "published_tables"}
    assert {row[0] for row in shop.store.query("select table_name from published_tables")} == there
    for name in public | files:
        rows = shop.store.query(f"from {name} order by all")
        assert rows == shop.built(f"from {name} order by all"), name
        with duckdb.connect() as connection:
            assert rows == connection.execute(f"from '{shop.store.parquet}/{name}.parquet' order by all").fetchall()
    [(build_id, built_at)] = shop.built("select build_id, built_at from completed_build")
    assert (publication.as_of, publication.build_id, publication.built_at) == (AS_OF, build_id, built_at)
    assert shop.store.standing() == publication
    assert (
        shop.store.query("select comment from duckdb_columns() where column_name = 'lead_id' and comment is null") == []
    )


def test_older_clients_read_what_is_published(shop: Shop) -> None:
    """The DuckDB 1.4 inside today's BI tools reads it."""
    shop.publish()
    query = (
        "import duckdb, sys; c = duckdb.connect(sys.argv[1], read_only=True);"
        "print(duckdb.__version__, *c.execute('select count(*), sum(total_score) from lead_mart').fetchone())"
    )
    uv = Path(sys.executable).with_name("uv")
    command = [uv, "run", "--quiet", "--no-project", "--with", "duckdb==1.4.4", "python", "-c", query, shop.store.file]
    finished = subprocess.run(command, capture_output=True, text=True, check=False)
    [expected] = shop.built("select count(*), sum(total_score) from lead_mart")
    assert finished.stdout.split() == ["1.4.4", *map(str, expected)], finished.stderr


@pytest.mark.parametrize(
    ("spoilt", "said"),
    [
        ("delete from completed_build", "was not finished, or a test failed"),
        ("drop table completed_build", "was not finished, or a test failed"),
        ("update completed_build set is_whole = false", "left out some models"),
    ],
)
def test_what_is_not_whole_and_green_is_not_published(shop: Shop, spoilt: str, said: str) -> None:
    """Readers keep what they see, and are told since when they see it."""
    shop.change(f"create table kept as from completed_build; {spoilt}")
    with pytest.raises(NotPublished, match=f"{said}.*readers see nothing"):
        shop.publish()
    assert not shop.store.file.exists()
    shop.change("create or replace table completed_build as from kept")
    publication = shop.publish()
    before = shop.store.file.read_bytes()
    shop.change(spoilt)
    since = f"{publication.published_at:%Y-%m-%d %H:%M:%S}"
    with pytest.raises(NotPublished, match=f"{said}.*still see the build of .*, since {since}"):
        shop.publish()
    assert shop.store.file.read_bytes() == before
    assert shop.built("select count(*) from publications") == [(1,)]


def test_the_challenger_reads_what_is_published(shop: Shop) -> None:
    """All that it needs is public, so that it need not meet a build."""
    shop.publish()
    for name, columns in warehouse.TABLES.items():
        assert shop.store.query(f"select {', '.join(columns)} from {name}"), name


def test_readers_do_not_stand_in_each_others_way(shop: Shop) -> None:
    """Who asks the published set opens it as readers do, and so does who copies it."""
    shop.publish()
    with duckdb.connect(str(shop.store.file), read_only=True):
        assert shop.store.query("select count(*) from publication") == [(1,)]
        _write_parquet(shop.store.file, shop.store.file.parent)


def test_the_rows_of_one_lead_lie_together(shop: Shop) -> None:
    """In whatever order they were built; a table without leads is published too."""
    shop.change("create or replace table score_history as from score_history order by total_score, lead_id desc")
    shop.publish()
    leads = [lead for (lead,) in shop.store.query("select lead_id from score_history")]
    assert leads == sorted(leads) and len(set(leads)) < len(leads)
    assert shop.store.query("select count(*) from rule_book") == shop.built("select count(*) from rule_book")


def test_without_a_published_set_nothing_is_caught_up(shop: Shop) -> None:
    """Nor without a build."""
    shop.store.catch_up()
    assert shop.built("select count(*) from information_schema.tables where table_name = 'publications'") == [(0,)]
    shop.publish()
    shop.database.unlink()
    shop.store.catch_up()
    assert not shop.database.exists()
    assert shop.store.places == ["published/lead_scoring.duckdb", "published/lead_scoring/*.parquet"]


def test_who_has_the_old_set_open_keeps_it(shop: Shop) -> None:
    """A reader goes on with what it opened, the next one gets the new set; neither meets the build."""
    shop.publish()
    shop.change("update lead_mart set as_of = '2027-01-01'; update completed_build set as_of = '2027-01-01'")
    reader = (
        "import duckdb, sys; c = duckdb.connect(sys.argv[1], read_only=True); print('open', flush=True);"
        "sys.stdin.readline(); print(c.execute('select max(as_of) from lead_mart').fetchone()[0])"
    )
    with subprocess.Popen(
        [sys.executable, "-c", reader, shop.store.file], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdin and process.stdout
        assert process.stdout.readline() == "open\n"
        shop.publish()
        said, _ = process.communicate("\n")
    assert said == f"{AS_OF}\n"
    assert shop.store.query("select distinct as_of from lead_mart") == [(datetime(2027, 1, 1),)]


def test_a_running_build_is_waited_for(shop: Shop) -> None:
    """While another program writes to the build's file, nothing is published, and the message says why."""
    program = "import duckdb, sys; c = duckdb.connect(sys.argv[1]); print('open', flush=True); sys.stdin.readline()"
    with subprocess.Popen(
        [sys.executable, "-c", program, shop.database], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout and process.stdout.readline() == "open\n"
        with pytest.raises(NotPublished, match="another program has .* open"):
            shop.publish()
        process.communicate("\n")


def test_nothing_of_others_is_replaced(shop: Shop) -> None:
    """A file or directory that the project did not publish stays."""
    shop.store.file.parent.mkdir()
    with duckdb.connect(str(shop.store.file)) as connection:
        connection.execute("create table mine as select 1 as id")
    with pytest.raises(NotPublished, match="was not published by this project. Move it away"):
        shop.publish()
    assert shop.store.query("from mine") == [(1,)]
    shop.store.file.unlink()
    shop.store.parquet.mkdir()
    with pytest.raises(NotPublished, match="was not published by this project. Move it away"):
        shop.publish()
    assert list(shop.store.parquet.iterdir()) == []


def test_an_erased_person_is_in_no_byte(shop: Shop) -> None:
    """Neither the new file nor anything that a publication, ended or killed, left beside it."""
    [(email,)] = shop.built("select email from lead_mart where email like '%@%' order by lead_id desc limit 1")
    shop.publish()
    left = shop.store.file.with_name(".lead_scoring-killed")
    left.mkdir()
    shutil.copy(shop.store.file, left)

    def found() -> list[Path]:
        files = [path for path in shop.store.file.parent.rglob("*") if path.is_file()]
        return [path for path in files if email.encode() in path.read_bytes()]

    assert shop.store.file in found() and left / shop.store.file.name in found()
    shop.change(f"delete from lead_mart where email = '{email}'; delete from rejected_records")
    shop.publish()
    assert found() == []


def test_a_set_of_an_older_version_is_replaced(shop: Shop) -> None:
    """What it does not say of itself is no reason to take it for somebody else's."""
    first = shop.publish()
    for file, name in ((shop.store.file, "publication"), (shop.database, "publications")):
        with duckdb.connect(str(file)) as connection:
            connection.execute(f"alter table {name} drop column timezone")
    with pytest.raises(NotPublished, match="still see the build of"):
        shop.change("create table kept as from completed_build; delete from completed_build")
        shop.publish()
    shop.change("insert into completed_build from kept")
    assert shop.publish().timezone == first.timezone


def test_a_publication_killed_before_its_last_step_is_recorded_later(shop: Shop) -> None:
    """The set is there, the record of it is not: the next command writes it down, once."""
    shop.publish()
    shop.change("delete from publications")
    for _ in range(2):
        shop.store.catch_up()
        assert shop.built("select publication_number from publications") == [(1,)]


def test_a_build_is_complete_only_at_its_end(shop: Shop, run_dbt: RunDbt, tmp_path: Path) -> None:
    """Whatever builds only a part, or fails, leaves no complete build behind, and all of it one again."""
    folder = shop.database.parent
    for command in (["run", "--select", "lead_mart"], ["seed", "--select", "tiers"]):
        shop.change("create or replace table completed_build as select 'old' as build_id, true as is_whole")
        assert run_dbt(folder, *command).exit_code == 0
        assert shop.built("select count(*) from completed_build") == [(0,)]
    # a test is fine with what is there
    shop.change("insert into completed_build values ('old', true)")
    assert run_dbt(folder, "test", "--select", "lead_mart").exit_code == 0
    assert shop.built("select count(*) from completed_build") == [(1,)]
    part = run_dbt(folder, "run", "--select", "completed_build")
    assert part.exit_code == 0, part.output
    assert shop.built("select is_whole from completed_build") == [(False,)]


def test_a_refused_build_leaves_the_last_one_complete(shop: Shop, run_dbt: RunDbt) -> None:
    """What stops before it changes anything takes nothing from what was built."""
    refused = run_dbt(shop.database.parent, "build", "--vars", "{as_of: tomorrow}")
    assert refused.exit_code != 0
    assert shop.built("select is_whole from completed_build") == [(True,)]


def test_everything_comes_before_the_mark(sample: Built) -> None:
    """Any model, seed or error that fails leaves the mark away: dbt builds nothing below a failure."""
    parents = sample.manifest["parent_map"]
    found = ["model.lead_scoring.completed_build"]
    for key in found:
        found += [parent for parent in parents[key] if parent not in found]
    nodes = {key for key, node in sample.manifest["nodes"].items() if node["resource_type"] in ("model", "seed")}
    assert nodes <= set(found)


@pytest.mark.slow
def test_one_command_builds_publishes_and_says_ten_lines(clone: Path, tmp_path: Path) -> None:
    """A green build is summed up; a red one says what failed, and what readers still see, since when."""
    project = copy_project(clone, tmp_path / "project")
    # the tests that say something; all others have been run elsewhere
    for path in (project / "tests").glob("*.sql"):
        if path.stem not in ("tiers_leave_no_score_out", "rule_book_has_no_warnings"):
            path.unlink()
    green = command(project, "build", "--exclude-resource-type", "unit_test")
    lines = green.stdout.splitlines()
    assert green.returncode == 0, green.stdout + green.stderr
    assert [line.split()[0] for line in lines] == [
        "Published",
        "Leads",
        "Queue",
        "Stale",
        "Left",
        "Warnings",
        "Readers",
        "Look",
    ]
    assert "704: hot 25, nurture 24, hold 583, disqualified 72" in lines[1]
    seen = (project / "published" / "lead_scoring.duckdb").read_bytes()

    rules = project / "seeds" / "rules" / "tiers.csv"
    rules.write_text(rules.read_text(encoding="utf-8").replace("hold,0,", "hold,10,"), encoding="utf-8")
    red = command(project, "build", "--exclude-resource-type", "unit_test")
    assert red.returncode == 1
    assert "tiers" in red.stdout
    assert "nothing was published. Readers still see the build of" in red.stderr
    again = command(project, "publish")
    assert again.returncode == 1 and "was not finished, or a test failed" in again.stderr
    assert (project / "published" / "lead_scoring.duckdb").read_bytes() == seen


def command(project: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run `lead-scoring` in a project."""
    program = Path(sys.executable).with_name("lead-scoring")
    return subprocess.run([program, *arguments], cwd=project, capture_output=True, text=True, check=False)


def test_without_a_build_the_command_says_what_to_do(tmp_path: Path, clone_without_tests: Path) -> None:
    """One sentence, no traceback."""
    project = copy_project(clone_without_tests, tmp_path / "project")
    said = CliRunner().invoke(main, ["publish", "--project-dir", str(project)])
    assert said.exit_code == 1
    assert "nothing was built here. Run `dbt build` first." in said.output


def test_a_model_that_is_gone_is_a_sentence(shop: Shop) -> None:
    """What the manifest names and the build lacks stops the publication before anything is replaced."""
    shop.relations.append(Relation("never_built", "main", "never_built", "", {}))
    with pytest.raises(NotPublished, match="never_built"):
        shop.publish()
    assert not shop.store.file.exists()


def node(kind: str, name: str, package: str = "lead_scoring", **config: str) -> dict[str, Any]:
    """Return what a manifest says of a node."""
    columns = {"id": {"description": "one\n  line"}}
    described = {
        "name": name,
        "schema": "main",
        "alias": f"{name}_1",
        "description": " what\nit is",
        "columns": columns,
    }
    return described | {"resource_type": kind, "package_name": package, "config": config}


def test_public_models_and_rule_files_are_published(tmp_path: Path) -> None:
    """Nothing that is not public, of another package, or no rule file; without the mark of a build, nothing at all."""
    (tmp_path / "seeds" / "rules").mkdir(parents=True)
    (tmp_path / "seeds" / "rules" / "tiers.csv").write_text("tier\n", encoding="utf-8")
    (tmp_path / "dbt_project.yml").write_text("name: lead_scoring\n", encoding="utf-8")
    project = Project(tmp_path, {})
    with pytest.raises(NotPublished, match="manifest.json does not exist, so nothing was built here"):
        public_relations(project, tmp_path, "duckdb")

    def manifest(*nodes: dict[str, Any]) -> None:
        content = {
            "metadata": {"adapter_type": "duckdb"},
            "nodes": {str(place): each for place, each in enumerate(nodes)},
        }
        (tmp_path / "manifest.json").write_text(json.dumps(content), encoding="utf-8")

    others = [
        *(node("model", "mart", access="public"), node("seed", "tiers", "host")),
        *(node("model", "a_queue", access="public"), node("model", "theirs", "other", access="public")),
        *(node("model", "ledger", access="protected"), node("model", "tiers_of", "host"), node("seed", "codes")),
        *(node("test", "tested", access="public"), node("test", "completed_build")),
        node("model", "completed_build", "other"),
    ]
    manifest(*others)
    with pytest.raises(NotPublished, match="the project has no model completed_build"):
        public_relations(project, tmp_path, "duckdb")
    manifest(*others, node("model", "completed_build"))
    found, marker = public_relations(project, tmp_path, "duckdb")
    assert [relation.name for relation in found] == ["a_queue", "mart", "tiers"]
    assert marker == Relation("completed_build", "main", "completed_build_1", "what it is", {"id": "one line"})
    with pytest.raises(NotPublished, match="the last dbt command was for duckdb, and this target is postgres"):
        public_relations(project, tmp_path, "postgres")


def test_a_build_is_published_as_what_it_says_of_itself() -> None:
    """Only if its mark is there and says that it is whole; a set of an older version says less."""
    row = ("b1", AS_OF, BUILT_AT, "0123456789", True)
    new = contents.completed([row], 7, Facts("UTC"))
    assert replace(new, published_at=STANDING.published_at) == STANDING
    with pytest.raises(NotPublished, match="was not finished, or a test failed"):
        contents.completed([], 7, Facts("UTC"))
    with pytest.raises(NotPublished, match="left out some models, seeds or data tests"):
        contents.completed([(*row[:4], False)], 7, Facts("UTC"))
    older = Publication.of(["build_id", "more"], [("b0", 1)])
    assert older and (older.build_id, older.timezone) == ("b0", None)
    assert Publication.of(["build_id"], []) is None


def test_what_stops_a_publication_is_said_with_what_readers_see() -> None:
    """In one sentence each; what the engine does not raise is passed on."""
    seen = f"Readers still see {STANDING}, since 2026-07-01 03:00:00 (UTC)."
    assert str(STANDING) == "the build of 2026-07-01 02:03:04, as of 2026-06-30 15:00:00"
    nothing = "Nothing was published before, so readers see nothing."
    for standing, ending in ((STANDING, seen), (None, nothing)):
        for error, said in ((NotPublished("wait."), "wait."), (OSError("two\n words"), "two words")):
            with pytest.raises(NotPublished) as caught, contents.or_readers_keep(standing, OSError):
                raise error
            assert caught.value.message == f"Nothing was published: {said} {ending}"
    with pytest.raises(ValueError), contents.or_readers_keep(None, OSError):
        raise ValueError


def test_the_closing_lines_count_what_is_published() -> None:
    """Sums before their parts, the reason most rows are left out for, and of many warnings the first three."""
    rows = {
        summary.TIERS: [("hot", 1200), ("hold", 34)],
        summary.QUEUE: [],
        summary.STALE: [("asleep", 5)],
        summary.ROWS: [(50000, 1700)],
        summary.WHY: [("no_id", 1600, "Write one.")],
    }
    quiet = summary.lines(rows.__getitem__, STANDING, ["a", "b"], None)
    assert quiet == [
        f"Published   {STANDING}, rules 01234567",
        "Leads       1,234: hot 1,200, hold 34",
        "Queue       0",
        "Stale       5: asleep 5",
        "Left out    1,700 of 50,000 raw rows, most (1,600) as no_id: Write one.",
        "Readers     a, b",
        "Look        lead-scoring app",
    ]
    warned = summary.lines(rows.__getitem__, STANDING, ["a", "b"], [f"WARNING {n}" for n in range(4)])
    assert [line for line in warned if line not in quiet] == ["Warnings    4", *(f"            {n}" for n in range(3))]
    rows[summary.WHY] = []
    good = summary.lines(rows.__getitem__, STANDING, [], [])
    assert good[4:6] == ["Left out    1,700 of 50,000 raw rows", "Warnings    none"]
