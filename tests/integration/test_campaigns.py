import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from agents.clients import producer
from agents.control import read_held
from agents.creation import create_topics
from agents.errors import BROKER, DONE, FOUND, REFUSED, USAGE
from agents.settings import Settings
from schemas.codec import encode_json
from schemas.decisions import Decision, Gate, OpenedBy
from schemas.origins import Origin
from schemas.topics import DECISIONS

Promostream = Callable[..., subprocess.CompletedProcess[str]]

TEXT = Path("deploy/examples/campaigns/cart-rescue.yaml").read_text(encoding="utf-8")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A directory with one live campaign."""
    place = tmp_path / "campaigns"
    place.mkdir()
    (place / "cart.yaml").write_text(TEXT, encoding="utf-8")
    return place


def rewrite(folder: Path, found: str, written: str) -> None:
    """Change the campaign's file."""
    (folder / "cart.yaml").write_text(TEXT.replace(found, written), encoding="utf-8")


def states(settings: Settings) -> list[tuple[str, str]]:
    """What control says: campaign@version and state."""
    return [(campaign.ref, campaign.state) for campaign in read_held(settings).campaigns.campaigns]


def test_a_campaign_s_life_on_control(settings: Settings, promostream: Promostream, folder: Path) -> None:
    """Applied, the same again, paused, resumed, frozen, changed; who and why are kept, origins only grow."""
    create_topics(settings)
    assert promostream("campaigns", "apply", str(folder), "--dry-run").returncode == DONE
    assert states(settings) == []

    first = promostream("campaigns", "apply", str(folder), "--by", "ann", "--reason", "autumn")
    assert (first.returncode, first.stderr) == (DONE, "")
    assert states(settings) == [("cart-rescue@1", "live")]
    held = read_held(settings)
    assert (held.campaigns.by, held.campaigns.reason) == ("ann", "autumn")
    assert "nothing has changed" in promostream("campaigns", "apply", str(folder)).stdout
    assert read_held(settings).last == held.last

    assert promostream("campaigns", "pause", "cart-rescue").returncode == DONE
    assert states(settings) == [("cart-rescue@1", "paused")]
    assert read_held(settings).last > held.last
    assert "paused → live" in promostream("campaigns", "apply", str(folder)).stdout

    rewrite(folder, "holdout: 20%", "holdout: 10%")
    frozen = promostream("campaigns", "apply", str(folder))
    assert frozen.returncode == REFUSED
    assert frozen.stderr.count("\n") == 1
    assert "experiment.holdout: cannot change from 20% to 10% while live" in frozen.stderr

    rewrite(folder, "per_user: 1 per 7d", "per_user: 1 per 3d")
    assert promostream("campaigns", "apply", str(folder)).returncode == DONE
    assert states(settings) == [("cart-rescue@2", "live")]


def test_pausing_what_is_not_there_is_one_line(settings: Settings, promostream: Promostream, folder: Path) -> None:
    """With the name that was meant."""
    create_topics(settings)
    promostream("campaigns", "apply", str(folder))
    result = promostream("campaigns", "pause", "cart-resque")
    assert (result.returncode, result.stderr) == (
        USAGE,
        'promostream: no campaign "cart-resque"; did you mean "cart-rescue"?\n',
    )


def test_without_its_topic_it_is_one_line(settings: Settings, promostream: Promostream, folder: Path) -> None:
    """And says which command makes it."""
    result = promostream("campaigns", "apply", str(folder))
    assert result.returncode == BROKER
    assert result.stderr.count("\n") == 1
    assert "topics create" in result.stderr
    assert settings.topic_prefix in result.stderr


def test_a_decision_is_found_in_its_partition(settings: Settings, promostream: Promostream) -> None:
    """Among others; what is not there is one line."""
    create_topics(settings)
    sender = producer(settings)
    for n in range(5):
        decision = Decision(
            decision_id=f"e1-2-{n}-0",
            once_key="c1",
            origin=Origin("user-log", 2, n),
            user="v1.k1.abc",
            campaign="cart-rescue@1",
            decided_at=1_793_498_400_000,
            opened_by=OpenedBy(kind="event", event_id=f"v{n}", type="view", occurred_at=1_793_498_400_000),
            result="refused",
            arm="treatment",
            gates=(Gate(name="consent", passed=False, value="none", threshold="any of push"),),
        )
        sender.produce(settings.topic(DECISIONS), value=encode_json(decision), partition=2)
    assert sender.flush(10) == 0
    found = promostream("explain", "e1-2-3-0")
    assert found.returncode == DONE
    assert "(event v3)" in found.stdout
    lost = promostream("explain", "e1-2-9-0")
    assert (lost.returncode, lost.stderr.count("\n")) == (FOUND, 1)
    assert promostream("explain", "e1-77-9-0").returncode == BROKER
