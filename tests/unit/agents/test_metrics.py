from agents.metrics import METRICS, PREFIX, Exporter, add_up


def test_every_metric_of_the_table_is_exported() -> None:
    """One table: what is set, observed or counted under its name stands in the text with its labels."""
    exporter = Exporter("1.2.3")
    totals = {}
    for metric in METRICS.values():
        labels = [f"{label}-value" for label in metric.labels]
        if metric.kind == "gauge":
            exporter.set(metric.name, 7, *labels)
        elif metric.kind == "histogram":
            exporter.observe(metric.name, 0.003, *labels)
        else:
            totals["|".join((metric.name, *labels))] = 7
    exporter.read_from(lambda: [totals])
    text = exporter.render().decode()
    for metric in METRICS.values():
        series = [line for line in text.splitlines() if line.startswith(PREFIX + metric.name)]
        assert series, metric.name
        assert any(all(f'{label}="{label}-value"' in line for label in metric.labels) for line in series)


def test_names_follow_the_conventions() -> None:
    """Totals end in _total, and nothing else does; times are in seconds; nothing is counted per user."""
    for metric in METRICS.values():
        assert metric.name.endswith("_total") == (metric.kind == "total")
        assert metric.meaning
        assert "user" not in metric.labels
        assert not metric.name.endswith(("_ms", "_milliseconds"))


def test_totals_are_summed_over_the_partitions_owned() -> None:
    """Each fold keeps its own; a scrape adds them up, and a name outside the table is left out."""
    exporter = Exporter("1")
    folds = [{"decisions_total|a|live|sent": 2, "made_up_total|x": 1}, {"decisions_total|a|live|sent": 3}]
    exporter.read_from(lambda: folds)
    text = exporter.render().decode()
    assert 'promostream_decisions_total{campaign="a",mode="live",result="sent"} 5.0' in text
    assert "made_up" not in text
    folds.pop()
    assert 'result="sent"} 2.0' in exporter.render().decode()


def test_a_partition_that_left_leaves_no_series() -> None:
    """Or its last lag would alarm for ever; forgetting what was never set is no error."""
    exporter = Exporter("1")
    exporter.set("lag_records", 5, "decide", "3")
    exporter.forget("lag_records", "decide", "3")
    exporter.forget("lag_records", "decide", "4")
    assert "lag_records{" not in exporter.render().decode()


def test_adding_up_nothing_is_nothing() -> None:
    """The empty sum."""
    assert add_up([]) == {}
