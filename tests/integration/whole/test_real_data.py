"""Real histories through a real Kafka: nothing is lost, nothing doubled, and an offline fold gives the same bytes."""

import os
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from agents.campaign_files import activation
from agents.settings import Settings
from schemas.codec import decode_json
from schemas.dead_letters import DeadLetter
from schemas.decisions import Decision
from schemas.topics import DEAD_LETTERS, DECISIONS, FRAUD_ALERTS, TRIGGERS, USER_LOG
from tests.making.recount import Recounter
from tests.making.topics import all_taken, ends, fold_offline, log_of, stored, users_of, written
from tests.making.workers import Worker, wait_for

ROOT = Path(__file__).parents[3]
DATA = Path(os.environ.get("PROMO_DATA", ROOT.parent / "shared" / "data"))
PUBLIC = (TRIGGERS, DECISIONS, FRAUD_ALERTS)
Start = Callable[..., Worker]


class History(NamedTuple):
    """A public history and what is known of it; at least ``due`` cart timers come due.

    Nearly all carts of REES46 lie in its last half hour.
    """

    file: str
    mapping: str
    campaigns: str
    rows: int
    unreadable: int
    users: int
    due: int


TAOBAO = History("taobao_userbehavior.csv.gz", "taobao.toml", "taobao", 84_476, 1, 815, 1_000)
REES46 = History("rees46_2019_oct_sample.csv.gz", "rees46.toml", "rees46", 17_435, 0, 4_505, 1)


def campaigns_of(history: History) -> Path:
    """The shipped campaigns for this history."""
    folder = ROOT / "deploy" / "examples" / "campaigns"
    return folder / history.campaigns if (folder / history.campaigns).is_dir() else folder


@pytest.fixture(params=[TAOBAO, REES46], ids=["taobao", "rees46"])
def published(
    request: pytest.FixtureRequest,
    promostream: Callable[..., object],
    settings: Settings,
    start: Start,
) -> History:
    """A history on the log: topics made, campaigns applied, rows published, all of it taken by intake."""
    history: History = request.param
    file = DATA / history.file
    if not file.is_file():
        pytest.skip(f"{history.file} is not here; put the public data sets into {DATA} or set PROMO_DATA")
    mapping = ROOT / "deploy" / "examples" / "mappings" / history.mapping
    for command in (
        ("topics", "create", "--clock", "source"),
        ("campaigns", "apply", str(campaigns_of(history))),
        ("publish", str(file), "--mapping", str(mapping), "--json"),
    ):
        done = promostream(*command)
        assert done.returncode == 0, done.stderr  # type: ignore[attr-defined] # a CompletedProcess
    intake = start("intake")
    wait_for(lambda: all_taken(settings), f"everything taken by intake: {intake.log}")
    assert intake.stop() == 0, intake.said()
    return history


def folded(workers: list[Worker], settings: Settings) -> bool:
    """Whether decide has folded the whole log: all but the opening record of each partition are counted."""
    assert any(worker.alive() for worker in workers)
    counted = sum(w.metric("records_total", 'role="decide"') + w.metric("duplicates_total") for w in workers)
    return counted >= sum(ends(settings, USER_LOG, settings.partitions)) - settings.partitions


def check_everything_counted(history: History, settings: Settings) -> None:
    """Every row is in a profile, a duplicate, or a dead letter with its reason; the counts add up exactly."""
    letters = [
        decode_json(value, DeadLetter)
        for partition in range(8)
        for _, value, _ in written(settings, DEAD_LETTERS, partition)
    ]
    assert Counter(letter.reason for letter in letters) == ({"unreadable_row": 1} if history.unreadable else {})
    in_profiles = duplicates = users = 0
    for partition in range(settings.partitions):
        fold = fold_offline(settings, partition).fold
        in_profiles += sum(user.events for _, user in fold.users)
        duplicates += fold.counters().get("duplicates_total|event_id", 0)
        users += len(fold.users)
    assert in_profiles + duplicates + len(letters) == history.rows
    assert users == history.users


def check_same_bytes(settings: Settings) -> None:
    """Triggers, decisions and alerts on Kafka equal those of an offline fold over the log that was written."""
    for partition in range(settings.partitions):
        offline = fold_offline(settings, partition)
        for topic in PUBLIC:
            assert written(settings, topic, partition) == offline.outputs.get(topic, []), (topic, partition)
        kept = stored(settings, partition)
        assert kept is not None
        assert kept.applied == offline.fold.applied
        assert kept.users == users_of(offline.fold)
        assert kept.head == offline.fold.cut()


def check_recount(history: History, settings: Settings) -> None:
    """Due cart timers and gate results, counted anew from the log without the fold, equal the fold's."""
    active = activation(campaigns_of(history), "test", "test")
    campaign = next(c for c in active.campaigns if c.when.wait)
    policy = next(p for p in active.policies if p.name == campaign.contact_policy)
    due, refusals, seen = [], Counter[str](), list[Decision]()
    for partition in range(settings.partitions):
        decisions = [decode_json(value, Decision) for _, value, _ in written(settings, DECISIONS, partition)]
        counted = Recounter(campaign, policy, decisions).read(r.value for r in log_of(settings, partition))
        due += counted.due
        refusals += counted.refusals
        seen += [d for d in decisions if d.campaign.startswith(campaign.name + "@")]
    assert len(due) >= history.due
    assert sorted(due) == sorted((d.user, d.opened_by.event_id, d.decided_at) for d in seen)
    by_fold = Counter(d.gates[-1].name for d in seen if d.result == "refused")
    fraud = by_fold.pop("fraud_risk", 0)
    assert by_fold == refusals
    assert fraud <= 0.05 * len(seen)


@pytest.mark.data
def test_a_history_comes_out_whole(published: History, settings: Settings, start: Start) -> None:
    """With models learned meanwhile; an independent count and an offline fold agree with what stands on Kafka."""
    learn, decide = start("learn", retrain_every=100), start("decide", checkpoint_interval=2)
    wait_for(lambda: folded([decide], settings), f"decide: {decide.log}")
    assert decide.stop() == 0, decide.said()
    assert learn.stop() == 0, learn.said()
    check_everything_counted(published, settings)
    check_same_bytes(settings)
    check_recount(published, settings)


@pytest.mark.data
@pytest.mark.usefixtures("published")
@pytest.mark.parametrize("published", [TAOBAO], ids=["taobao"], indirect=True)
@pytest.mark.parametrize("others", [0, 1], ids=["alone", "beside-another"])
def test_a_killed_worker_comes_back_exactly(settings: Settings, start: Start, others: int) -> None:
    """SIGKILL beyond a checkpoint: the successor refolds, and state and outputs are those of an undisturbed fold.

    Alone it is started again; beside another worker, the other one takes its partitions over.
    """
    slowly = {"checkpoint_interval": 3, "poll_records": 200, "fetch_pace_ms": 40}  # or all is folded before the kill
    workers = [start("decide", **slowly) for _ in range(1 + others)]
    victim = workers[0]
    wait_for(lambda: victim.metric("checkpoint_duration_seconds_count") >= 1, "a checkpoint", pause=0.02)
    least = [10**9]

    def moved_on() -> bool:
        """6,000 records more than at the least: a partition that changes hands is counted back to its checkpoint."""
        now = int(sum(worker.metric("records_total", 'role="decide"') for worker in workers))
        least[0] = min(least[0], now)
        return now >= least[0] + 6_000

    wait_for(moved_on, "records beyond it", pause=0.02)
    victim.kill()
    beyond = [outputs_beyond_checkpoint(settings, partition) for partition in range(settings.partitions)]
    assert max(beyond) >= 1
    if not others:
        workers.append(start("decide", checkpoint_interval=6))
    workers.remove(victim)
    wait_for(lambda: folded(workers, settings), f"decide: {workers[0].log}")
    assert sum(worker.metric("refold_records_total") for worker in workers) >= 1_000
    assert sum(worker.metric("determinism_violations_total") for worker in workers) == 0
    for worker in workers:
        assert worker.stop() == 0, worker.said()
    check_same_bytes(settings)


def outputs_beyond_checkpoint(settings: Settings, partition: int) -> int:
    """How many decisions stem from records that the last checkpoint does not contain."""
    kept = stored(settings, partition)
    applied = kept.applied if kept else -1
    offsets = [int(dict(headers)["origin"].split(b"/")[2]) for _, _, headers in written(settings, DECISIONS, partition)]
    return sum(offset > applied for offset in offsets)
