"""Plans and simulations for people."""

from collections.abc import Sequence

from deploy.capacity.hot import Heat
from deploy.capacity.model import GB, MB, TB, Plan
from deploy.capacity.rebalancing import Shop, Story

LINES = (
    ("users", lambda plan: f"{plan.load.users:,.0f}"),
    ("events/s at peak", lambda plan: f"{plan.load.events_per_second:,.0f}"),
    ("partitions of the log", lambda plan: f"{plan.partitions:,}"),
    ("decide workers", lambda plan: f"{plan.decide_workers:,}"),
    ("  bound by", lambda plan: plan.bound_by),
    ("  users of each", lambda plan: f"{plan.share.users:,.0f}"),
    ("  of a core at peak", lambda plan: f"{plan.share.cpu:.0%}"),
    ("  memory of each, GB", lambda plan: f"{plan.share.memory / GB:,.1f}"),
    ("memory of all, GB", lambda plan: f"{plan.memory / GB:,.0f}"),
    ("intake workers", lambda plan: f"{plan.intake_workers:,}"),
    ("brokers", lambda plan: f"{plan.brokers:,}"),
    ("  storage, TB", lambda plan: f"{plan.storage / TB:,.1f}"),
    ("  written at peak, MB/s", lambda plan: f"{plan.network_bytes_per_second / MB:,.0f}"),
    ("  of it checkpoints, MB/s", lambda plan: f"{plan.checkpoint_bytes_per_second / MB:,.1f}"),
    ("worker lost: longest gap, s", lambda plan: f"{plan.worker_lost:.1f}"),
    ("cold start: longest gap, s", lambda plan: f"{plan.cold_start:.1f}"),
)


def plans_table(plans: Sequence[Plan]) -> str:
    """A column per plan."""
    return "\n".join(f"{name:<28}" + "".join(f"{value(plan):>16}" for plan in plans) for name, value in LINES)


def stories_table(shop: Shop, stories: Sequence[Story]) -> str:
    """A line per story."""
    head = (
        f"{shop.partitions:,} partitions, {shop.workers:,} workers, {shop.load.users:,.0f} users, "
        f"{shop.load.events_per_second:,.0f} events/s, Zipf {shop.exponent}"
    )
    names = f"{'':<34}{'moves':>9}{'hit':>7}{'p50 s':>8}{'p99 s':>8}{'max s':>8}{'Σ s':>11}{'busiest/mean':>18}"
    return "\n".join([head, names, *map(_story, stories)])


def _story(story: Story) -> str:
    times = f"{story.median:>8.1f}{story.p99:>8.1f}{story.longest:>8.1f}{story.partition_seconds:>11,.0f}"
    busiest = f"{story.imbalance_before:.2f} → {story.imbalance:.2f}"
    return f"{story.name:<34}{story.moves:>9,}{story.partitions_hit:>7,}{times}{busiest:>18}"


def heat_table(heats: Sequence[Heat]) -> str:
    """A line per exponent."""
    names = (
        f"{'Zipf':<6}{'partition/mean':>16}{'its events/s':>14}{'worker/mean':>13}{'its core':>10}{'overloaded':>12}"
    )
    return "\n".join([names, *map(_heat, heats)])


def _heat(heat: Heat) -> str:
    partition = f"{heat.partition_over_mean:>16.2f}{heat.partition_events_per_second:>14,.0f}"
    worker = f"{heat.worker_over_mean:>13.2f}{heat.worker_cpu:>10.0%}{heat.overloaded:>12,}"
    return f"{heat.exponent:<6}{partition}{worker}"
