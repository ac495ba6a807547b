"""The words of the page: one catalogue per language."""

from functools import cache
from pathlib import Path
from typing import Any

import yaml

FOLDER = Path(__file__).with_name("texts")
LANGUAGES = ("ja", "en")


@cache
def catalogue(language: str) -> dict[str, Any]:
    """Return all texts of a language by key.

    Arguments:
        language: `ja` or `en`.

    """
    return yaml.safe_load((FOLDER / f"{language}.yml").read_text(encoding="utf-8"))


class Words:
    """The texts of one language."""

    def __init__(self, language: str) -> None:
        """Take `ja` or `en`."""
        self.language = language
        self.texts = catalogue(language)

    def __call__(self, key: str, **values: Any) -> str:
        """Return a text, with values in the places that it names."""
        return self.texts[key].format(**values) if values else self.texts[key]

    def named(self, group: str, key: str) -> str:
        """Return the word for a value such as an axis; the value itself where there is none."""
        return self.texts[group].get(key, key)
