"""What no dice throw: rows of the committed sample that are changed and added by hand.

Sales closes people and corrects its records, the marketing team types attendance lists in weeks later, two systems
have the same person, and somebody writes what no column should hold. The ids are those of the default size and seed;
where another CSV has no such row, nothing is planted. Typed files hold none of it.
"""

from __future__ import annotations

Row = dict[str, str | None]

# Columns that few rows fill, behind those that the generator draws.
MORE_COLUMNS = {
    "leads": ["disqualified_at", "disqualified_reason"],
    "events": ["recorded_at"],
    "sales_activities": ["updated_at"],
    "opportunities": ["deal_id", "updated_at"],
}

# Attendance lists by seminar: when somebody typed them in. The first came three weeks late.
TYPED_IN = {
    "seminar-2025-06-case": {"recorded_at": "2025-07-14 08:10:00", "loaded_at": "2025-07-14 08:15:00"},
    "seminar-2026-03-cloud": {"recorded_at": "2026-03-24 01:30:00", "loaded_at": "2026-03-24 01:35:00"},
}

# Until the time in the third column, the rows of the lead in the first are under the id in the second.
FORMER_IDS = [
    ("L0000090", "L0800001", "2025-09-20"),
    ("L0000573", "L0800004", "2026-03-20"),
    ("L0000573", "L0800003", "2026-03-28"),
    ("L0000573", "L0800002", "2026-04-03"),
]
ALIASES = [
    ("L0800001", "L0000090"),
    # one person after three merges
    ("L0800004", "L0800003"),
    ("L0800003", "L0800002"),
    ("L0800002", "L0000573"),
    # people with two rows in leads: beside that of the surviving id, and without one
    ("L0800005", "L0000183"),
    ("L0800006", "L0000447"),
    ("L0800007", "L0000447"),
    # merged crosswise
    ("L0800011", "L0800012"),
    ("L0800012", "L0800011"),
    ("", "L0000090"),
    ("L0800001", "L0000090"),
    # ids that people had in the system before this one
    *[(f"L07{number:05}", f"L{number:07}") for number in range(100, 140)],
]

# Values other than those drawn, in every row with that id.
CHANGED: dict[str, dict[str, Row]] = {
    "leads": {
        # closed by sales, two of them soon after a hand-off, one after the clock, one on no day
        "L0000661": {"disqualified_at": "2026-06-24 02:00:00", "disqualified_reason": "退職"},
        "L0000692": {"disqualified_at": "2026-06-29 01:15:00", "disqualified_reason": "競合"},
        "L0000024": {"disqualified_at": "2025-04-07", "disqualified_reason": "競合"},
        "L0000036": {"disqualified_at": "2025-05-12 05:20:00", "disqualified_reason": "退職"},
        "L0000059": {"disqualified_at": "2025-06-02 01:40:00", "disqualified_reason": "取引停止"},
        "L0000119": {"disqualified_at": "2025-06-02 01:45:00", "disqualified_reason": "退職"},
        "L0000143": {"disqualified_at": "2025-07-22 08:05:00", "disqualified_reason": "競合"},
        "L0000169": {"disqualified_at": "2025-09-16 02:30:00", "disqualified_reason": "退職"},
        "L0000177": {"disqualified_at": "2025-10-10 06:00:00", "disqualified_reason": None},
        "L0000364": {"disqualified_at": "2026-02-10 04:10:00", "disqualified_reason": "退職"},
        "L0000682": {"disqualified_at": "2026-07-03 00:30:00", "disqualified_reason": "競合"},
        "L0000619": {"disqualified_at": "退職済み", "disqualified_reason": "退職"},
        # the same in other letters, and a number with two meanings
        "L0000012": {"segment": "ＳＴＵＤＥＮＴ"},
        "L0000370": {"employee_count": "1,203名"},
        "L0000544": {"employee_count": "４８４３"},
        "L0000191": {"employee_count": "1.000"},
        "L0000447": {"lead_id": "L0800007"},
    },
    "events": {"E00007254": {"recorded_at": "翌週"}},
    "sales_activities": {"A0000362": {"occurred_at": "2026-06-25"}},
    "opportunities": {
        "O0000183": {"created_at": "2026-03-23"},
        "O0000169": {"closed_at": None},
        "O0000010": {"closed_at": "2025-06-20 06:45:14"},
        "O0000209": {"amount": "-500000"},
        "O0000243": {"deal_id": "D0000001"},
        "O0000064": {"deal_id": "D0000002"},
    },
}

# Copies of the row with that id as it was drawn: a later version, another person, or one that is left out.
ADDED: dict[str, list[tuple[str, Row]]] = {
    "leads": [
        ("L0000183", {"lead_id": "L0800005", "created_at": "2025-05-12 02:20:00", "job_title": "担当"}),
        ("L0000447", {"lead_id": "L0800006", "updated_at": "2025-12-18 00:00:00", "job_title": None}),
        ("L0000696", {"lead_id": "L9000020", "disqualified_at": "2999-01-01 00:00:00"}),
    ],
    "events": [("E00007254", {"event_id": "E9000040", "recorded_at": "2999-01-01 00:00:00"})],
    "sales_activities": [("A0000259", {"owner": "高橋 由紀", "updated_at": "2026-04-10 01:00:00"})],
    "opportunities": [
        # one deal of two people each
        ("O0000243", {"opportunity_id": "O0000260", "lead_id": "L0000466", "deal_id": "D0000001"}),
        ("O0000064", {"opportunity_id": "O0000261", "lead_id": "L0000167", "deal_id": "D0000002"}),
        # lost, and opened again
        ("O0000187", {"closed_at": None, "is_won": None, "updated_at": "2026-06-25 03:00:00"}),
    ],
}


def plant(table: str, key: str, rows: list[Row]) -> list[Row]:
    """Change rows of a raw table as this file says, and add others.

    Args:
        table: name of the raw table.
        key: its column with the id of the row.
        rows: its rows with every value as text.

    Returns:
        All rows, each with the columns of `MORE_COLUMNS` behind its own.
    """
    rows = [row | dict.fromkeys(MORE_COLUMNS[table]) for row in rows]
    drawn = {row[key]: row for row in rows}
    changed = [rename(table, row) | CHANGED[table].get(row[key] or "", {}) for row in rows]
    return changed + [drawn[record_id] | values for record_id, values in ADDED[table] if record_id in drawn]


def rename(table: str, row: Row) -> Row:
    """Give a row the id that its lead had then, and an attendance the time when it was typed in."""
    then = row.get("occurred_at") or row.get("created_at") or ""
    for lead_id, former_id, until in FORMER_IDS:
        if table != "leads" and row["lead_id"] == lead_id and then < until:
            return row | {"lead_id": former_id}
    # badges are scanned at the door, except where a list was kept
    scanned = {"recorded_at": row["occurred_at"]} if row.get("event_type") == "seminar_attendance" else {}
    return row | scanned | TYPED_IN.get(row.get("asset") or "", {})
