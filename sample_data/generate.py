"""Invent the raw tables of a Japanese B2B software firm.

Everything is made up: people, companies, mail addresses, visits, deals. The story lasts 18 months and
ends at ``END`` (2026-06-30 15:00:00 UTC, midnight in Tokyo), the fixed clock of the sample. Good fit
(size, industry, title) and real interest (prices, documents, contact) lead to opportunities, with noise,
so a useful score has something to find. Mail scanners, sleepers who return, busy students, late and
duplicated rows and every kind of broken row are planted on purpose.

The committed sample, and the same story at benchmark size:

    python sample_data/generate.py
    python sample_data/generate.py --leads 1000000 --events 20000000 --format parquet --out big

Rows are drawn in chunks of leads, so memory depends on events per lead and not on their total. CSV is
text and can hold unreadable dates and numbers; parquet is typed and holds only the dirt that types allow.
The same seed and library versions give the same bytes. All timestamps are UTC. What needs a hand that knows the
rows, merged and closed people, lists typed in late, corrected deals, is in ``planted.py`` and only in the CSV.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from faker import Faker
from planted import ALIASES, MORE_COLUMNS, plant

Columns = dict[str, np.ndarray]
Value = np.ndarray | int
HOUR, DAY, JST = 3600, 86400, 9 * 3600
END = int(datetime(2026, 6, 30, 15, tzinfo=UTC).timestamp())
CHUNK_LEADS, HEAVY_SHARE, LIGHT_WEB_EVENTS, EVENTS_PER_MAIL = 20_000, 0.03, 1.6, 1.36

EVENT_TYPES = (
    "page_view", "document_download", "seminar_attendance", "form_submit", "email_delivered",
    "email_open", "email_click", "email_bounce", "unsubscribe",
    " Page_View ", "Document_Download", "EMAIL_OPEN ",
)  # fmt: skip
PAGE, DOCUMENT, SEMINAR, FORM, DELIVERED, OPEN, CLICK, BOUNCE, UNSUBSCRIBE = range(9)
MESSY_TYPE = np.array([9, 10, 2, 3, 4, 11, 6, 7, 8])

# What a visitor can do, the event type it leaves, and how likely it is in each kind of visit.
ACTIONS = ("page", "pricing", "document", "seminar", "contact", "newsletter")
ACTION_TYPE = np.array([PAGE, PAGE, DOCUMENT, SEMINAR, FORM, FORM])
READER, BUYER, REGULAR, SURGE = range(4)
VISIT_MIX = np.array([
    [0.88, 0.03, 0.015, 0.01, 0.005, 0.06],
    [0.61, 0.14, 0.10, 0.05, 0.05, 0.05],
    [0.905, 0.05, 0.02, 0.015, 0.005, 0.005],
    [0.15, 0.30, 0.45, 0.00, 0.10, 0.00],
]).cumsum(axis=1)  # fmt: skip

QUIET, LIGHT, ENGAGED, HEAVY, RETURNER, LATE_SURGE = range(6)
VISIT_OF = np.array([READER, READER, BUYER, REGULAR, READER, READER])
MEAN_VISITS = np.array([0.25, 1.3, 6.5, 0.0, 1.7, 0.3])
SPREAD_DAYS = np.array([20.0, 12.0, 22.0, 0.0, 7.0, 10.0])

SOURCES = ("展示会", "名刺交換", "メルマガ登録", "資料請求", "セミナー", "問い合わせ")
SOURCE_SHARE = (0.34, 0.31, 0.25, 0.03, 0.035, 0.035)
SOURCE_ACTION = np.array([-1, -1, 5, 2, 3, 4])

INDUSTRIES = (
    "製造業", "IT・通信", "小売業", "金融業", "医療・福祉", "建設業", "教育", "運輸・物流",
    "Manufacturing", "Information Technology", "Financial Services", "Retail",
)  # fmt: skip
TRADES = (  # company names that suit the first eight industries
    ("精工", "製作所"), ("情報システム", "ソフト"), ("商店", "百貨"), ("ファイナンス", "保険サービス"),
    ("メディカル", "ケア"), ("建設", "工務店"), ("ラーニング", "教育社"), ("運輸", "物流"),
)  # fmt: skip
TARGET_INDUSTRIES = (0, 1, 8, 9)
TITLES = (
    "担当", "主任", "係長", "課長", "エンジニア", "Marketing Manager", "部長", "営業部長",
    "情報システム部長", "取締役", "代表取締役社長", "Director of IT", "VP of Sales", "CEO",
)  # fmt: skip
TITLE_SHARE = np.array([32, 12, 9, 16, 13, 4, 3, 1.5, 1.5, 1.2, 1.5, 1.2, 0.7, 0.7]) / 100
FIRST_DECISION_MAKER = 6
PROMOTION = {"担当": "主任", "主任": "係長", "係長": "課長", "課長": "部長", "部長": "取締役"}
FREE_MAIL = ("gmail.com", "yahoo.co.jp", "outlook.jp", "icloud.com")
SEGMENTS = ("corporate", "student", "学生", "sole_proprietor", "個人事業主", None)
SEGMENT_SHARE = (0.895, 0.03, 0.025, 0.02, 0.02, 0.01)
OWNERS = ("佐藤 美咲", "鈴木 健太", "高橋 由紀", "田中 翔", "伊藤 さくら", "渡辺 大輔")
ACTIVITIES = ("call", "email", "meeting", "online_demo")
REGIONS = ("東京都", "大阪府", "愛知県", "神奈川県", "福岡県", "北海道", "宮城県", "広島県", "京都府")
REGION_SHARE = (0.37, 0.15, 0.11, 0.11, 0.08, 0.05, 0.05, 0.04, 0.04)

TEXT, TIME = pa.string(), pa.timestamp("s")
# One broken row each per chunk: a copy of a sound row under a new id, with this one field changed.
ANCIENT, FUTURE = datetime(1899, 12, 31, 12), datetime(2999, 1, 1)
NO_DATE, NO_LEAD = "2025-13-45 99:00:00", "L9999999"
BROKEN: dict[str, list[tuple[str, Any]]] = {
    "leads": [
        ("lead_id", None), ("created_at", None), ("created_at", NO_DATE), ("created_at", "昨日"),
        ("created_at", ANCIENT), ("created_at", FUTURE), ("updated_at", "先週の金曜"),
        ("updated_at", NO_DATE), ("employee_count", "約300名"), ("employee_count", "100〜299"),
        ("employee_count", -5), ("employee_count", -1), ("updated_at", FUTURE),
    ],
    "events": [
        ("event_id", None), ("lead_id", None), ("event_type", None), ("occurred_at", None),
        ("occurred_at", NO_DATE), ("occurred_at", "昨日"), ("occurred_at", ANCIENT),
        ("occurred_at", FUTURE), ("loaded_at", NO_DATE), ("is_bot", "maybe"), ("is_bot", "不明"),
        ("loaded_at", ANCIENT), ("lead_id", NO_LEAD), ("lead_id", "L9000001"),  # L9000001: a rejected lead
    ] * 2,
    "sales_activities": [
        ("activity_id", None), ("lead_id", None), ("occurred_at", None), ("occurred_at", NO_DATE),
        ("occurred_at", "昨日"), ("occurred_at", ANCIENT), ("occurred_at", FUTURE), ("lead_id", NO_LEAD),
    ],
    "opportunities": [
        ("opportunity_id", None), ("lead_id", None), ("created_at", None), ("created_at", NO_DATE),
        ("created_at", ANCIENT), ("created_at", FUTURE), ("closed_at", NO_DATE), ("is_won", "たぶん"),
        ("amount", "未定"), ("closed_at", FUTURE), ("lead_id", NO_LEAD),
    ],
}  # fmt: skip


@dataclass(frozen=True)
class Calendar:
    """Office time: `busy` counts how many average days of activity have passed at each of `hours`."""

    hours: np.ndarray
    busy: np.ndarray

    def to_busy(self, seconds: np.ndarray) -> np.ndarray:
        """Turn UTC epoch seconds into office days."""
        return np.interp(seconds, self.hours, self.busy)

    def from_busy(self, days: np.ndarray) -> np.ndarray:
        """Turn office days into UTC epoch seconds; anything past the end becomes `END`."""
        return np.interp(days, self.busy, self.hours).astype(np.int64)


@dataclass(frozen=True)
class Assets:
    """All asset names, where each action's names start and how many, and the dated mails and seminars."""

    names: list[str]
    first: np.ndarray
    count: np.ndarray
    mail_first: int
    mail_times: np.ndarray
    seminar_times: np.ndarray


@dataclass(frozen=True)
class Companies:
    """The pool of invented employers; arrays are aligned by company."""

    names: list[str]
    domains: list[str]
    industry: np.ndarray
    employees: np.ndarray
    region: np.ndarray
    scanner: np.ndarray  # 0 none, 1 mail scanner flagged as a bot, 2 mail scanner nobody flagged


def month_starts(months: int) -> np.ndarray:
    """Return the first day of each of the last `months` calendar months up to June 2026."""
    return np.arange(np.datetime64("2026-07", "M") - months, np.datetime64("2026-07", "M"))


def build_calendar(months: int) -> Calendar:
    """Weigh every hour of the last `months` months: office hours, weekdays, holidays, year-end peaks."""
    start = int(month_starts(months)[0].astype("datetime64[s]").astype(np.int64)) - JST
    hours = np.arange(start, END + 1, HOUR)
    day, hour = np.divmod(hours[:-1] + JST, DAY)
    hour = hour // HOUR
    dates = day.astype("datetime64[D]")
    month = dates.astype("datetime64[M]").astype(int) % 12 + 1
    month_day = month * 100 + (dates - dates.astype("datetime64[M]")).astype(int) + 1
    season = np.array([0.9, 1.15, 1.6, 0.9, 0.85, 1.0, 0.95, 0.75, 1.45, 1.0, 1.05, 0.85])
    night, morning = [1, 1, 1, 1, 1, 1, 3, 10, 40], [100, 110, 100, 60]
    by_hour = np.array([*night, *morning, 90, 100, 100, 95, 80, 40, 20, 14, 12, 8, 3])
    weight = season[month - 1] * by_hour[hour] * np.where((day + 3) % 7 < 5, 1.0, 0.12)
    for first, last in ((429, 506), (811, 816), (1228, 1231), (101, 104)):
        weight = weight * np.where((month_day >= first) & (month_day <= last), 0.1, 1.0)
    busy = np.concatenate([[0.0], weight.cumsum()]) / weight.sum() * (END - start) / DAY
    return Calendar(hours, busy)


def build_assets(months: int) -> Assets:
    """Name the pages, documents, forms, mailings and seminars of the last `months` months."""
    topics = ("dx", "ai", "cost", "security", "sales", "case", "cloud", "start")
    groups = [
        ["/"] + [f"/{area}/{t}" for t in topics for area in ("blog", "product", "cases")],
        ["/pricing", "/pricing/enterprise"],
        [f"wp-{t}-guide" for t in topics] + [f"wp-{t}-checklist" for t in topics],
        [f"seminar-{m}-{topics[i % len(topics)]}" for i, m in enumerate(month_starts(months))],
        ["/contact", "/contact/demo"],
        ["/newsletter"],
        [f"mail-{m}-{half}" for m in month_starts(months) for half in "ab"],
    ]
    count = np.array([len(g) for g in groups])
    first = np.concatenate([[0], count.cumsum()])

    def dated(day_of_month: int, jst_hour: int) -> np.ndarray:
        days = month_starts(months).astype("datetime64[D]").astype(int) + day_of_month - 1
        days = days + np.array([0, 0, 0, 0, 0, 2, 1])[(days + 3) % 7]  # weekend: move to Monday
        return days * DAY + jst_hour * HOUR - JST

    mails = np.stack([dated(8, 10), dated(20, 8)], axis=1).ravel()
    return Assets(sum(groups, []), first[:6], count[:6], int(first[6]), mails, dated(23, 14))


def build_companies(seed: int, count: int) -> Companies:
    """Invent `count` employers, one in eight with an English name; `seed` fixes them."""
    japanese, english = Faker("ja_JP"), Faker("en_US")
    japanese.seed_instance(seed)
    english.seed_instance(seed)
    rng = np.random.default_rng([seed, 1])
    foreign = rng.random(count) < 0.12
    domains = [f"{japanese.last_romanized_name().lower()}{n}.example.jp" for n in range(count)]
    industry = np.where(
        foreign,
        rng.choice(np.arange(8, 12), count, p=[0.25, 0.2, 0.3, 0.25]),
        rng.choice(8, count, p=[0.2, 0.15, 0.17, 0.1, 0.13, 0.11, 0.07, 0.07]),
    )
    style, word = rng.integers(3, size=count), rng.integers(2, size=count)
    forms = ("株式会社{}", "{}株式会社", "有限会社{}")
    names = [
        english.company() if i >= len(TRADES) else forms[f].format(japanese.last_name() + TRADES[i][w])
        for i, f, w in zip(industry, style, word, strict=True)
    ]
    employees = np.clip(np.exp(rng.normal(4.4, 1.3, count)), 3, 60_000).astype(np.int64)
    scanner = rng.choice(3, count, p=[0.9, 0.075, 0.025])
    return Companies(names, domains, industry, employees, rng.choice(len(REGIONS), count, p=REGION_SHARE), scanner)


def draw_leads(rng: np.random.Generator, n: int, companies: Companies, calendar: Calendar) -> Columns:
    """Draw `n` leads with their visible attributes and the hidden fit, interest and persona behind them."""
    company = (rng.random(n) ** 1.3 * len(companies.names)).astype(np.int64)
    segment = rng.choice(len(SEGMENTS), n, p=SEGMENT_SHARE)
    private = (segment >= 1) & (segment <= 4)
    title = np.where(private, -1, rng.choice(len(TITLES), n, p=TITLE_SHARE / TITLE_SHARE.sum()))
    employees = np.where(private, 1, companies.employees[company])
    target = np.isin(companies.industry[company], TARGET_INDUSTRIES) & ~private
    boss = title >= FIRST_DECISION_MAKER
    free = rng.random(n) < np.where(private, 0.7, 0.06)
    band = np.digitize(employees, [100, 300])
    fit = np.array([-0.7, 0.2, 0.9])[band] + 0.7 * target + 0.9 * boss - 0.6 * free - 2.5 * private
    fit = fit + rng.normal(0, 0.6, n)
    interest = 0.35 * fit + rng.normal(0, 1, n)
    place = interest.argsort().argsort() / n
    persona = np.select([place > 0.975, place > 0.68], [ENGAGED, LIGHT], QUIET)
    special = rng.permutation(n) / n
    persona = np.select(
        [special < HEAVY_SHARE, special < 0.075, special < 0.085], [HEAVY, RETURNER, LATE_SURGE], persona
    )
    persona = np.where(private & (rng.random(n) < 0.12), ENGAGED, persona)  # busy, but no customers
    created = calendar.from_busy(np.sort(rng.random(n)) * calendar.busy[-1])
    persona = np.where((persona == RETURNER) & (created > END - 150 * DAY), LIGHT, persona)
    points = np.array([-10, 10, 20])[band] + 20 * target + 30 * boss - 10 * free
    return {
        "company": company, "segment": segment, "private": private, "employees": employees,
        "title": np.where(rng.random(n) < 0.05, -1, title), "free": free, "fit": fit, "interest": interest,
        "persona": persona, "created": created, "points": points,
        "source": rng.choice(len(SOURCES), n, p=SOURCE_SHARE),
        "scanner": np.where(free | private, 0, companies.scanner[company]),
    }  # fmt: skip


def pick(names: Sequence[str | None], index: np.ndarray) -> pa.Array:
    """Look up `index` in `names`; -1 gives null."""
    return pa.array(names, TEXT).take(pa.array(index, mask=index < 0))


def leads_table(
    rng: np.random.Generator, lead: Columns, companies: Companies, people: list[str], base: int
) -> pa.Table:
    """Write the drawn leads, numbered from `base` + 1, as a raw table, some twice with newer attributes."""
    n = len(lead["created"])
    free, student = rng.integers(len(FREE_MAIL), size=n), np.isin(lead["segment"], (1, 2))
    who = rng.integers(len(people), size=n)
    email = [
        f"{people[w]}.{base + i + 1}@{FREE_MAIL[f] if is_free else companies.domains[c]}"
        for i, (w, f, is_free, c) in enumerate(zip(who, free, lead["free"], lead["company"], strict=True))
    ]
    industry = np.where(lead["private"] | (rng.random(n) < 0.05), -1, companies.industry[lead["company"]])
    updated = lead["created"] + ((END - lead["created"]) * rng.random(n) ** 3).astype(np.int64)
    table = pa.table({
        "lead_id": ids("L", np.arange(n) + base + 1, 7),
        "created_at": pa.array(lead["created"]).cast(TIME),
        "updated_at": pa.array(updated, mask=rng.random(n) < 0.03).cast(TIME),
        "email": pa.array(email, mask=rng.random(n) < 0.01),
        "company_name": pick(companies.names, np.where(lead["private"], -1, lead["company"])),
        "employee_count": pa.array(lead["employees"].astype(np.int32), mask=(rng.random(n) < 0.06) | student),
        "industry": pick(INDUSTRIES, industry), "job_title": pick(TITLES, lead["title"]),
        "region": pick(REGIONS, companies.region[lead["company"]]),
        "segment": pick(SEGMENTS, lead["segment"]), "lead_source": pick(SOURCES, lead["source"]),
    })  # fmt: skip
    again = table.take(rng.choice(n, max(3, n // 60), replace=False)).to_pylist()
    for row in again:
        row["job_title"] = PROMOTION.get(row["job_title"], row["job_title"])
        row["employee_count"] = row["employee_count"] and row["employee_count"] + 20
        seen = int((row["updated_at"] or row["created_at"]).replace(tzinfo=UTC).timestamp())
        row["updated_at"] = datetime.fromtimestamp(seen + (END - seen) * rng.random(), UTC).replace(
            tzinfo=None, microsecond=0
        )
    return pa.concat_tables([table, pa.Table.from_pylist(again, table.schema)])


def rows(lead: np.ndarray, kind: Value, time: Value, asset: Value, bot: Value = 0) -> Columns:
    """Bundle event columns; scalars are repeated. An asset of -1 means none."""
    lead, kind, time, asset, bot = np.broadcast_arrays(lead, kind, time, asset, bot)
    return {"lead": lead, "kind": kind, "time": time, "asset": asset, "bot": bot}


def join(parts: list[Columns]) -> Columns:
    """Stack bundles of columns on top of each other."""
    return {name: np.concatenate([p[name] for p in parts]) for name in parts[0]}


def take(columns: Columns, index: np.ndarray) -> Columns:
    """Pick or filter the rows of a bundle of columns."""
    return {name: values[index] for name, values in columns.items()}


def draw_visits(
    rng: np.random.Generator, lead: Columns, calendar: Calendar, assets: Assets, heavy_mean: float
) -> Columns:
    """Draw web visits: the origin of the lead, a first burst, returns after silence, last-day surges.

    `heavy_mean` is the average number of visits of one of the few very busy leads.
    """
    persona, created, n = lead["persona"], lead["created"], len(lead["created"])
    everyone, start = np.arange(n), calendar.to_busy(lead["created"])
    mean = np.where(persona == HEAVY, heavy_mean, MEAN_VISITS[persona])
    number = rng.poisson(mean * np.exp(rng.normal(-0.18, 0.6, n)))
    life = (calendar.busy[-1] - start) * rng.uniform(0.3, 1.0, n)
    who = np.repeat(everyone, number)
    wait = np.where(persona[who] == HEAVY, life[who] * rng.random(len(who)),
                    rng.exponential(1.0, len(who)) * SPREAD_DAYS[persona[who]])  # fmt: skip
    bursts = [(who, calendar.from_busy(start[who] + wait), VISIT_OF[persona[who]])]

    back = everyone[persona == RETURNER]
    again = created[back] + rng.uniform(130, 330, len(back)) * DAY
    number = np.where(rng.random(len(back)) < 0.5, 1, 3 + rng.poisson(4, len(back)))
    who = np.repeat(np.arange(len(back)), number)
    days = calendar.to_busy(again[who]) + rng.exponential(8.0, len(who))
    bursts.append((back[who], calendar.from_busy(days), np.where(number[who] == 1, READER, BUYER)))

    who = np.repeat(everyone[persona == LATE_SURGE], 8)
    bursts.append((who, END - rng.integers(4 * HOUR, 13 * HOUR, len(who)), np.full(len(who), SURGE)))

    who, time, mix = (np.concatenate(parts) for parts in zip(*bursts, strict=True))
    action = (rng.random(len(who))[:, None] > VISIT_MIX[mix][:, :-1]).sum(axis=1)
    origin = SOURCE_ACTION[lead["source"]]
    known = everyone[origin >= 0]
    before = known[rng.random(len(known)) < 0.2]  # the visit that led to the form, stitched on later
    who = np.concatenate([who, known, before])
    time = np.concatenate([time, created[known], created[before] - rng.integers(60, 2400, len(before))])
    action = np.concatenate([action, origin[known], np.zeros(len(before), np.int64)])

    asset = assets.first[action] + (assets.count[action] * rng.random(len(who)) ** 1.6).astype(np.int64)
    at_seminar = ACTION_TYPE[action] == SEMINAR  # attendance happens at the next seminar, not when drawn
    coming = np.searchsorted(assets.seminar_times, time)
    held = np.append(assets.seminar_times, END)[coming] + rng.integers(0, 900, len(who))
    asset = np.where(at_seminar, assets.first[3] + coming, asset)
    crawler = (action == 0) & (rng.random(len(who)) < 0.004)
    return rows(who, ACTION_TYPE[action], np.where(at_seminar, held, time), asset, crawler)


def draw_mail(rng: np.random.Generator, lead: Columns, calendar: Calendar, assets: Assets, rate: float) -> Columns:
    """Draw mailings and what follows; `rate` is the chance that a known lead gets a given mailing."""
    n, mails = len(lead["created"]), len(assets.mail_times)
    last = np.where(rng.random(n) < 0.15, rng.integers(0, mails, n), mails)  # unsubscribes after this one
    got = (assets.mail_times > lead["created"][:, None]) & (rng.random((n, mails)) < rate)
    who, mail = np.nonzero(got & (np.arange(mails) <= last[:, None]))
    asset, time = mail + assets.mail_first, assets.mail_times[mail] + rng.integers(0, 1200, len(who))
    bounced = (rng.random(n) < 0.015)[who] | (rng.random(len(who)) < 0.004)
    sent = rows(who, np.where(bounced, BOUNCE, DELIVERED), time, asset)

    scanner = lead["scanner"][who]
    scanned = (scanner > 0) & ~bounced
    seconds = time[scanned] + rng.integers(1, 20, scanned.sum())
    flagged = (scanner[scanned] == 1) & (rng.random(scanned.sum()) < 0.93)
    scans = rows(who[scanned], OPEN, seconds, asset[scanned], flagged)
    clicked = scanned & (scanner == 1) & (rng.random(len(who)) < 0.15)
    probes = rows(who[clicked], CLICK, time[clicked] + rng.integers(20, 40, clicked.sum()), asset[clicked], 1)

    likes = 1 / (1 + np.exp(-lead["interest"][who]))
    opened = ~bounced & (rng.random(len(who)) < 0.08 + 0.28 * likes)
    read_at = calendar.from_busy(calendar.to_busy(time) + rng.exponential(0.35, len(who))) + 5
    followed = opened & (rng.random(len(who)) < 0.02 + 0.08 * likes)
    click_at = read_at + rng.integers(5, 400, len(who))
    left = ~bounced & (mail == last[who])
    return join([
        sent, scans, probes,
        rows(who[opened], OPEN, read_at[opened], asset[opened]),
        rows(who[followed], CLICK, click_at[followed], asset[followed]),
        rows(who[left], UNSUBSCRIBE, read_at[left] + 60, -1),
    ])  # fmt: skip


def find_hot_moments(lead: Columns, event: Columns, assets: Assets) -> tuple[np.ndarray, np.ndarray]:
    """Find roughly when sales notices a lead: once per active stretch, at 80 points by rule of thumb.

    Returns:
        Lead index and UTC epoch seconds of each such moment.
    """
    pricing = (event["kind"] == PAGE) & (event["asset"] // assets.first[1] == 1)
    group = np.where(pricing, 7, event["kind"])
    worth = np.array([10, 30, 40, 0, 0, 10, 10, 20, 0])
    contact = (event["kind"] == FORM) & (event["asset"] < assets.first[5])
    points = np.where(contact, 10, worth[group])
    keep = np.flatnonzero((points > 0) & (event["bot"] == 0))
    keep = keep[np.lexsort((event["time"][keep], event["lead"][keep]))]
    who, time, group, points = (a[keep] for a in (event["lead"], event["time"], group, points))
    key = who * (1 << 33) + time
    active = group != OPEN
    seen = np.concatenate([[-(1 << 33)], np.maximum.accumulate(np.where(active, key, -(1 << 33)))[:-1]])
    silent = key - seen >= 90 * DAY
    stretch = np.cumsum(silent & active)
    item = np.where(group % 7 == 0, (time + JST) // DAY, event["asset"][keep])  # pages count once a day
    slot = stretch * 10 + group
    once = np.sort(np.unique(slot * 50_000 + item, return_index=True)[1])
    once = once[~(silent & ~active)[once]]
    order = once[np.argsort(slot[once], kind="stable")]
    opens = np.concatenate([[True], np.diff(slot[order]) > 0])
    turn = np.arange(len(order)) - np.maximum.accumulate(np.where(opens, np.arange(len(order)), 0))
    earned = np.zeros(len(keep))
    most = np.array([2, 99, 99, 99, 0, 2, 3, 3])[group[order]]
    earned[order] = np.where(turn < most, points[order], 0)
    total = earned.cumsum()
    begin = np.searchsorted(stretch, stretch)
    score = total - total[begin] + earned[begin] + lead["points"][who] + 20
    hot = np.flatnonzero((score >= 80) & active & ~lead["private"][who])
    first = hot[np.unique(stretch[hot], return_index=True)[1]]
    return who[first], time[first]


def in_office(seconds: np.ndarray) -> np.ndarray:
    """Move UTC epoch seconds that fall outside office hours in Japan to the next working day."""
    day, second = np.divmod(seconds.astype(np.int64) + JST, DAY)
    outside = (second < 9 * HOUR) | (second >= 19 * HOUR)
    day = day + (second >= 19 * HOUR)
    weekend = np.array([0, 0, 0, 0, 0, 2, 1])[(day + 3) % 7]
    second = np.where(outside | (weekend > 0), 9 * HOUR + second * 37 % (8 * HOUR), second)
    return (day + weekend) * DAY + second - JST


def draw_opportunities(rng: np.random.Generator, lead: Columns, event: Columns, assets: Assets) -> Columns:
    """Draw deals: likelier with fit and interest in prices, documents and contact; opens do not count."""
    n, kind, asset = len(lead["created"]), event["kind"], event["asset"]
    pricing = (kind == PAGE) & (asset >= assets.first[1])
    contact = (kind == FORM) & (asset < assets.first[5])
    drive = np.zeros(n)
    for chosen, weight in ((pricing, 0.9), (contact, 1.1), (kind == DOCUMENT, 0.8), (kind == SEMINAR, 0.35)):
        drive += weight * np.minimum(np.log1p(np.bincount(event["lead"][chosen], minlength=n)), 1.8)
    chance = 1 / (1 + np.exp(-(-2.95 + 0.75 * lead["fit"] + 0.95 * drive)))
    strong = np.flatnonzero(pricing | contact | (kind == DOCUMENT) | (kind == SEMINAR))
    anchor = lead["created"].copy()
    strong = rng.permutation(strong)
    anchor[event["lead"][strong]] = event["time"][strong]  # a random strong moment of each lead
    deal = np.flatnonzero(rng.random(n) < chance)
    created = in_office(anchor[deal] + np.exp(rng.normal(2.6, 0.8, len(deal))) * DAY)
    return close_deals(rng, lead, deal, created)


def draw_grown_opportunities(
    rng: np.random.Generator, lead: Columns, event: Columns, sales: Columns, deal: Columns, months: int
) -> Columns:
    """Draw deals that grow month by month out of fit, fresh interest and a call by sales; one a lead at most.

    Leads that already have one of the deals in `deal` get none. What a lead did in one of the last `months`
    calendar months shows in the next.
    """
    n = len(lead["created"])
    begins = month_starts(months).astype("datetime64[s]").astype(np.int64) - JST

    def per_month(who: np.ndarray, time: np.ndarray, weight: np.ndarray) -> np.ndarray:
        month = np.maximum(np.searchsorted(begins, time, side="right") - 1, 0)
        return np.bincount(who * months + month, weights=weight, minlength=n * months).reshape(n, months)

    worth = np.array([3, 30, 40, 10, 0, 2, 5, 0, 0])[event["kind"]] * (event["bot"] == 0)
    warmth = np.minimum(per_month(event["lead"], event["time"], worth), 100)
    warmth[:, 1:] += 0.4 * warmth[:, :-1]
    called = per_month(sales["lead"], sales["time"], np.ones(len(sales["lead"]))) > 0
    drive = -3.6 + 0.037 * lead["points"][:, None] + 0.033 * warmth + 0.9 * called
    chance = np.where(
        lead["private"][:, None] | (begins < lead["created"][:, None] - 31 * DAY), 0, 1 / (1 + np.exp(-drive))
    )
    chance[deal["lead"]] = 0
    hit = rng.random((n, months)) < chance
    grown = np.flatnonzero(hit.any(axis=1))
    begin = np.append(begins, END)[hit[grown].argmax(axis=1) + 1]
    created = in_office(np.maximum(begin, lead["created"][grown]) + rng.uniform(0, 30, len(grown)) * DAY)
    return close_deals(rng, lead, grown, created)


def close_deals(rng: np.random.Generator, lead: Columns, deal: np.ndarray, created: np.ndarray) -> Columns:
    """Draw how deals of the leads `deal`, opened at `created`, end and what they are worth."""
    closed = in_office(created + np.exp(rng.normal(4.2, 0.6, len(deal))) * DAY)
    won = rng.random(len(deal)) < 1 / (1 + np.exp(0.9 - 0.5 * lead["fit"][deal]))
    size = 300_000 * lead["employees"][deal] ** 0.35 * np.exp(rng.normal(0, 0.5, len(deal)))
    state = np.where(closed >= END, -1, won)
    deals = {"lead": deal, "time": created, "closed": closed, "won": state, "amount": size // 10_000 * 10_000}
    return take(deals, np.argsort(created, kind="stable")[: np.count_nonzero(created < END)])


def draw_sales(rng: np.random.Generator, lead: Columns, hot: tuple[np.ndarray, np.ndarray], deal: Columns) -> Columns:
    """Draw sales contacts: first touches after hot moments, follow-ups, routine calls, work on deals."""
    who, moment = hot
    speed = rng.choice(4, len(who), p=[0.28, 0.32, 0.18, 0.22])  # 1 hour, 1 day, days, never
    surge = lead["persona"][who] == LATE_SURGE
    speed = np.where(surge, np.where(np.cumsum(surge) % 2 == 0, 0, 3), speed)  # every other one is touched
    wait = rng.uniform([300, HOUR, 26 * HOUR, 0], [3300, 23 * HOUR, 150 * HOUR, 1], (len(who), 4))
    touch = moment + wait[np.arange(len(who)), speed]
    touch = np.where(speed == 0, touch, in_office(touch)).astype(np.int64)
    who, touch = who[speed < 3], touch[speed < 3]
    called = (lead["source"] == 0) & ~lead["private"]
    routine = np.flatnonzero(called & (rng.random(len(called)) < 0.2))
    parts = [(who, touch), (routine, lead["created"][routine] + rng.uniform(1, 5, len(routine)) * DAY)]
    first_touches = len(parts[0][0])
    for _ in range(5):  # each contact is followed by another one, or the lead is left alone
        go_on = rng.random(len(who)) < 0.5
        who, touch = who[go_on], touch[go_on] + rng.uniform(2, 12, go_on.sum()) * DAY
        parts.append((who, touch))
    parts += deal_contacts(rng, deal)
    who, touch = (np.concatenate(column) for column in zip(*parts, strict=True))
    touch = np.concatenate([touch[:first_touches], in_office(touch[first_touches:])])
    return known_contacts(lead, who, touch)


def deal_contacts(rng: np.random.Generator, deal: Columns) -> list[tuple[np.ndarray, np.ndarray]]:
    """Draw the contacts around deals: often one before, and four on the way to the closing."""
    worked = rng.random(len(deal["lead"])) < 0.7
    before = (deal["lead"][worked], deal["time"][worked] - rng.uniform(0.5, 4, worked.sum()) * DAY)
    steps = (0.15, 0.45, 0.75, 0.98)
    return [before, *((deal["lead"], deal["time"] + (deal["closed"] - deal["time"]) * step) for step in steps)]


def known_contacts(lead: Columns, who: np.ndarray, touch: np.ndarray) -> Columns:
    """Keep the contacts with leads that exist, up to `END`, in order of time."""
    keep = (touch < END) & (touch > lead["created"][who])
    order = np.argsort(touch[keep], kind="stable")
    return {"lead": who[keep][order], "time": touch[keep][order].astype(np.int64)}


def draw_grown_contacts(rng: np.random.Generator, lead: Columns, deal: Columns) -> Columns:
    """Draw the sales contacts around the deals of `draw_grown_opportunities`."""
    who, touch = (np.concatenate(column) for column in zip(*deal_contacts(rng, deal), strict=True))
    return known_contacts(lead, who, in_office(touch))


def ids(letter: str, numbers: np.ndarray, width: int) -> pa.Array:
    """Return `letter` followed by each number, padded with zeros to `width` digits."""
    digits = pc.utf8_lpad(pa.array(numbers).cast(TEXT), width, "0")
    return pc.binary_join_element_wise(letter, digits, "")


def events_table(
    rng: np.random.Generator, event: Columns, assets: Assets, lead_base: int, base: int
) -> tuple[pa.Table, int]:
    """Add load times, repeats and messy spelling; order by load time.

    Returns:
        The raw table, and the number of events before repeats (ids run from `base` + 1).
    """
    n = len(event["lead"])
    delay = np.where(rng.random(n) < 0.015, rng.uniform(DAY, 20 * DAY, n), 20 + rng.exponential(240, n))
    loaded = event["time"] + delay.astype(np.int64)
    order = np.argsort(loaded, kind="stable")[: np.count_nonzero(loaded <= END)]
    event = take(event | {"loaded": loaded}, order)
    n = len(order)
    event["id"] = np.arange(n) + base + 1
    event["kind"] = np.where(rng.random(n) < 0.004, MESSY_TYPE[event["kind"]], event["kind"])
    event["bot"] = np.where((event["bot"] == 0) & (rng.random(n) < 0.02), 2, event["bot"])
    copies = rng.choice(n, max(10, n // 100), replace=False)
    twice = take(event, copies)
    later = rng.random(len(copies)) < 0.5
    shift = np.where(later, rng.integers(60, 3 * DAY, len(copies)), 0)
    twice["loaded"] = np.minimum(twice["loaded"] + shift, END)
    fixed = later & (twice["kind"] == PAGE) & (rng.random(len(copies)) < 0.2)
    twice["asset"] = np.where(fixed, 0, twice["asset"])  # a corrected page path
    event = join([event, twice])
    event = take(event, np.argsort(event["loaded"], kind="stable"))
    table = pa.table({
        "event_id": ids("E", event["id"], 8), "lead_id": ids("L", event["lead"] + lead_base + 1, 7),
        "event_type": pick(EVENT_TYPES, event["kind"]),
        "occurred_at": pa.array(event["time"]).cast(TIME), "loaded_at": pa.array(event["loaded"]).cast(TIME),
        "asset": pick(assets.names, event["asset"]),
        "is_bot": pa.array(event["bot"] == 1, mask=event["bot"] == 2),
    })  # fmt: skip
    return table, n


def sales_table(rng: np.random.Generator, sales: Columns, lead_base: int, base: int) -> pa.Table:
    """Write sales contacts as a raw table; each lead has one owner, now and then nobody is named."""
    n = len(sales["lead"])
    owner = np.where(rng.random(n) < 0.02, -1, sales["lead"] * 7 % len(OWNERS))
    return pa.table({
        "activity_id": ids("A", np.arange(n) + base + 1, 7),
        "lead_id": ids("L", sales["lead"] + lead_base + 1, 7),
        "activity_type": pick(ACTIVITIES, rng.choice(4, n, p=[0.45, 0.3, 0.18, 0.07])),
        "occurred_at": pa.array(sales["time"]).cast(TIME), "owner": pick(OWNERS, owner),
    })  # fmt: skip


def deals_table(rng: np.random.Generator, deal: Columns, lead_base: int, base: int) -> pa.Table:
    """Write opportunities as a raw table; open ones have no closing, some of them no amount yet."""
    n, is_open = len(deal["lead"]), deal["won"] < 0
    return pa.table({
        "opportunity_id": ids("O", np.arange(n) + base + 1, 7),
        "lead_id": ids("L", deal["lead"] + lead_base + 1, 7), "created_at": pa.array(deal["time"]).cast(TIME),
        "closed_at": pa.array(deal["closed"], mask=is_open).cast(TIME),
        "is_won": pa.array(deal["won"] == 1, mask=is_open),
        "amount": pa.array(deal["amount"].astype(np.int64), mask=is_open & (rng.random(n) < 0.2)),
    })  # fmt: skip


class RawWriter:
    """Writes one raw table piece by piece, as text (CSV) or typed (parquet), with broken rows mixed in."""

    def __init__(self, folder: Path, name: str, file_format: str) -> None:
        """Prepare to write `folder`/`name`.csv or .parquet."""
        self.path, self.name, self.text = folder / f"{name}.{file_format}", name, file_format == "csv"
        self.file: Any = None

    def write(self, rng: np.random.Generator, table: pa.Table, chunk: int) -> None:
        """Write the rows of one chunk plus its broken and exactly repeated rows, at random places."""
        if self.text:
            table = table.cast(pa.schema([(column, TEXT) for column in table.column_names]))
        table = self.add_broken_rows(rng, table, chunk) if table.num_rows else table
        if self.text:
            columns = [*table.column_names, *MORE_COLUMNS[self.name]]
            with self.path.open("a" if chunk else "w", encoding="utf-8", newline="") as file:
                writer = csv.DictWriter(file, columns, lineterminator="\n")
                if not chunk:
                    writer.writeheader()
                writer.writerows(plant(self.name, columns[0], table.to_pylist()))
        else:
            self.file = self.file or pq.ParquetWriter(self.path, table.schema, coerce_timestamps="us")
            self.file.write_table(table)

    def add_broken_rows(self, rng: np.random.Generator, table: pa.Table, chunk: int) -> pa.Table:
        """Copy random rows and break one field of each copy as `BROKEN` says; two copies stay intact."""
        copies = table.take(rng.integers(table.num_rows, size=len(BROKEN[self.name]) + 2)).to_pylist()
        planted = copies[-2:]
        for number, (row, (column, value)) in enumerate(zip(copies, BROKEN[self.name], strict=False)):
            if isinstance(value, str) and table.schema.field(column).type != TEXT:
                continue  # a typed column cannot hold it
            row[table.column_names[0]] = f"{self.name[0].upper()}9{chunk:03d}{number:03d}"
            row[column] = str(value) if self.text and value is not None else value
            planted.append(row)
        places = np.append(np.arange(table.num_rows), rng.integers(table.num_rows, size=len(planted)))
        table = pa.concat_tables([table, pa.Table.from_pylist(planted, table.schema)])
        return table.take(np.argsort(places, kind="stable"))


def generate(leads: int, events: int, seed: int, months: int, file_format: str, folder: Path) -> dict[str, int]:
    """Write the raw tables into `folder`.

    Args:
        leads: number of leads.
        events: approximate number of events; a few percent of the leads make about half of them.
        seed: the same seed gives the same files.
        months: calendar months of history before the end of June 2026.
        file_format: ``csv`` (text, committed sample) or ``parquet`` (typed, benchmarks).
        folder: where the files go; existing ones are replaced.

    Returns:
        Rows written per table, broken and repeated rows not counted.
    """
    folder.mkdir(parents=True, exist_ok=True)
    calendar, assets = build_calendar(months), build_assets(months)
    companies = build_companies(seed, min(max(leads // 2, 50), 20_000))
    names = Faker("ja_JP")
    names.seed_instance(seed)
    people = [f"{names.first_romanized_name()}.{names.last_romanized_name()}".lower() for _ in range(500)]
    mails_per_lead = len(assets.mail_times) / 2 * EVENTS_PER_MAIL
    rate = min(1.0, max(0.0, events / leads / 2 - LIGHT_WEB_EVENTS) / mails_per_lead)
    heavy_mean = max(0.0, events / leads - LIGHT_WEB_EVENTS - rate * mails_per_lead) / HEAVY_SHARE
    writers = {name: RawWriter(folder, name, file_format) for name in BROKEN}
    written = dict.fromkeys(BROKEN, 0)
    stderr = click.get_text_stream("stderr")
    with click.progressbar(range(0, leads, CHUNK_LEADS), label="leads", file=stderr) as bar:
        for chunk, base in enumerate(bar):
            rng = np.random.default_rng([seed, 2, chunk])
            lead = draw_leads(rng, min(CHUNK_LEADS, leads - base), companies, calendar)
            visits = draw_visits(rng, lead, calendar, assets, heavy_mean)
            event = join([visits, draw_mail(rng, lead, calendar, assets, rate)])
            event = take(event, event["time"] < END)
            deal = draw_opportunities(rng, lead, event, assets)
            sales = draw_sales(rng, lead, find_hot_moments(lead, event, assets), deal)
            # a generator of their own, so that leads and events do not depend on them
            grown_rng = np.random.default_rng([seed, 3, chunk])
            grown = draw_grown_opportunities(grown_rng, lead, event, sales, deal, months)
            contacts = draw_grown_contacts(grown_rng, lead, grown)
            first_contact, first_deal = written["sales_activities"], written["opportunities"]
            more_contacts, more_deals = first_contact + len(sales["lead"]), first_deal + len(deal["lead"])
            event_rows, count = events_table(rng, event, assets, base, written["events"])
            tables = {
                "leads": leads_table(rng, lead, companies, people, base), "events": event_rows,
                "sales_activities": pa.concat_tables([
                    sales_table(rng, sales, base, first_contact),
                    sales_table(grown_rng, contacts, base, more_contacts),
                ]),
                "opportunities": pa.concat_tables([
                    deals_table(rng, deal, base, first_deal), deals_table(grown_rng, grown, base, more_deals),
                ]),
            }  # fmt: skip
            counts = (len(lead["created"]), count, *(tables[name].num_rows for name in list(tables)[2:]))
            for (name, table), number in zip(tables.items(), counts, strict=True):
                writers[name].write(rng, table, chunk)
                written[name] += number
    for writer in writers.values():
        if writer.file:
            writer.file.close()
    if file_format == "csv":
        with (folder / "lead_aliases.csv").open("w", encoding="utf-8", newline="") as file:
            csv.writer(file, lineterminator="\n").writerows([("alias_id", "lead_id"), *ALIASES])
    return written


@click.command(context_settings={"show_default": True})
@click.option("--leads", default=700, type=click.IntRange(min=100), help="Number of leads.")
@click.option("--events", default=13_000, type=click.IntRange(min=100), help="Approximate number of events.")
@click.option("--seed", default=20250101, help="The same seed gives the same files.")
@click.option("--months", default=18, type=click.IntRange(3, 120), help="Months of history up to June 2026.")
@click.option("--format", "file_format", default="csv", type=click.Choice(["csv", "parquet"]),
              help="Text with every kind of broken row, or typed.")  # fmt: skip
@click.option("--out", default=Path(__file__).parent, type=click.Path(file_okay=False, path_type=Path),
              show_default="this folder", help="Folder to write to.")  # fmt: skip
def main(leads: int, events: int, seed: int, months: int, file_format: str, out: Path) -> None:
    """Invent leads, events, sales activities and opportunities of a Japanese B2B software firm."""
    for name, number in generate(leads, events, seed, months, file_format, out).items():
        click.echo(f"{name}: {number} rows, and some broken or repeated ones")


if __name__ == "__main__":
    main()
