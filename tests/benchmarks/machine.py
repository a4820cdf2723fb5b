"""The machine that is measured on, and what else it was doing."""

import os
import platform
from importlib.metadata import version
from pathlib import Path


def describe() -> str:
    """CPUs, memory, versions and the load before, in one line."""
    cpus = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    model = next((line.partition(":")[2].strip() for line in cpus if line.startswith("model name")), "unknown CPU")
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
    versions = f"Python {platform.python_version()}, Faust {version('faust-streaming')}"
    return f"{os.cpu_count()} × {model}, {memory:.0f} GB, {versions}, load before {os.getloadavg()[0]:.1f}"
