"""The clone that this program runs from: examples and the local Kafka are files beside it, not part of the package."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
EXAMPLES = ROOT / "deploy" / "examples"
