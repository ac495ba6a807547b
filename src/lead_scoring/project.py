"""A dbt project as its files describe it: settings, variables, rule files, and a copy that is parsed quickly."""

import json
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePath
from typing import Any

import yaml

# This project's name, which it keeps where another project has it as a package.
NAME = "lead_scoring"
USUAL_PATHS = {"model": "models", "seed": "seeds", "macro": "macros", "test": "tests"}
MACRO = re.compile(r"{%-?\s*macro\s+(?:\w+__)?(\w+)\(.*?endmacro", re.DOTALL)
REF = re.compile(r"\bref\(([^()]*)\)")
QUOTED = re.compile(r"""(?<=['"])\w+(?=['"])""")
# What a yml file may say that matters for building; an exposure or a metric does not.
BUILT = {"version", "models", "seeds", "sources", "groups"}

Files = dict[PurePath, bytes]


class ProjectError(Exception):
    """The directory is no dbt project that has the lead scoring; its text is one readable message."""


@dataclass(frozen=True)
class Package:
    """One dbt project: the one that is run, or a package of it.

    Attributes:
        root: its directory.
        settings: its `dbt_project.yml`.

    """

    root: Path
    settings: dict[str, Any]

    @property
    def name(self) -> str:
        """Its name in dbt."""
        return self.settings["name"]

    def files(self, kind: str, *endings: str) -> Iterator[Path]:
        """Give the files of a kind, in the order of their paths.

        Arguments:
            kind: `model`, `seed`, `macro` or `test`.
            endings: like `.sql`; of another kind are none.

        """
        for folder in self.settings.get(f"{kind}-paths", [USUAL_PATHS[kind]]):
            for path in sorted((self.root / folder).rglob("*")):
                if path.suffix in endings and path.is_file():
                    yield path


@dataclass(frozen=True)
class Project:
    """The dbt project a command was started for: this one, or another that has this one as a package.

    Attributes:
        root: its directory; it is only read.
        variables: dbt variables, as given with `--vars`.

    """

    root: Path
    variables: dict[str, Any]

    @cached_property
    def packages(self) -> list[Package]:
        """The project itself, then its installed packages.

        Raises:
            ProjectError: the directory holds no dbt project, or neither it nor a package is the lead scoring.

        """
        if not (self.root / "dbt_project.yml").exists():
            raise ProjectError(f"{self.root} is no dbt project. Start in the dbt project, or name --project-dir.")
        own = Package(self.root, read_yaml(self.root / "dbt_project.yml"))
        installed = self.root / own.settings.get("packages-install-path", "dbt_packages")
        found = [own, *(Package(p.parent, read_yaml(p)) for p in sorted(installed.glob("*/dbt_project.yml")))]
        if all(package.name != NAME for package in found):
            raise ProjectError(f"neither {self.root} nor a package of it is {NAME}. Run `dbt deps` first.")
        return found

    @property
    def own(self) -> Package:
        """The project itself."""
        return self.packages[0]

    @cached_property
    def scoring(self) -> list[Package]:
        """Where rules and models of the scoring may be: first the project itself, then this one as its package."""
        return [self.own, *(package for package in self.packages[1:] if package.name == NAME)]

    def variable(self, name: str) -> Any:
        """Return a variable's value as a model of the scoring sees it; None if nobody sets it."""
        if name in self.variables:
            return self.variables[name]
        for package in self.scoring:
            declared = package.settings.get("vars") or {}
            for scope in (declared.get(NAME) or {}, declared):
                if name in scope:
                    return scope[name]
        return None

    def seeds(self, folder: str) -> list[Path]:
        """Return the csv files of a folder below the seeds; the project's own file goes before the package's.

        Arguments:
            folder: `rules`, for example.

        """
        found: dict[str, Path] = {}
        for package in self.scoring:
            for path in package.files("seed", ".csv"):
                if path.parent.name == folder:
                    found.setdefault(path.name, path)
        return [found[name] for name in sorted(found)]

    @cached_property
    def column_types(self) -> dict[str, dict[str, str]]:
        """Types by seed and column, as the seeds' yml files declare them, the key column first."""
        return {
            seed["name"]: (seed.get("config") or {})["column_types"]
            for package in reversed(self.scoring)
            for seed in _described(package, "seed")
            if "column_types" in (seed.get("config") or {})
        }

    def accepted_values(self, model: str, column: str) -> list[str]:
        """Return the values that the data test of a column accepts, in their order.

        Arguments:
            model: name of the model.
            column: name of its column.

        """
        for package in self.scoring:
            for described in _described(package, "model"):
                for found in described.get("columns") or [] if described["name"] == model else []:
                    for test in found.get("data_tests") or [] if found["name"] == column else []:
                        if isinstance(test, dict) and "accepted_values" in test:
                            return test["accepted_values"]["arguments"]["values"]
        raise ProjectError(f"no data test names the accepted values of {model}.{column}.")

    def files_for(self, names: Iterable[str], tests: Callable[[str, set[str]], bool], keeps_tests: bool) -> Files:
        """Return the files of a project that builds some models and all they are made from, and nothing else.

        Parsing is most of what dbt does in a small project, so what is not needed is left out: other
        models, unit tests and descriptions.

        Arguments:
            names: models and seeds to build.
            tests: whether to take a test, told its name and the names it reads that are not built otherwise.
            keeps_tests: whether to keep the data tests of the yml files that read nothing else.

        Returns:
            Contents by path below the project's directory.

        """
        reading = _Reading(self.packages)
        wanted = reading.with_parents(names)
        taken = set()
        for path in (path for package in self.packages for path in package.files("test", ".sql")):
            read = reading.refs(_text(path))
            if tests(path.stem, read - wanted):
                taken.add(path.stem)
                wanted |= reading.with_parents(read)
        files: Files = {}
        for package in self.packages:
            for kind in USUAL_PATHS:
                for path in package.files(kind, ".sql", ".py", ".csv", ".yml", ".yaml"):
                    content: bytes | None = None
                    if path.suffix in (".yml", ".yaml"):
                        if kind in ("model", "seed"):
                            content = _needed(read_yaml(path) or {}, wanted, keeps_tests)
                    elif _is_taken(kind, path, wanted, taken):
                        content = path.read_bytes()
                    if content is not None:
                        files[path.relative_to(self.root)] = content
            files[(package.root / "dbt_project.yml").relative_to(self.root)] = as_yaml(package.settings)
        for name in ("packages.yml", "dependencies.yml", "package-lock.yml"):
            if (self.root / name).exists():
                files[PurePath(name)] = (self.root / name).read_bytes()
        return files


def write_files(files: Files, folder: Path) -> None:
    """Make a directory hold these files and no others; what is there already is not written again."""
    for path in sorted(folder.rglob("*"), reverse=True) if folder.exists() else []:
        if path.is_file() and path.relative_to(folder) not in files:
            path.unlink()
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists() or path.read_bytes() != content:
            path.write_bytes(content)


def read_yaml(path: Path) -> dict[str, Any]:
    """Return what a yml file holds."""
    try:
        return yaml.load(path.read_bytes(), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    except yaml.YAMLError as error:
        raise ProjectError(f"{path} is no YAML: {' '.join(str(error).split())}") from error


def as_yaml(content: dict[str, Any]) -> bytes:
    """Return the text of a yml file; JSON is YAML too, and written and read several times as fast."""
    return json.dumps(content, ensure_ascii=False, default=str, indent=1).encode()


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def _described(package: Package, kind: str) -> Iterator[dict[str, Any]]:
    for path in package.files(kind, ".yml", ".yaml"):
        yield from (read_yaml(path) or {}).get(f"{kind}s") or []


class _Reading:
    """Which models and seeds a model reads, told from the text: at the most those that dbt would find."""

    def __init__(self, packages: list[Package]) -> None:
        models = [path for package in packages for path in package.files("model", ".sql", ".py")]
        self.texts = {path.stem: _text(path) for path in models}
        self.names = self.texts.keys() | {p.stem for package in packages for p in package.files("seed", ".csv")}
        macros = [_text(path) for package in packages for path in package.files("macro", ".sql")]
        self.macros = [(found[1], found[0]) for text in macros for found in MACRO.finditer(text)]

    def with_parents(self, names: Iterable[str]) -> set[str]:
        """Return these and all they are made from."""
        found = list(dict.fromkeys(names))
        for name in found:  # it grows meanwhile
            found.extend(sorted(self.refs(self.texts.get(name, "")) - set(found)))
        return set(found)

    def refs(self, text: str) -> set[str]:
        """Return what a text reads, also through macros it calls."""
        texts = [text]
        for each in texts:  # it grows meanwhile
            called = (body for name, body in self.macros if f"{name}(" in each and re.search(rf"\b{name}\(", each))
            texts.extend(body for body in called if body not in texts)
        found = set()
        for given in (given for each in texts for given in REF.findall(each)):
            literals = QUOTED.findall(given)
            if "~" in given:  # `'rule_book_problems_' ~ kind`
                pieces = "".join((QUOTED.findall(piece) or [".*"])[0] for piece in given.split("~"))
                found |= {name for name in self.names if re.fullmatch(pieces, name)}
            elif literals:
                found.add(literals[-1])
            else:  # the name of a loop or an argument
                found |= {name for each in texts for name in QUOTED.findall(each)} & self.names
        return found


def _is_taken(kind: str, path: Path, wanted: set[str], tests: set[str]) -> bool:
    if kind == "test":
        return path.suffix == ".sql" and (path.parent.name == "generic" or path.stem in tests)
    return kind == "macro" or path.stem in wanted


def _needed(content: dict[str, Any], wanted: set[str], keeps_tests: bool) -> bytes | None:
    """Return what a yml file says of models and seeds that are built; None if nothing."""
    kept = {key: value for key, value in content.items() if key in BUILT}
    for kind in ("models", "seeds"):
        kept[kind] = [
            _without_words(each, wanted, keeps_tests) for each in kept.get(kind) or [] if each["name"] in wanted
        ]
    kept["sources"] = [_without_words(each, wanted, False) for each in kept.get("sources") or []]
    kept = {key: value for key, value in kept.items() if value}
    return as_yaml(kept) if kept.keys() - {"version"} else None


def _without_words(described: Any, wanted: set[str], keeps_tests: bool) -> Any:
    """Leave out descriptions, and tests that are not to run or read what is not built."""
    if isinstance(described, list):
        return [_without_words(each, wanted, keeps_tests) for each in described]
    if not isinstance(described, dict):
        return described
    kept = {}
    for key, value in described.items():
        if key in ("data_tests", "tests"):
            value = [test for test in value or [] if keeps_tests and _read_by_test(test) <= wanted]
        elif key not in ("config", "meta"):
            value = _without_words(value, wanted, keeps_tests)
        if key not in ("description", "unit_tests"):
            kept[key] = value
    return kept


def _read_by_test(test: Any) -> set[str]:
    return {name for given in REF.findall(json.dumps(test)) for name in QUOTED.findall(given.replace("\\", ""))}
