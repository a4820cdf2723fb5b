"""What is compared on which public data set, and what must hold: the table of the README's section on real data."""

from collections.abc import Callable
from pathlib import Path

import msgspec
import numpy as np

from agents.tables.experiments import ExperimentChoice, read_experiment
from agents.tables.labelled import refits
from agents.tables.logged import Log, read_logged
from agents.tables.rows import Selection
from streams.arrays import Bools, Floats
from streams.assess.fraud import COMBINED, assess_fraud
from streams.assess.policy import assess_policy
from streams.assess.recommend import assess_recommend
from streams.assess.recommend_figures import Ranked
from streams.assess.response import assess_response, known_before
from streams.assess.uplift import Economics, assess_uplift
from tests.real_data.choices import served_choices
from tests.real_data.hourly import counted, forecast_errors, retentioneering_visits, shop_hours, taobao_hours
from tests.real_data.incidents import INCIDENTS, Alarm, first_in, outside, read_series, three_sigma, watched
from tests.real_data.taobao import DAY, read_interactions, read_user_days

SEED = 0
SPLITS = 20
FEWEST_SETS = 8
"""Sets of ADBench's ten on which the combined risk must keep up."""
BEHIND = 0.02
SHOP_DAYS = 35
BASELINES = ("same_hour_last_week", "running_mean")
ITEM_BASELINES = ("popularity", "co_visitation")
Progress = Callable[[str], None]


class Comparison(msgspec.Struct, frozen=True):
    """One line of the table: ``figures`` by name, the ``target`` in words, and whether it holds."""

    data: str
    question: str
    figures: dict[str, float]
    target: str
    holds: bool


def taobao(data: Path, say: Progress) -> list[Comparison]:
    """Who buys within 24 h of a day's first event, labels a day late."""
    table = read_user_days(data / "taobao_userbehavior.csv.gz")
    say(f"taobao: {len(table.labels):,} user days")
    levels = np.zeros((len(table.labels), 0), np.int64)
    known, starts = known_before(table.moments, float(DAY)), refits(table.moments, timed=True)
    models = assess_response(table.numbers, levels, table.labels, known, starts).models
    champion, boosting, constant = models["champion"], models["batch"], models["constant"]
    best = min(boosting.log_loss - 0.005, constant.log_loss)
    return [
        Comparison(
            "Taobao",
            "buys within 24 h",
            {
                "champion log loss": champion.log_loss,
                "boosting log loss": boosting.log_loss,
                "constant log loss": constant.log_loss,
                "champion AUC": champion.auc or 0.0,
                "boosting AUC": boosting.auc or 0.0,
            },
            "log loss ≤ boosting's − 0.005 and ≤ the constant's; AUC ≥ boosting's",
            champion.log_loss <= best and (champion.auc or 0.0) >= (boosting.auc or 0.0),
        )
    ]


def taobao_items(data: Path, say: Progress) -> list[Comparison]:
    """Which item, new to the user, comes next: each recommender alone, and the blend."""
    given = read_interactions(data / "taobao_userbehavior.csv.gz")
    say(f"taobao: {len(given.users):,} events, the next new item among all items")
    models = assess_recommend(given, SEED).models
    singles = [name for name in models if name not in {*ITEM_BASELINES, "blend"}]
    return [
        *(_items(f"Taobao items: {name.replace('_', ' ')}", models, name, _to_beat(name)) for name in singles),
        _items("Taobao items", models, "blend", ITEM_BASELINES),
    ]


def taobao_choices(data: Path, say: Progress) -> list[Comparison]:
    """What is marked, carted or bought next, as ``decide`` tells it and ``learn`` learns it."""
    models, count = served_choices(data / "taobao_userbehavior.csv.gz")
    say(f"taobao: {count:,} first choices of what others had chosen")
    compared = _items("Taobao choices", models, "blend", ITEM_BASELINES)
    own = {"content hit rate": models["content"].hit_rate[0], "choices": float(count)}
    return [msgspec.structs.replace(compared, question="next choice, as served", figures=compared.figures | own)]


def _to_beat(name: str) -> tuple[str, ...]:
    return ("co_visitation",) if name == "basket_rules" else ITEM_BASELINES


def _items(data: str, models: dict[str, Ranked], name: str, others: tuple[str, ...]) -> Comparison:
    own = models[name]
    figures = {f"{one} hit rate": models[one].hit_rate[0] for one in (name, *ITEM_BASELINES)}
    figures |= {f"{one} 1/rank": models[one].reciprocal_rank[0] for one in (name, *ITEM_BASELINES)}
    for one in others:
        figures |= {f"less {one}, low": own.hit_rate_less[one][1], f"less {one}, high": own.hit_rate_less[one][2]}
    target = f"hit rate among ten surely (95 %, over users) above {' and '.join(others)}"
    return Comparison(data, "next new item", figures, target, all(own.hit_rate_less[one][1] > 0.0 for one in others))


def hillstrom(data: Path, say: Progress) -> list[Comparison]:
    """Whom the e-mail for women moves to visit."""
    choice = ExperimentChoice(
        "segment", "visit", "Womens E-Mail", "No E-Mail", selection=Selection(ignore=("conversion", "spend"))
    )
    read = read_experiment(data / "hillstrom.csv.gz", choice)
    say(f"hillstrom: {SPLITS} half-splits")
    models = assess_uplift(read.experiment, Economics(1.0, read.cost), read.names, SPLITS).models
    ours, boosting, response = (
        models[name].qini.mean * 1e3 for name in ("effect_learner", "t_learner", "response_ranking")
    )
    return [
        Comparison(
            "Hillstrom",
            "visits by the e-mail for women",
            {
                "effect learner Qini × 10³": ours,
                "T-learner Qini × 10³": boosting,
                "response ranking Qini × 10³": response,
                "effect learner spread × 10³": models["effect_learner"].qini.spread * 1e3,
            },
            "Qini × 10³ ≥ 0.95 × boosting's, and ≥ the response ranking's + 1.5",
            ours >= 0.95 * boosting and ours >= response + 1.5,
        )
    ]


def adbench(data: Path, say: Progress) -> list[Comparison]:
    """Anomalies without labels, every set in a seeded shuffle."""
    found = []
    for file in sorted((data / "adbench").glob("*.npz")):
        say(f"adbench: {file.stem}")
        found.append(_anomalies(file.stem, *_shuffled(file)))
    keeping_up = sum(one.holds for one in found)
    whole = Comparison(
        "ADBench",
        "combined risk",
        {"sets": float(len(found)), "sets on which it keeps up": float(keeping_up)},
        f"AUC ≥ the best single detector's − {BEHIND} on at least {FEWEST_SETS} of 10",
        keeping_up >= FEWEST_SETS,
    )
    return [*found, whole]


def _shuffled(file: Path) -> tuple[Floats, Bools]:
    content = np.load(file)
    order = np.random.default_rng(SEED).permutation(len(content["y"]))
    return np.asarray(content["X"][order], dtype=np.float64), np.asarray(content["y"][order] == 1)


def _anomalies(name: str, rows: Floats, labels: Bools) -> Comparison:
    models = assess_fraud(rows, np.zeros((len(rows), 0), np.int64), labels, SEED).models
    areas = {detector: model.auc or 0.0 for detector, model in models.items()}
    best = max(area for detector, area in areas.items() if detector != COMBINED)
    holds = areas[COMBINED] >= best - BEHIND
    return Comparison(f"ADBench {name}", "ROC AUC", areas, f"combined ≥ best single − {BEHIND}", holds)


def open_bandit(data: Path, say: Progress) -> list[Comparison]:
    """Questions that the log cannot answer are refused."""
    return [
        _refused(data / "obd" / f"{log}_all.csv.gz", target, say)
        for log, target in (("bts", "uniform"), ("random", "item-marginal"))
    ]


def _refused(file: Path, target: str, say: Progress) -> Comparison:
    say(f"open bandit: {file.name} → {target}")
    log = Log("item_id", "click", "propensity_score", target, selection=Selection("timestamp"))
    found = assess_policy(read_logged(file, log).asked)
    support = found.support
    figures = {
        "effective sample size": support.effective_sample_size,
        "weighted conversions": support.weighted_conversions,
    }
    return Comparison(f"Open Bandit {file.stem}", f"{target} instead", figures, "refused", found.refused)


def forecasts(data: Path, say: Progress) -> list[Comparison]:
    """Events in the next hour and in 24 hours, from the second week on; REES46's three hours are too short."""
    _, visits = retentioneering_visits(data / "retentioneering_ecom.csv.gz")
    series = {
        "Taobao": taobao_hours(data / "taobao_userbehavior.csv.gz"),
        "Retentioneering": counted(visit.hour for visit in visits),
        "simulated shop": shop_hours(SHOP_DAYS),
    }
    return [_forecast(name, values, say) for name, values in series.items()]


def alarms(data: Path, say: Progress) -> list[Comparison]:
    """When three scripted incidents are noticed: hours since the incident's first midnight, −1 for never."""
    say("alarms: retentioneering")
    series = read_series(data / "retentioneering_ecom.csv.gz")
    ours, theirs = watched(series), three_sigma(series)
    after = {name: (_hours_after(ours, name), _hours_after(theirs, name)) for name in INCIDENTS}
    figures = {f"{name}, hours": own for name, (own, _) in after.items()}
    figures |= {f"{name}, three sigma, hours": base for name, (_, base) in after.items()}
    figures |= {"outside": float(len(outside(ours))), "three sigma outside": float(len(outside(theirs)))}
    found = all(own >= 0.0 for own, _ in after.values())
    earlier = [own < base or base < 0.0 for own, base in after.values()]
    later = any(0.0 <= base < own for own, base in after.values())
    return [
        Comparison(
            "Retentioneering",
            "first alarm in each incident",
            figures,
            "3 of 3, at most 1 alarm outside, none later than three sigma, two earlier",
            found and len(outside(ours)) <= 1 and not later and sum(earlier) >= 2,
        )
    ]


def _hours_after(alarms: list[Alarm], incident: str) -> float:
    first = first_in(alarms, incident)
    return (first.at - INCIDENTS[incident][0]).total_seconds() / 3600 if first else -1.0


def _forecast(name: str, values: Floats, say: Progress) -> Comparison:
    say(f"forecasts: {name}, {len(values):,} hours")
    found = forecast_errors(values)
    figures = {
        f"{forecaster} MAE {hours} h": own.mean_absolute
        for forecaster in ("blend", "holt_winters_daily", "snarimax", "pooled_ar2", *BASELINES)
        for hours, own in found[forecaster].items()
    }
    for hours, own in found["blend"].items():
        figures[f"blend MASE {hours} h"] = own.mean_absolute / found[BASELINES[0]][hours].mean_absolute
        figures[f"blend in its interval {hours} h"] = float(own.covered.mean())
    holds = all(
        own.mean_absolute < found[baseline][hours].mean_absolute
        for baseline in BASELINES
        for hours, own in found["blend"].items()
    )
    return Comparison(name, "events per hour", figures, "blend's MAE < same hour last week's and the mean's", holds)


COMPARISONS: dict[str, Callable[[Path, Progress], list[Comparison]]] = {
    "taobao": taobao,
    "taobao-items": taobao_items,
    "taobao-choices": taobao_choices,
    "hillstrom": hillstrom,
    "adbench": adbench,
    "open-bandit": open_bandit,
    "forecasts": forecasts,
    "alarms": alarms,
}
