"""Java and the jars: found on the machine, resolved once by Maven, reused offline from then on."""

import hashlib
import os
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

POM = Path(__file__).with_name("pom.xml")
NEEDED_JAVA = 17

Say = Callable[[str], None]


class KafkaUnavailable(Exception):  # noqa: N818 - it says what is, and its text what to do next
    """A local Kafka cannot run here; the text is one line that says what to do."""


def find_java() -> str:
    """The machine's ``java`` (``JAVA_HOME`` first), version 17 or later.

    Raises:
        KafkaUnavailable: there is none, or an older one.

    """
    home = os.environ.get("JAVA_HOME")
    java = shutil.which("java", path=f"{home}/bin") if home else None
    java = java or shutil.which("java")
    if java is None:
        raise KafkaUnavailable(f"no Java: install a JDK or JRE {NEEDED_JAVA} or later, or set JAVA_HOME")
    said = subprocess.run([java, "-version"], capture_output=True, text=True, check=False).stderr
    found = re.search(r'version "(?:1\.)?(\d+)', said)
    if found is None or int(found[1]) < NEEDED_JAVA:
        version = f"Java {found[1]}" if found else "no working Java"
        raise KafkaUnavailable(f"{java} is {version}: Kafka needs {NEEDED_JAVA} or later; install it or set JAVA_HOME")
    return java


def cached_jars() -> Path:
    """Where the jars of this pom are, or will be: a folder of the user's cache named by the pom's digest."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return cache / "promostream" / f"kafka-{hashlib.sha256(POM.read_bytes()).hexdigest()[:12]}"


def find_jars(log: Path, say: Say) -> Path:
    """The folder that holds the jars; Maven fetches them when they are not there yet (about 7 s, once).

    Raises:
        KafkaUnavailable: Maven is missing or could not fetch them; ``log`` has Maven's own words.

    """
    folder = cached_jars()
    if folder.is_dir():
        return folder
    maven = shutil.which("mvn")
    if maven is None:
        raise KafkaUnavailable("no Maven: install it (the command is `mvn`); it fetches the jars of Apache Kafka, once")
    say(f"fetching the jars of Apache Kafka with Maven into {folder} (once)")
    fresh = folder.with_name(f"{folder.name}.{os.getpid()}")
    _copy_dependencies(maven, fresh, log)
    try:
        fresh.rename(folder)
    except OSError:  # another process was quicker: its jars are the same
        shutil.rmtree(fresh)
    return folder


def _copy_dependencies(maven: str, folder: Path, log: Path) -> None:
    command = [maven, "-B", "-ntp", "-f", str(POM), "dependency:copy-dependencies"]
    command += [f"-DoutputDirectory={folder}", "-DincludeScope=runtime"]
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("wb") as out:
        ended = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=out, stderr=out, check=False)
    if ended.returncode:
        shutil.rmtree(folder, ignore_errors=True)
        raise KafkaUnavailable(f"Maven could not fetch the jars of Apache Kafka; its words are in {log}")
