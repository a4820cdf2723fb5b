"""A redrive's account: for a person, and under stable names."""

from streams.intake.choosing import Tally


def figures(tally: Tally, seconds: float | None) -> dict[str, object]:
    """The summary as JSON; ``seconds`` is None for a dry run, whose ``redriven`` is what would be."""
    chosen = sorted(tally.chosen.items())
    return {
        "dry_run": seconds is None,
        "letters_read": tally.read,
        "selected": tally.selected,
        "redriven": tally.chosen.total(),
        "redriven_before": tally.before,
        "not_possible": dict(sorted(tally.hindered.items())),
        "by": [{"source": s, "reason": r, "field": f, "letters": count} for (s, r, f), count in chosen],
        "seconds": 0.0 if seconds is None else round(seconds, 3),
    }


def in_words(tally: Tally) -> str:
    """What would happen: by source, reason and field, with the first letters, and what cannot be redriven and why."""
    lines = [f"{tally.chosen.total()} of {tally.selected} selected dead letters can be redriven ({tally.read} read)"]
    lines += [
        f"  {count} of {source}: {reason}{f' ({field})' if field else ''}"
        for (source, reason, field), count in tally.chosen.most_common()
    ]
    lines += [f"  such as {letter.origin.text}: {letter.message}" for letter in tally.shown]
    if tally.before:
        lines.append(f"{tally.before} not again: they were redriven before, or are repeats of a letter")
    lines += [f"{count} not: {hindrance}" for hindrance, count in tally.hindered.most_common()]
    return "\n".join(lines)
