import ast
import json
import re
import subprocess
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
IGNORED = {".git", ".venv", "build", "dist", ".run"}
HOSTS = re.compile(
    r"https?://[^\s\"'<>]*(?:pypi|simple/|pythonhosted|index|mirror)|--(?:extra-)?index-url|--find-links"
)
ELSEWHERE = re.compile(r"(?<![\w./-])/(?:tmp|work|home|root|Users)/\w")


def _files() -> list[Path]:
    """The project's files: what git tracks or would track; where git is not at hand, the tree."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if listed.returncode == 0:
        return sorted(path for line in listed.stdout.splitlines() if (path := ROOT / line).is_file())
    return sorted(p for p in ROOT.rglob("*") if p.is_file() and not IGNORED & set(p.relative_to(ROOT).parts))


FILES = _files()
PYTHON = [path for path in FILES if path.suffix == ".py"]


def _name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def _found(pattern: re.Pattern[str], paths: list[Path]) -> list[str]:
    lines = ((path, n, line) for path in paths for n, line in enumerate(path.read_text().splitlines(), 1))
    return [f"{_name(path)}:{n}" for path, n, line in lines if pattern.search(line)]


def test_no_test_patches() -> None:
    """A patch in a test says that the seam is in the wrong place."""
    tests = [path for path in PYTHON if path.is_relative_to(ROOT / "tests")]
    assert _found(re.compile(r"\bpatc[h]\(|\bpatc[h]\.|import moc[k]|Magic[M]ock|monkeypatch\.setat[t]r"), tests) == []


def test_every_test_says_its_law() -> None:
    """A test's docstring is the law it keeps."""
    silent = [
        f"{_name(path)}: {node.name}"
        for path in PYTHON
        if path.name.startswith("test_")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and node.name.startswith("test_")
        and not ast.get_docstring(node)
    ]
    assert silent == []


def test_installing_names_no_host() -> None:
    """Where packages come from is the machine's affair: neither the lock nor a script or project file says it."""
    places = ("requirements.lock", "pyproject.toml", "docker-compose.yml", "deploy/Dockerfile", ".ci/run")
    named = [ROOT / place for place in places if (ROOT / place).is_file()]
    scripts = [path for path in FILES if path.parent == ROOT / "scripts"]
    assert _found(HOSTS, named + scripts) == []


def test_every_package_of_the_lock_has_hashes() -> None:
    """What is installed is what was tested, byte for byte."""
    lock = (ROOT / "requirements.lock").read_text().replace("\\\n", " ")
    pinned = [line for line in lock.splitlines() if line and not line.lstrip().startswith("#")]
    assert len(pinned) > 20
    assert [line.split()[0] for line in pinned if "==" not in line or "--hash=sha256:" not in line] == []


def test_no_file_knows_a_machine() -> None:
    """No path of somebody's machine stands in the project."""
    texts = [p for p in FILES if p.suffix in {".py", ".toml", ".yml", ".yaml", ".md", ".lock", ".json", ""}]
    assert [found for found in _found(ELSEWHERE, texts) if not found.startswith("tests/")] == []


READERS: dict[str, Callable[[str], object]] = {
    ".toml": tomllib.loads,
    ".json": json.loads,
    ".yml": lambda text: list(yaml.safe_load_all(text)),
    ".yaml": lambda text: list(yaml.safe_load_all(text)),
}


@pytest.mark.parametrize("path", [p for p in FILES if p.suffix in READERS], ids=_name)
def test_a_data_file_parses(path: Path) -> None:
    """Every TOML, YAML and JSON file is one."""
    READERS[path.suffix](path.read_text())


def test_every_package_says_what_it_is_for() -> None:
    """Every Python package has a docstring, and every folder of modules outside tests and scripts is a package."""
    packages = [path for path in PYTHON if path.name == "__init__.py"]
    assert [_name(path) for path in packages if not ast.get_docstring(ast.parse(path.read_text()))] == []
    folders = {path.parent for path in PYTHON if path.parts[len(ROOT.parts)] in {"schemas", "streams", "agents"}}
    assert [_name(folder) for folder in folders if not (folder / "__init__.py").is_file()] == []


IMPURE = {"open", "input", "print", "exec", "eval", "breakpoint", "__import__"}
IMPURE |= {f"{owner}.{clock}" for owner in ("datetime", "date", "time") for clock in ("now", "today", "utcnow", "time")}
IMPURE |= {f"np.random.{name}" for name in ("seed", "rand", "randn", "random", "choice", "shuffle", "normal")}


def _impure(path: Path) -> list[str]:
    calls = (node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call))
    return [f"{_name(path)}:{call.lineno}" for call in calls if ast.unparse(call.func) in IMPURE]


def test_the_core_is_pure() -> None:
    """What import-linter cannot see: no file, console, wall clock or unseeded randomness in streams and schemas."""
    core = [path for path in PYTHON if path.relative_to(ROOT).parts[0] in {"streams", "schemas"}]
    assert [found for path in core for found in _impure(path)] == []


def test_no_module_is_a_drawer() -> None:
    """Names say what is inside: no utils, helpers, common, misc, manager."""
    drawers = {"util", "utils", "helper", "helpers", "common", "misc", "manager", "managers", "base"}
    assert [_name(path) for path in PYTHON if path.stem in drawers or path.parent.name in drawers] == []


def test_scripts_run() -> None:
    """Every script is executable, but for those that others source."""
    scripts = [p for p in FILES if p.parent in {ROOT / "scripts", ROOT / ".ci"} and p.suffix == ""]
    wrong = [_name(p) for p in scripts if p.read_text().startswith("#!") and not p.stat().st_mode & 0o100]
    assert wrong == []


def test_paths_that_the_readme_names_exist() -> None:
    """Links and paths in the README lead somewhere."""
    readme = ROOT / "README.md"
    if not readme.is_file():
        pytest.skip("there is no README yet")
    text = readme.read_text()
    links = re.findall(r"\]\((?!https?:|#|mailto:)([^)#\s]+)", text)
    paths = re.findall(r"`((?:schemas|streams|agents|deploy|tests|scripts)/[\w./-]+)`", text)
    assert [path for path in links + paths if not (ROOT / path).exists()] == []
