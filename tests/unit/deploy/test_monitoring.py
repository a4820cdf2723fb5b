import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from agents.metrics import METRICS, PREFIX

ROOT = Path(__file__).parents[3]
PROMETHEUS = ROOT / "deploy/prometheus"
RULES = [rule for group in yaml.safe_load((PROMETHEUS / "alerts.yml").read_text())["groups"] for rule in group["rules"]]
ALERTS = {rule["alert"]: rule for rule in RULES}
TESTED = {
    case["alertname"]: case
    for file in sorted(PROMETHEUS.glob("tests*.yml"))
    for test in yaml.safe_load(file.read_text())["tests"]
    for case in test["alert_rule_test"]
    if case.get("exp_alerts")
}
DASHBOARDS = sorted((ROOT / "deploy/grafana/dashboards").glob("*.json"))
EXTERNAL = {"le", "job", "instance"}
"""Labels that Prometheus adds; `le` only on buckets."""


def _expressions() -> Iterator[tuple[str, str]]:
    yield from ((name, rule["expr"]) for name, rule in ALERTS.items())
    for file in DASHBOARDS:
        content = json.loads(file.read_text())
        for panel in content["panels"]:
            yield from ((f"{file.stem}: {panel['title']}", target["expr"]) for target in panel.get("targets", []))


EXPRESSIONS = list(_expressions())
SELECTOR = re.compile(rf"{PREFIX}(\w+)(?:\{{(.*?)\}})?")


def _metric(series: str) -> str:
    """The metric of a series: a histogram's come as _bucket, _count and _sum."""
    stem = re.sub(r"_(bucket|count|sum)$", "", series)
    return stem if stem in METRICS and METRICS[stem].kind == "histogram" else series


@pytest.mark.parametrize(("where", "expression"), EXPRESSIONS, ids=[where for where, _ in EXPRESSIONS])
def test_only_metrics_and_labels_that_exist_are_asked_for(where: str, expression: str) -> None:
    """A renamed metric or label would silence an alert without a word: here it fails."""
    found = SELECTOR.findall(expression)
    assert found, where
    known: set[str] = set(EXTERNAL)
    for series, selector in found:
        assert _metric(series) in METRICS, series
        known |= set(METRICS[_metric(series)].labels)
        asked = {part.split("=")[0].strip("~!") for part in re.findall(r"\w+[=!]~?", selector)}
        assert asked <= set(METRICS[_metric(series)].labels) | EXTERNAL
    for grouped in re.findall(r"(?:by|on) \((.*?)\)", expression):
        assert {label.strip() for label in grouped.split(",") if label.strip()} <= known


@pytest.mark.parametrize("name", ALERTS)
def test_an_alert_has_a_runbook_a_severity_and_a_case(name: str) -> None:
    """Whoever is woken finds the first step; and somebody has seen the alert fire."""
    rule = ALERTS[name]
    page = ROOT / rule["annotations"]["runbook"]
    assert page.name == f"{name}.md"
    assert page.read_text().startswith(f"# {name} ({rule['labels']['severity']})")
    assert "**First step" in page.read_text()
    assert rule["labels"]["severity"] in {"critical", "warning"}
    assert name in TESTED


def test_every_runbook_belongs_to_an_alert() -> None:
    """No page is left over."""
    pages = {page.stem for page in (ROOT / "deploy/runbooks").glob("*.md")} - {"README"}
    assert pages == set(ALERTS)


def test_latency_objective_is_a_bucket() -> None:
    """The bound in the alert is one of the histogram's buckets, or the alert would see nothing."""
    bounds = {float(b) for rule in RULES for b in re.findall(r'\ble="(.+?)"', rule["expr"])}
    assert bounds
    assert bounds <= set(METRICS["trigger_latency_seconds"].buckets)


@pytest.mark.parametrize("file", DASHBOARDS, ids=lambda file: file.stem)
def test_a_dashboard_is_well_formed(file: Path) -> None:
    """Panels have a title, do not overlap, stay in the grid and use the provisioned data source."""
    content: dict[str, Any] = json.loads(file.read_text())
    source = yaml.safe_load((ROOT / "deploy/grafana/provisioning/datasources/prometheus.yml").read_text())
    uid = source["datasources"][0]["uid"]
    assert content["uid"] == file.stem
    taken: set[tuple[int, int]] = set()
    for panel in content["panels"]:
        place = panel["gridPos"]
        cells = {
            (x, y)
            for x in range(place["x"], place["x"] + place["w"])
            for y in range(place["y"], place["y"] + place["h"])
        }
        assert panel["title"]
        assert not cells & taken
        assert max(x for x, _ in cells) < 24
        assert all(target["datasource"]["uid"] == uid for target in panel.get("targets", []))
        taken |= cells


def test_promtool_agrees() -> None:
    """Configuration, rules and the alerts' cases pass promtool, where it is installed (Debian: package prometheus)."""
    promtool = shutil.which("promtool")
    if promtool is None:
        pytest.skip("promtool is not installed; `apt-get install prometheus` brings it")
    for arguments in (["check", "config", "prometheus.yml"], ["test", "rules", "tests.yml", "tests-week.yml"]):
        subprocess.run([promtool, *arguments], cwd=PROMETHEUS, check=True, capture_output=True)
