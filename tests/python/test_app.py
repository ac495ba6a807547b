"""The page to look at: every view in both languages, on the sample and on sets that are empty, old or broken."""

import re
import shutil
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest
from compiled import PROJECT, CompiledProject, read_rows
from conftest import Built
from reference import CONTRACT
from streamlit.testing.v1 import AppTest
from test_publish import AS_OF, Shop

from lead_scoring.app import trial
from lead_scoring.app.command import PUBLISHED
from lead_scoring.app.language import LANGUAGES, Words, catalogue

PAGE = PROJECT / "src" / "lead_scoring" / "app" / "page.py"
PAGES = list(catalogue("en")["pages"])
LEAD = "L0000603"  # the lead of the README


@pytest.fixture(scope="module")
def published(sample: Built, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Publish the sample once for all pages."""
    shop = Shop(sample, tmp_path_factory.mktemp("published"))
    shop.publish()
    return shop.store.file


def look(file: Path, monkeypatch: pytest.MonkeyPatch, **query: str) -> AppTest:
    """Open the page."""
    monkeypatch.setenv(PUBLISHED, str(file))
    app = AppTest.from_file(str(PAGE), default_timeout=60)
    for key, value in query.items():
        app.query_params[key] = value
    return app.run()


def texts(app: AppTest) -> str:
    """Return all that the page says outside of its charts."""
    kinds = (
        app.title,
        app.subheader,
        app.caption,
        app.markdown,
        app.text,
        app.info,
        app.success,
        app.warning,
        app.error,
    )
    said = [str(element.value) for kind in kinds for element in kind]
    said += [f"{metric.label}: {metric.value}" for metric in app.metric]
    return "\n".join(said + [frame.value.to_csv() for frame in app.dataframe])


def test_both_catalogues_have_the_same_texts() -> None:
    """Every key is in both, with the same places for values; all of them are used, and who has them knows of which."""
    ja, en = (catalogue(language) for language in LANGUAGES)
    assert [Words(language).language for language in LANGUAGES] == [*LANGUAGES]

    def flat(texts: dict[str, Any]) -> dict[str, list[str]]:
        pairs = [(key, str(value)) for key, value in texts.items() if not isinstance(value, dict)]
        inner = [(f"{key}/{k}", v) for key, value in texts.items() if isinstance(value, dict) for k, v in value.items()]
        return {key: sorted(re.findall(r"{\w+}", value)) for key, value in pairs + inner}

    assert flat(ja) == flat(en)
    assert all(isinstance(value, str | dict) for texts in (ja, en) for value in texts.values())
    code = "".join(path.read_text(encoding="utf-8") for path in PAGE.parent.rglob("*.py"))
    assert [key for key in en if f'"{key}"' not in code and not key.endswith("_count")] == []


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("page", PAGES)
def test_every_page_shows_the_sample(
    published: Path, monkeypatch: pytest.MonkeyPatch, page: str, language: str
) -> None:
    """No page fails, each is in its language and says of when it is."""
    app = look(published, monkeypatch, page=page, lang=language)
    assert not app.exception
    said = texts(app)
    assert catalogue(language)["title"] in said
    assert "2026-07-01 00:00" in said  # the clock, in Tokyo
    assert not app.error


def test_today_lists_the_queue_late_ones_first(
    published: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All tasks are there in the order of their deadlines; a filter leaves those of one person."""
    file = tmp_path / "lead_scoring.duckdb"
    file.write_bytes(published.read_bytes())
    with duckdb.connect(str(file)) as connection:
        connection.execute(
            "update handoff_queue set owner = '佐藤' where lead_id = (select max(lead_id) from handoff_queue)"
        )
        connection.execute("checkpoint")
    app = look(file, monkeypatch, page="today", lang="en")
    with duckdb.connect(str(file), read_only=True) as connection:
        rows = connection.execute("select task, owner from handoff_queue order by sla_due_at, lead_id").fetchall()
    assert [element.value for element in app.text] == [task for task, _ in rows]
    assert len(rows) == 5
    app.selectbox(key="owner").select("佐藤").run()
    assert [element.value for element in app.text] == [task for task, who in rows if who]


def test_the_lead_of_the_readme_is_explained(published: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its score is 80, its ledger adds up to it, and the reset ahead is not counted."""
    app = look(published, monkeypatch, page="lead", lang="en", lead=LEAD)
    assert not app.exception
    metrics = {metric.label: metric.value for metric in app.metric}
    assert metrics["即営業対応 (hot)"] == "80"
    assert (metrics["Attribute"], metrics["Behavior"], metrics["Recency"]) == ("40", "40", "0")
    ledger = next(frame.value for frame in app.dataframe if "sum" in frame.value)
    assert list(ledger["sum"])[-2:] == ["80", "due"]
    assert float(ledger["points"].iloc[:-1].sum()) == 80
    assert metrics["Published"] == metrics["Restated"] == "80 (hot)"


def test_a_search_that_finds_nobody_says_so(published: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No traceback, a sentence; a part of a company's name is enough to find somebody."""
    app = look(published, monkeypatch, page="lead", lang="en", lead="nobody at all")
    assert catalogue("en")["nobody_found"] in texts(app)
    app.text_input(key="search").set_value("山口百貨").run()
    assert "有限会社山口百貨" in texts(app)


@pytest.mark.parametrize("page", PAGES)
def test_an_empty_set_is_no_error(sample: Built, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, page: str) -> None:
    """Nobody to show is a plain sentence on every page."""
    shop = Shop(sample, tmp_path)
    shop.publish()
    with duckdb.connect(str(shop.store.file)) as connection:
        for (name,) in connection.execute("select table_name from published_tables").fetchall():
            if name != "publication":
                connection.execute(f"delete from {name}")
    app = look(shop.store.file, monkeypatch, page=page, lang="en")
    assert not app.exception
    assert not app.error


def test_missing_broken_and_old_sets_have_their_own_words(
    published: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each says what to do."""
    assert "Nothing is published at" in texts(look(tmp_path / "none.duckdb", monkeypatch, lang="en"))
    broken = tmp_path / "broken.duckdb"
    broken.write_bytes(b"no database")
    assert "Publish again with" in texts(look(broken, monkeypatch, lang="en"))
    old = tmp_path / "old.duckdb"
    old.write_bytes(published.read_bytes())
    with duckdb.connect(str(old)) as connection:
        connection.execute("update publication set published_at = published_at - interval 10 days")
    assert "This set was published 10 days ago" in texts(look(old, monkeypatch, lang="en"))


def test_the_page_neither_writes_nor_locks(published: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The file is as it was, and between two looks another program may write to it."""
    before = published.read_bytes()
    for page in PAGES:
        look(published, monkeypatch, page=page)
        with duckdb.connect(str(published)):
            pass
    assert published.read_bytes() == before


@pytest.mark.parametrize("learned_until", [None, "2025-12-01"])
def test_trying_shows_who_moves_and_what_months_say(
    published: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, learned_until: str | None
) -> None:
    """A threshold that is changed in the table moves leads at once; months that taught the points are marked."""
    file = tmp_path / "lead_scoring.duckdb"
    file.write_bytes(published.read_bytes())
    with duckdb.connect(str(file)) as connection:
        connection.execute("update publication set learned_until = ?", [learned_until])
    monkeypatch.setenv(PUBLISHED, str(file))
    app = AppTest.from_file(str(PAGE), default_timeout=60)
    app.query_params.update({"page": "trial", "lang": "en"})
    app.session_state["trial_tiers"] = {"edited_rows": {0: {"new": 70.0}}, "added_rows": [], "deleted_rows": []}
    app.run()
    assert not app.exception
    assert "leads change tier" in texts(app)
    *_, months = [frame.value for frame in app.dataframe]
    taught = months[months[catalogue("en")["trial_taught"]] == "yes"]["Month"]
    assert list(taught) == [month for month in months["Month"] if learned_until and month < learned_until[:7]]
    assert (len(taught) > 0) == bool(learned_until)


@pytest.mark.parametrize(
    ("points", "min_scores"),
    [
        ({"document_download": "40"}, {}),
        ({"decision_maker": "17.5", "site_visit": "30", "active_within_7_days": "-5"}, {}),
        ({"email_open": "0", "unsubscribe": "-40"}, {"nurture": "45.5"}),
        ({}, {"hot": "70"}),
    ],
)
def test_what_is_tried_is_what_a_build_gives(
    published: Path, project: CompiledProject, points: dict[str, str], min_scores: dict[str, str]
) -> None:
    """Scores and tiers of all leads, now and at all month ends, are those of the models under the changed rules."""
    book = {path.stem: read_rows(path) for path in (PROJECT / "seeds" / "rules").glob("*.csv")}
    for rows in book.values():
        for row in rows:
            name = row.get("rule_id") or row.get("tier")
            row.update({"points": points[name]} if name in points else {})
            row.update({"min_score": min_scores[name]} if name in min_scores else {})
    raw = {table: read_rows(PROJECT / "sample_data" / f"{table}.csv") for table in CONTRACT}
    change = trial.Change(
        {rule: Decimal(new) for rule, new in points.items()}, {tier: Decimal(new) for tier, new in min_scores.items()}
    )
    with (
        duckdb.connect(str(published), read_only=True) as connection,
        project.score(book, raw, AS_OF, models=["lead_mart", "month_end_scores"]) as built,
    ):
        now = [(row[0], row[4], row[5]) for row in trial.tried_now(connection, change).fetchall()]
        expected = built.execute("select lead_id, total_score, tier from lead_mart order by all").fetchall()
        assert sorted(now) == expected
        ends = [(row[0], row[2], row[6], row[7]) for row in trial.tried_month_ends(connection, change).fetchall()]
        expected = built.execute(
            "select month, lead_id, total_score, tier from month_end_scores where is_mature order by all"
        ).fetchall()
        assert sorted(ends) == expected
        assert len(ends) > 3000


def test_a_tier_that_asks_for_activity_is_tried_too(published: Path, project: CompiledProject, tmp_path: Path) -> None:
    """At each month's end as the lead slept then, and now as it sleeps now."""
    book = {path.stem: read_rows(path) for path in (PROJECT / "seeds" / "rules").glob("*.csv")}
    for row in book["tiers"]:
        row["requires_active"] = "true" if float(row["min_score"] or 0) > 0 else None
    raw = {table: read_rows(PROJECT / "sample_data" / f"{table}.csv") for table in CONTRACT}
    with (
        duckdb.connect(str(shutil.copy(published, tmp_path))) as connection,
        project.score(book, raw, AS_OF, models=["lead_mart", "month_end_scores"]) as built,
    ):
        connection.execute("update tiers set requires_active = min_score > 0")
        now = [(row[0], row[5]) for row in trial.tried_now(connection, trial.Change()).fetchall()]
        assert sorted(now) == built.execute("select lead_id, tier from lead_mart order by all").fetchall()
        ends = [(row[0], row[2], row[7]) for row in trial.tried_month_ends(connection, trial.Change()).fetchall()]
        expected = built.execute(
            "select month, lead_id, tier from month_end_scores where is_mature order by all"
        ).fetchall()
        assert sorted(ends) == expected
        # leads sleep then and now
        assert now != [(row[0], row[3]) for row in trial.tried_now(connection, trial.Change()).fetchall()]


def test_a_rule_that_gives_no_points_cannot_be_tried(published: Path) -> None:
    """The command that can is named."""
    with (
        duckdb.connect(str(published), read_only=True) as connection,
        pytest.raises(ValueError, match="nobody: no rule with points; lead-scoring impact can tell"),
    ):
        trial.tried_now(connection, trial.Change({"nobody": Decimal(1)}))


def test_the_lineage_shows_what_the_page_reads(sample: Built) -> None:
    """The exposure names every table that the page's SQL reads, and no other."""
    code = "".join(path.read_text(encoding="utf-8") for path in PAGE.parent.rglob("*.py"))
    tables = {node["name"] for node in sample.manifest["nodes"].values() if node["resource_type"] in ("model", "seed")}
    read = {name for name in re.findall(r"\b(?:from|join) (\w+)", code) if name in tables}
    [exposure] = [each for each in sample.manifest["exposures"].values() if each["name"] == "page"]
    assert {key.split(".")[-1] for key in exposure["depends_on"]["nodes"]} == read
