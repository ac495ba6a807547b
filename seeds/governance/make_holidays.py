"""Write the public holidays of Japan to holidays.csv beside this file.

Run it once a few years: python seeds/governance/make_holidays.py
A firm's own days off (new year's break, foundation day) are added to the csv by hand, after running this.
"""

import csv
from pathlib import Path

import click
import holidays


def holiday_rows(first_year: int, last_year: int) -> list[tuple[str, str]]:
    """Return the Japanese public holidays of some years.

    Arguments:
        first_year: first calendar year.
        last_year: last calendar year, included.

    Returns:
        ISO date and Japanese name of each holiday, in order of date.

    """
    found = holidays.country_holidays("JP", years=range(first_year, last_year + 1), language="ja")
    return [(day.isoformat(), name) for day, name in sorted(found.items())]


@click.command(context_settings={"show_default": True})
@click.option("--first-year", default=2024, help="First calendar year.")
@click.option("--last-year", default=2033, help="Last calendar year.")
@click.option("--out", default=Path(__file__).with_name("holidays.csv"), type=click.Path(path_type=Path),
              show_default="holidays.csv beside this file", help="File to write.")  # fmt: skip
def main(first_year: int, last_year: int, out: Path) -> None:
    """Write the public holidays of Japan as the seed `holidays`."""
    with out.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["holiday_date", "name"])
        writer.writerows(holiday_rows(first_year, last_year))


if __name__ == "__main__":
    main()
