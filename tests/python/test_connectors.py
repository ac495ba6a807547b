"""Source systems as they land in a warehouse, against answers worked out by hand."""

import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest
from conftest import ONLY_MODELS, PROJECT, Built
from test_build import RunDbt, as_vars

pytestmark = pytest.mark.slow
SETS = PROJECT / "tests" / "python" / "connectors"
AS_OF = "2026-06-30 15:00:00"
# where Fivetran puts what is not named after its connector
SCHEMAS = {"account_engagement": "pardot"}
# lead: attribute, behavior, recency, total, tier
HUBSPOT_SCORES = {
    "101": (50, 20, 10, 80, "hot"),
    "103": (40, 10, 10, 60, "nurture"),
    "104": (-10, 40, 0, 30, "hold"),
    "107": (10, 10, 0, 20, "hold"),
    "108": (50, 20, 10, 80, "hot"),
    "110": (30, 0, 0, 30, "hold"),
    "111": (50, 0, 0, 50, "nurture"),
    "120": (0, 0, 0, 0, "disqualified"),
    "121": (20, 0, 0, 20, "hold"),
    "130": (50, 40, 20, 110, "hot"),
}
HUBSPOT_SCORES |= {lead: (20, 0, 0, 20, "hold") for lead in "106 112 113 118 128 129".split()}
HUBSPOT_SCORES |= {lead: (40, 0, 0, 40, "hold") for lead in "114 123 124".split()}
HUBSPOT_SCORES |= {lead: (10, 0, 0, 10, "hold") for lead in "109 116 117 119 125 126 127".split()}
HUBSPOT_SCORES |= {lead: (0, 0, 0, 0, "hold") for lead in "105 115 122".split()}


SALESFORCE_SCORES = {
    "C20": (50, 0, 0, 50, "nurture"),
    "L01": (70, 20, 20, 110, "hot"),
    "L02": (60, 50, 20, 130, "hot"),
    "L03": (60, 0, 0, 60, "nurture"),
    "L07": (20, 0, 0, 20, "hold"),
    "L09": (40, 0, 0, 40, "hold"),
    "L10": (0, 0, 0, 0, "hold"),
    "L15": (0, 40, 10, 50, "nurture"),
}


def load(database: Path, schema: str, folder: Path) -> None:
    """Load the csv files of a set as tables of a schema, typed as a loader would type them."""
    with duckdb.connect(str(database)) as connection:
        connection.execute(f"create schema if not exists {schema}")
        for path in sorted(folder.glob("*.csv")):
            connection.execute(f"create or replace table {schema}.{path.stem} as from read_csv('{path}')")


def rows(database: Path, query: str) -> list[tuple[Any, ...]]:
    """Give the rows of a query on a finished build."""
    with duckdb.connect(str(database), read_only=True) as connection:
        return connection.execute(query).fetchall()


def change(database: Path, *statements: str) -> None:
    """Change what lies in a source."""
    with duckdb.connect(str(database)) as connection:
        for statement in statements:
            connection.execute(statement)


def connected(*connectors: str, **variables: Any) -> tuple[str, str]:
    """Give the variables of a build that reads source systems."""
    return "--vars", as_vars(connectors=list(connectors), as_of=AS_OF, **variables)


def build(run_dbt: RunDbt, folder: Path, *connectors: str, command: Iterable[str] = ONLY_MODELS) -> Built:
    """Build into the database a set was loaded into."""
    built = run_dbt(folder, *command, *connected(*connectors))
    assert built.exit_code == 0, built.output
    return built


def scores(database: Path) -> dict[str, tuple[Any, ...]]:
    """Give axis scores, total and tier of each lead."""
    columns = "lead_id, attribute_score, behavior_score, recency_score, total_score, tier"
    return {row[0]: row[1:] for row in rows(database, f"select {columns} from lead_mart")}


def build_tested(run_dbt: RunDbt, folder: Path, *connectors: str) -> Built:
    """Build the models, then run the tests of what the connectors make of their sources."""
    for connector in connectors:
        load(folder / "lead_scoring.duckdb", SCHEMAS.get(connector, connector), SETS / connector)
    models = build(run_dbt, folder, *connectors)
    selected = ("connectors", "raw", "mapping_problems", "path:seeds/mapping", "path:tests/connectors")
    tested = build(run_dbt, folder, *connectors, command=("test", "--select", *selected))
    return replace(tested, output=models.output + tested.output)


@pytest.fixture(scope="module")
def hubspot(run_dbt: RunDbt, tmp_path_factory: pytest.TempPathFactory) -> Built:
    """Build the HubSpot set."""
    return build_tested(run_dbt, tmp_path_factory.mktemp("hubspot"), "hubspot")


@pytest.fixture(scope="module")
def salesforce(run_dbt: RunDbt, tmp_path_factory: pytest.TempPathFactory) -> Built:
    """Build the Salesforce set together with those of Account Engagement and HubSpot."""
    names = ("salesforce", "account_engagement", "hubspot")
    return build_tested(run_dbt, tmp_path_factory.mktemp("salesforce"), *names)


def test_hubspot_people(hubspot: Built) -> None:
    """Deleted and merged contacts are no leads; a merged one is as old as its oldest part, and its ids are aliases."""
    assert {row[0] for row in rows(hubspot.database, "select lead_id from stg_leads")} == {
        "101",
        *map(str, range(103, 131)),
    }
    assert rows(hubspot.database, "select created_at from stg_leads where lead_id = '101'") == [
        (datetime(2026, 1, 10),)
    ]
    aliases = rows(hubspot.database, "select alias_id, lead_id from connected_lead_aliases order by 1")
    assert aliases == [("131", "101"), ("132", "101")]
    assert ("101", "hubspot", "contact", "101") in rows(hubspot.database, "select * from person_records")
    told = rows(hubspot.database, "select lead_id, crm_object, crm_id from lead_mart")
    assert set(told) == {(lead, "contact", lead) for lead in ("101", *map(str, range(103, 131)))}


def test_hubspot_events(hubspot: Built) -> None:
    """37 rows in, 33 staged, 3 of nobody known, 1 duplicate; each with the person it belongs to."""
    accounting = rows(hubspot.database, "from row_accounting where source_table = 'events'")
    assert accounting == [("events", 37, 33, 3, 1)]
    unknown = rows(hubspot.database, "select record_id from rejected_records where reason = 'unknown_lead'")
    assert sorted(row[0] for row in unknown) == ["c7", "e008", "e022"]
    found = rows(
        hubspot.database, "select lead_id, string_agg(event_id, ' ' order by event_id) from stg_events group by 1"
    )
    assert dict(found) == {
        "101": "c1 c2 e001 e002 e003 e004 e005 e006 e007 w5",
        "103": "e009 e010",
        "104": "c3 c4 c5",
        "106": "e011 e012",
        "107": "e013 e014 e015 e016",
        "108": "e017 e018",
        "109": "e019 e020",
        "110": "c6 e021",
        "111": "e023",
        "130": "e024 e025 w1 w2 w3",
    }
    bots = rows(hubspot.database, "select event_id from stg_events where is_bot order by 1")
    assert [row[0] for row in bots] == ["e011", "e012", "e014", "e015"]
    types = dict(rows(hubspot.database, "select event_id, event_type from stg_events"))
    assert [types[event] for event in "e003 e004 e020 e021 c1 c2 c6 w1".split()] == [
        *("email_open", "email_click", "unsubscribe", "email_bounce"),
        *("form_submit", "document_download", "form_submit", "page_view"),
    ]


def test_no_address_of_a_stranger_is_passed_on(hubspot: Built) -> None:
    """Events of nobody known are listed without the address: it may be that of somebody who was erased."""
    listed = rows(hubspot.database, "select raw_values from rejected_records")
    assert not any("@" in row[0] for row in listed)


def test_hubspot_sales_activities(hubspot: Built) -> None:
    """Nine touches, one of them ahead of the clock."""
    found = rows(hubspot.database, "select activity_id, occurred_at from stg_sales_activities order by 1")
    assert [row[0] for row in found] == (
        "1001:123 1002:126 1004:128 1004:129 1005:101 1101:124 1201:111 1202:127 1302:125".split()
    )
    assert [row[1] for row in found if row[1] > datetime(2026, 6, 30, 15)] == [datetime(2026, 7, 10, 2)]
    times = dict(found)
    assert times["1201:111"] == datetime(2026, 5, 28, 2) and times["1302:125"] == datetime(2026, 5, 14, 4)


def test_hubspot_opportunities(hubspot: Built) -> None:
    """Five deals, seven pairs, each amount with its deal once."""
    columns = "deal_id, lead_id, created_at, closed_at, is_won, amount"
    found = rows(hubspot.database, f"select {columns} from connected_opportunities order by 1, 2")
    won = (datetime(2026, 5, 25), datetime(2026, 6, 15), True, 3000000)
    assert found == [
        *(("9001", lead, *won) for lead in ("111", "112", "113")),
        ("9002", "114", datetime(2026, 6, 5), None, None, None),
        ("9003", "115", datetime(2026, 4, 1), datetime(2026, 5, 1), False, 500000),
        ("9006", "119", datetime(2026, 6, 1), None, None, 700000),
        ("9011", "117", datetime(2026, 4, 3), None, None, 200),
    ]
    with_deals = "select lead_id, opportunity_status from lead_mart where opportunity_status is not null"
    assert dict(rows(hubspot.database, with_deals)) == {
        **dict.fromkeys(("111", "112", "113"), "won"),
        **dict.fromkeys(("114", "117", "119"), "open"),
        "115": "lost",
    }


def test_hubspot_scores(hubspot: Built) -> None:
    """Every score of the set, with the rules as shipped."""
    assert scores(hubspot.database) == HUBSPOT_SCORES


def test_the_next_build_needs_no_raw_table(run_dbt: RunDbt, hubspot: Built) -> None:
    """What the last build read came from the source, so no raw table is missed; the scores stay."""
    build(run_dbt, hubspot.database.parent, "hubspot")
    assert scores(hubspot.database) == HUBSPOT_SCORES


def test_undecided_codes_are_said(hubspot: Built) -> None:
    """A stage nobody decided on is named as people call it."""
    assert "stage 更新交渉 of renewal has no decision" in hubspot.output
    assert "industry MACHINERY has no decision" in hubspot.output


def test_a_missing_table_is_one_sentence(hubspot: Built) -> None:
    """What is not synced is read as empty and said once."""
    assert hubspot.output.count("hubspot.contact_property_history does not exist") == 1


def test_a_merge_that_makes_a_new_id(run_dbt: RunDbt, tmp_path: Path) -> None:
    """The survivor of a merge has a new id: on a first build it names the person, with the same scores."""
    database = tmp_path / "lead_scoring.duckdb"
    load(database, "hubspot", SETS / "hubspot")
    change(
        database,
        "update hubspot.contact set id = 140, property_hs_merged_object_ids = '101;131;132' where id = 101",
        "drop table hubspot.contact_merge_audit",
    )
    build(run_dbt, tmp_path, "hubspot")
    assert scores(database) == {lead if lead != "101" else "140": row for lead, row in HUBSPOT_SCORES.items()}
    aliases = rows(database, "select alias_id, lead_id from connected_lead_aliases order by 1")
    assert aliases == [(alias, "140") for alias in ("101", "131", "132")]


def test_nobody_is_renamed(run_dbt: RunDbt, tmp_path: Path) -> None:
    """A merge after the first build: a new id gets the name already given; of two known people one name is left."""
    database = tmp_path / "lead_scoring.duckdb"
    command = ("run", "--select", "+connected_leads", "+connected_lead_aliases", "person_records", "+numbers")
    load(database, "hubspot", SETS / "hubspot")
    build(run_dbt, tmp_path, "hubspot", command=("seed", "--select", "seeds/mapping"))
    build(run_dbt, tmp_path, "hubspot", command=command)
    change(
        database,
        "update hubspot.contact set id = 140, property_hs_merged_object_ids = '101;131;132' where id = 101",
        "update hubspot.contact set property_hs_merged_object_ids = '103' where id = 104",
        "update hubspot.contact set _fivetran_deleted = true where id in (103, 105)",
    )
    build(run_dbt, tmp_path, "hubspot", command=(*command, "--full-refresh"))
    leads = {row[0] for row in rows(database, "select lead_id from connected_leads")}
    assert leads == {"101", "104", *map(str, range(106, 131))}
    assert ("101", "hubspot", "contact", "140") in rows(database, "select * from person_records")
    aliases = dict(rows(database, "select alias_id, lead_id from connected_lead_aliases"))
    assert aliases == {"131": "101", "132": "101", "140": "101", "103": "104"}
    assert rows(database, "select * from person_ids where record_id = '105' or lead_id = '105'") == []


def test_people_are_not_forgotten_because_a_table_is_empty(run_dbt: RunDbt, tmp_path: Path) -> None:
    """A source that lost its people stops the build, and says how to go on if they were erased."""
    database = tmp_path / "lead_scoring.duckdb"
    command = ("run", "--select", "+connected_people", "+numbers")
    load(database, "hubspot", SETS / "hubspot")
    build(run_dbt, tmp_path, "hubspot", command=command)
    before = rows(database, "select record_id, lead_id from person_ids order by 1")
    change(database, "delete from hubspot.contact where id > 105")
    stopped = run_dbt(tmp_path, *command, *connected("hubspot"))
    assert stopped.exit_code == 1 and "of 31 records known so far are not in hubspot any more" in stopped.output
    assert rows(database, "select record_id, lead_id from person_ids order by 1") == before
    erased = run_dbt(tmp_path, *command, *connected("hubspot", max_vanished_share=1))
    assert erased.exit_code == 0, erased.output
    assert {row[0] for row in rows(database, "select record_id from person_ids")} == {
        "101",
        "103",
        "104",
        "105",
        "132",
        "131",
    }


def test_a_mistyped_connector_is_one_sentence(run_dbt: RunDbt, tmp_path: Path) -> None:
    """So is a schema that is not there."""
    wrong = run_dbt(tmp_path, "run", "--select", "numbers", "base_leads", *connected("hubspot", hubspot_schema="hub"))
    assert "hub.contact does not exist. Set the variables hubspot_schema" in wrong.output


# the HubSpot set as Airbyte lands it: times as text or milliseconds, properties and lists unflattened
AIRBYTE = """
create schema hubspot;
create table hubspot.contacts as select
    cast(id as text) as id, _fivetran_deleted as archived,
    struct_pack(
        email := property_email, hs_additional_emails := property_hs_additional_emails,
        hs_merged_object_ids := property_hs_merged_object_ids, jobtitle := property_jobtitle,
        createdate := strftime(property_createdate, '%Y-%m-%dT%H:%M:%S.000Z'), company := property_company,
        lastmodifieddate := strftime(property_lastmodifieddate, '%Y-%m-%dT%H:%M:%S.000Z'),
        associatedcompanyid := cast(property_associatedcompanyid as double), industry := property_industry,
        numemployees := property_numemployees, state := property_state, hs_persona := property_hs_persona
    ) as properties
from fivetran.contact;
create table hubspot.contacts_merged_audit as select
    canonical_vid as "canonical-vid", vid_to_merge as "vid-to-merge", epoch_ms(timestamp) as timestamp
from fivetran.contact_merge_audit;
create table hubspot.companies as select
    cast(id as text) as id, is_deleted or _fivetran_deleted as archived, property_name as properties_name,
    property_industry as properties_industry,
    cast(property_numberofemployees as double) as properties_numberofemployees,
    property_state as properties_state, property_country as properties_country
from fivetran.company;
create table hubspot.email_events as select
    events.id, epoch_ms(created) as created, type, recipient, email_campaign_id as "emailCampaignId",
    filtered_event as "filteredEvent", requested_by as "requestedBy",
    portal_subscription_status as "portalSubscriptionStatus"
from fivetran.email_event as events left join fivetran.email_event_status_change as changes on events.id = changes.id;
create table hubspot.contacts_form_submissions as select
    epoch_ms(timestamp) as timestamp, form_id as "form-id", contact_id as "canonical-vid", title,
    conversion_id as "conversion-id", page_url as "page-url"
from fivetran.contact_form_submission;
create table hubspot.forms as select guid as id, name from fivetran.form;
create table hubspot.contacts_web_analytics as select
    id, event_type as "eventType", strftime(occurred_at, '%Y-%m-%dT%H:%M:%SZ') as "occurredAt",
    object_type as "objectType", cast(object_id as text) as "objectId", properties_hs_url
from fivetran.web_analytics_event;
create table hubspot.owners as select
    cast(owner_id as text) as id, first_name as "firstName", last_name as "lastName", email
from fivetran.owner;
create table hubspot.deals as select
    cast(deal_id as text) as id, is_deleted or _fivetran_deleted as archived,
    to_json(struct_pack(
        pipeline := deal_pipeline_id, dealstage := deal_pipeline_stage_id, amount := cast(property_amount as text),
        createdate := strftime(property_createdate, '%Y-%m-%dT%H:%M:%SZ'),
        closedate := strftime(property_closedate, '%Y-%m-%dT%H:%M:%SZ'),
        hs_merged_object_ids := (
            select string_agg(cast(merged_deal_id as text), ';')
            from fivetran.merged_deal where merged_deal.deal_id = deal.deal_id
        )
    )) as properties,
    (select list(contact_id) from fivetran.deal_contact where deal_contact.deal_id = deal.deal_id) as contacts
from fivetran.deal;
create table hubspot.deal_pipelines as select
    pipeline_id as "pipelineId",
    (
        select to_json(list(struct_pack(
            "stageId" := stage_id, label := label,
            metadata := struct_pack("isClosed" := cast(is_closed as text), probability := cast(probability as text))
        ))) from fivetran.deal_pipeline_stage as stages where stages.pipeline_id = pipelines.pipeline_id
    ) as stages
from fivetran.deal_pipeline as pipelines;
create table hubspot.deals_property_history as
select deal_id as "dealId", 'dealstage' as property, value, epoch_ms(date_entered) as timestamp from fivetran.deal_stage
union all
select deal_id, 'dealname', 'closedlost', epoch_ms(property_createdate) from fivetran.deal;
"""
ENGAGEMENTS = """
create table hubspot.engagements_{kind}s as select
    cast(engagement_id as text) as id, _fivetran_deleted as archived,
    (
        select to_json(list(cast(contact_id as text)))
        from fivetran.engagement_contact as about where about.engagement_id = {kind}.engagement_id
    ) as contacts,
    columns('property_(.*)') as 'properties_\\1'{further}
from fivetran.engagement_{kind} as {kind};
"""


def test_hubspot_in_the_shape_of_airbyte(run_dbt: RunDbt, tmp_path: Path) -> None:
    """The same people, events, touches, deals and scores, whichever tool lands them."""
    database = tmp_path / "lead_scoring.duckdb"
    load(database, "fivetran", SETS / "hubspot")
    further = {"email": ", email.type"}
    kinds = ("call", "email", "meeting", "task")
    change(database, AIRBYTE, *(ENGAGEMENTS.format(kind=kind, further=further.get(kind, "")) for kind in kinds))
    built = build(run_dbt, tmp_path, "hubspot")
    assert scores(database) == HUBSPOT_SCORES
    assert rows(database, "from row_accounting where source_table = 'events'") == [("events", 37, 33, 3, 1)]
    assert rows(database, "select count(*), count(distinct deal_id) from connected_opportunities") == [(7, 5)]
    assert rows(database, "select count(*) from stg_sales_activities") == [(9,)]
    said = re.findall("NOTE (.*) does not exist", built.output)
    assert said == ["hubspot.contact_property_history"]


def short(rows: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """Write Salesforce ids as the set's README does: L02 for the lead, C02 for the contact, and so on."""
    letters = {"00Q": "L", "003": "C", "001": "A", "006": "O", "00T": "T", "00U": "E", "00v": "M", "701": "K"}
    pattern = re.compile(r"(00Q|003|001|006|00T|00U|00v|701)5i0+(\d+)AAA")

    def named(match: re.Match[str]) -> str:
        return letters[match[1]] + (match[2].zfill(2) if match[1] in ("00Q", "003", "00T") else match[2])

    return [tuple(pattern.sub(named, cell) if isinstance(cell, str) else cell for cell in row) for row in rows]


def test_salesforce_people(salesforce: Built) -> None:
    """Conversions and merges are followed, deleted people are gone, facts are those of the account."""
    columns = "lead_id, created_at, email, company_name, employee_count, job_title, disqualified_at"
    found = short(rows(salesforce.database, f"select {columns} from salesforce_leads order by 1"))
    assert found == [
        ("C20", datetime(2026, 1, 15), "k@customer.example", "顧客商事", 500, "社長", None),
        ("L01", datetime(2026, 5, 1), "a@aoyama.example", "青山製作所", 350, "部長", None),
        ("L02", datetime(2026, 4, 1), "b.new@kita.example", "Kita Software", 120, "部長", None),
        ("L03", datetime(2026, 1, 20), "c2@kita.example", "Kita Software", 120, "CTO", None),
        ("L07", datetime(2026, 1, 5), "d@minami.example", "Minami", 80, "取締役", None),
        ("L09", datetime(2026, 2, 17), "e@new.example", "New", 200, "部長", None),
        ("L10", datetime(2026, 5, 5), "f@own.example", "Own", None, None, None),
        ("L11", datetime(2026, 5, 6), "g@un.example", "Un", None, "部長", datetime(2026, 6, 20)),
        ("L15", datetime(2026, 6, 1), "j@seminar.example", "Seminar KK", None, None, None),
    ]
    aliases = short(rows(salesforce.database, "select alias_id, lead_id from connected_lead_aliases"))
    assert {alias: lead for alias, lead in aliases if not alias.isdigit()} == {
        **{"C02": "L02", "C03": "L03", "C14": "L03", "L04": "L03", "L14": "L03"},
        **{"L05": "L07", "L06": "L07"},
    }
    records = {row[0]: row[1:] for row in short(rows(salesforce.database, "from person_records"))}
    assert records["L02"] == ("salesforce", "contact", "C02")
    assert records["L01"] == ("salesforce", "lead", "L01")
    told = {
        row[0]: row[1:] for row in short(rows(salesforce.database, "select lead_id, crm_object, crm_id from lead_mart"))
    }
    assert (told["L02"], told["L01"]) == (("contact", "C02"), ("lead", "L01"))


def test_salesforce_events(salesforce: Built) -> None:
    """Responses to campaigns are events, on the day in Japan; a list typed in later is known later."""
    columns = "event_id, lead_id, event_type, occurred_at, recorded_at"
    assert short(rows(salesforce.database, f"select {columns} from salesforce_events order by 1")) == [
        ("M1", "L15", "seminar_attendance", datetime(2026, 6, 9, 15), datetime(2026, 6, 14, 1)),
        ("M2", "L02", "seminar_attendance", datetime(2026, 6, 9, 15), None),
        ("M3", "L01", "seminar_registration", datetime(2026, 6, 1, 15), datetime(2026, 6, 2, 1)),
        ("M6", "L08", "trade show: visited", datetime(2026, 3, 14, 15), datetime(2026, 3, 15, 1)),
        ("M7", "L07", "trade show: visited", datetime(2026, 3, 14, 15), datetime(2026, 3, 15, 1)),
    ]
    unknown = rows(salesforce.database, "select record_id from rejected_records where reason = 'unknown_lead'")
    assert {row[0] for row in short(unknown)} == {"M6", "c7", "e008", "e022", "pardot 104"}


def test_account_engagement_events(salesforce: Built) -> None:
    """A prospect is whom its Salesforce id stands for, a browser whoever it was identified as."""
    columns = "event_id, lead_id, event_type, occurred_at, asset"
    assert short(rows(salesforce.database, f"select {columns} from account_engagement_events order by 1")) == [
        ("pardot 101", "L02", "email_click", datetime(2026, 6, 25), "55"),
        ("pardot 102", "L01", "page_view", datetime(2026, 6, 26), "/pricing"),
        ("pardot 104", "prospect 3", "form_submit", datetime(2026, 6, 26), "77"),
        ("pardot 105", "L02", "36 email", datetime(2026, 6, 26), "55"),
    ]


def test_salesforce_sales_activities(salesforce: Built) -> None:
    """Ten touches, one of them ahead of the clock."""
    columns = "activity_id, activity_type, occurred_at, owner"
    assert short(rows(salesforce.database, f"select {columns} from salesforce_sales_activities order by 1")) == [
        ("T01:L02", "call", datetime(2026, 5, 11, 2), "田中 実"),
        ("T02:L02", "call", datetime(2026, 6, 2, 2), "田中 実"),
        ("T02:L03", "call", datetime(2026, 6, 2, 2), "田中 実"),
        ("T06:L01", "email", datetime(2026, 6, 4, 16, 30), "田中 実"),
        ("T07:L07", "call", datetime(2026, 6, 5, 15), "00G5i0000000009AAA"),
        ("T11:L07", "call", datetime(2026, 1, 20, 4), "退 職"),
        ("E1:L02", "meeting", datetime(2026, 6, 10, 1), "田中 実"),
        ("E1:L03", "meeting", datetime(2026, 6, 10, 1), "田中 実"),
        ("E3:L01", "meeting", datetime(2026, 7, 10, 1), "田中 実"),
        ("E5:L07", "meeting", datetime(2026, 6, 11, 15), "田中 実"),
    ]


def test_salesforce_opportunities(salesforce: Built) -> None:
    """Three opportunities, four pairs; an expected day closes nothing."""
    columns = "deal_id, lead_id, created_at, closed_at, is_won, amount"
    assert short(rows(salesforce.database, f"select {columns} from salesforce_opportunities order by 1, 2")) == [
        ("O1", "L02", datetime(2026, 5, 20, 3), datetime(2026, 6, 20, 5), True, 1200000),
        ("O1", "L03", datetime(2026, 5, 20, 3), datetime(2026, 6, 20, 5), True, 1200000),
        ("O2", "L03", datetime(2026, 6, 1, 1), None, None, None),
        ("O3", "C20", datetime(2026, 4, 1), datetime(2026, 5, 15, 2), False, 500000),
    ]


def test_scores_of_three_sources(salesforce: Built) -> None:
    """The people of all sources are scored side by side."""
    found = {short([(lead,)])[0][0]: row for lead, row in scores(salesforce.database).items()}
    assert {lead: row for lead, row in found.items() if lead != "L11"} == HUBSPOT_SCORES | SALESFORCE_SCORES
    assert "stage 見込み of New Business has no decision" in salesforce.output
    assert "industry 製造業 has no decision" not in salesforce.output
