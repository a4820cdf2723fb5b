"""What holds for all tests: no deadlines for Hypothesis's examples, for speed is a matter of benchmarks."""

from hypothesis import settings

settings.register_profile("without_deadlines", settings.default, deadline=None)
settings.load_profile("without_deadlines")
