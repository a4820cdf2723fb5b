"""Wrong files, keys, settings and arguments: what the installed command says, where no broker is needed."""

from pathlib import Path

import pytest

from agents.clone import EXAMPLES
from agents.errors import FOUND, USAGE
from tests.making.commands import ended, last_line, only_line

EVENTS, MAPPING = str(EXAMPLES / "first" / "events.jsonl"), str(EXAMPLES / "first" / "mapping.toml")
DEMO = str(EXAMPLES / "demo")
CART = (EXAMPLES / "demo" / "cart-rescue.yaml").read_text(encoding="utf-8")
REPLAY = ("replay", EVENTS, "--mapping", MAPPING, "--campaigns", DEMO, "--out")


@pytest.fixture
def wrong(tmp_path: Path) -> Path:
    """A folder of files that are wrong in one way each."""
    files = {
        "two.yaml": CART.replace("wait: 4s", "wait: 4").replace("holdout: 20%", "holdout: 20"),
        "one.yaml": CART.replace("cart.items", "cart.item"),
        "budget.yaml": CART + 'budget: {total: "500.00"}\n',
        "torn.yaml": "campaign: [\n",
        "unknown.toml": (EXAMPLES / "first" / "mapping.toml").read_text().replace("user_id", "usr_id"),
        "absent.toml": 'format = "jsonl"\n[columns]\nuser_id = "nobody"\noccurred_at = "when"\ntype = "what"\n',
        "torn.toml": "format = \n",
        "csv.toml": 'format = "csv"\nnames = ["a", "b"]\n[columns]\nuser_id = "a"\noccurred_at = "b"\ntype = "b"\n',
        "file": "",
    }
    for name, text in files.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    (tmp_path / "bytes.yaml").write_bytes(b"\xff\xfe\x00")
    (tmp_path / "policies.yaml").write_text((EXAMPLES / "demo" / "policies.yaml").read_text())
    return tmp_path


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("one.yaml", 'one.yaml:14 who.all[0].feature: unknown "cart.item"; did you mean "cart.items"?'),
        ("two.yaml", "two.yaml:10 when.timer.wait: 4 is not a duration"),
        ("budget.yaml", "budget.yaml:44 budget: not supported"),
        ("torn.yaml", "torn.yaml:2: not YAML"),
        ("bytes.yaml", "bytes.yaml: it is not UTF-8 text; name a campaign file"),
        ("nowhere", "nowhere: no such file or directory; name a campaign file"),
        ("file", "file:1: the file is empty"),
    ],
)
def test_a_wrong_campaign_file_stops_whoever_needs_it(wrong: Path, name: str, said: str) -> None:
    """The line says which file, where, what was found and what was meant; nothing is written."""
    for command in (
        ("replay", EVENTS, "--mapping", MAPPING, "--campaigns", str(wrong / name), "--out", str(wrong / "out")),
        ("simulate", "--seconds", "1", "--campaigns", str(wrong / name), "--out", str(wrong / "out")),
    ):
        result = ended(*command)
        assert result.returncode == USAGE, result.stderr
        assert said in only_line(result)
        assert not (wrong / "out").exists()


def test_a_wrong_campaign_file_is_not_applied(wrong: Path) -> None:
    """Before any broker is asked; several mistakes are a line each."""
    result = ended("campaigns", "apply", str(wrong / "one.yaml"), BOOTSTRAP_SERVERS="127.0.0.1:1")
    assert result.returncode == USAGE
    assert 'did you mean "cart.items"?' in only_line(result)
    result = ended("campaigns", "apply", str(wrong / "two.yaml"), BOOTSTRAP_SERVERS="127.0.0.1:1")
    assert result.returncode == USAGE
    assert result.stderr.splitlines()[-1] == "promostream: 2 problems; nothing was applied"
    assert len(result.stderr.splitlines()) == 3


def test_checking_a_wrong_campaign_file_tells_every_mistake(wrong: Path) -> None:
    """A line each, and how many there are; exit code 1."""
    result = ended("campaigns", "check", str(wrong / "two.yaml"))
    assert result.returncode == FOUND
    assert last_line(result) == f"2 problems in {wrong}/two.yaml"
    assert [line.split(" ")[0].rpartition("/")[2] for line in result.stdout.splitlines()] == [
        "two.yaml:10",
        "two.yaml:26",
    ]


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("unknown.toml", 'columns.usr_id: unknown; did you mean "user_id"?'),
        ("absent.toml", 'the mapping names column "nobody", which none of the first'),
        ("torn.toml", "torn.toml: not TOML: Invalid value (at line 1, column 10)"),
        ("csv.toml", "the mapping does not fit 4 of 4 rows; row 1"),
        ("nowhere.toml", "nowhere.toml: no such file or directory; deploy/examples/mappings has some"),
    ],
)
def test_a_wrong_mapping_is_one_line(wrong: Path, name: str, said: str) -> None:
    """With what would fit; nothing is written."""
    result = ended("replay", EVENTS, "--mapping", str(wrong / name), "--campaigns", DEMO, "--out", str(wrong / "out"))
    assert result.returncode == USAGE
    assert said in only_line(result)
    assert not (wrong / "out").exists()


@pytest.mark.parametrize(
    ("arguments", "settings", "said"),
    [
        (("worker", "intake"), {}, "missing key: set PROMOSTREAM_TOKEN_KEY or PROMOSTREAM_TOKEN_KEY_FILE to 64"),
        (("worker", "decide"), {}, "missing key: set PROMOSTREAM_COUPON_KEY or PROMOSTREAM_COUPON_KEY_FILE to 64"),
        (("topics", "create"), {"TOKEN_KEY": "1f1f"}, "has 2 bytes instead of 32; `openssl rand -hex 32` makes a key"),
        (("topics", "create"), {"TOKEN_KEY_FILE": "nowhere"}, "PROMOSTREAM_TOKEN_KEY_FILE: nowhere cannot be read"),
        (
            (*REPLAY, "out"),
            {"COUPON_KEY": "secret"},
            "PROMOSTREAM_COUPON_KEY or PROMOSTREAM_COUPON_KEY_FILE is not hex",
        ),
        (("topics", "check"), {"PARTITIONS": "none"}, "settings: partitions: expected `int`, got `str`"),
        (("topics", "check"), {"BROKERS": "x:1"}, "settings: brokers: unknown"),
        (
            ("topics", "check"),
            {"SSL_CA_FILE": "nowhere"},
            "SSL_CA_FILE is set, but PROMOSTREAM_SECURITY",
        ),
        (
            ("topics", "check"),
            {"SECURITY_PROTOCOL": "SSL", "SSL_CA_FILE": __file__},
            "holds no certificate in PEM",
        ),
        (("worker", "learn", "--config", "nowhere.toml"), {}, "settings file nowhere.toml: no such file or directory"),
        (("worker", "learn"), {"LOG_LEVEL": "LOUD"}, 'log_level: "LOUD" is not known; there is DEBUG, INFO'),
        (("explain", "cart-rescue"), {}, '"cart-rescue" is not a decision id; it looks like e7-12-904412-0'),
        (("explain", "e1-0-5-0", "--from", "nowhere"), {}, "nowhere: no such file or directory; name a replay's"),
        (("campaigns", "pause"), {}, "missing argument 'NAME'; `promostream campaigns pause --help` shows how"),
        (("simulate",), {}, "simulate needs --to-kafka or --out DIR, and not both"),
        (
            ("simulate", "--out", "out", "--customers", "0"),
            {},
            "invalid value for '--customers': 0 is not in the range",
        ),
        ((*REPLAY, f"{__file__}/out"), {}, f"{__file__}/out: not a directory"),
        (("demo", "--campaigns", "nowhere"), {}, "invalid value for '--campaigns': Path 'nowhere' does not exist"),
    ],
    ids=lambda value: " ".join(value)[:30] if isinstance(value, tuple) else None,
)
def test_wrong_use_is_one_line(arguments: tuple[str, ...], settings: dict[str, str], said: str) -> None:
    """What is wrong and what to do; exit code 2."""
    result = ended(*arguments, **settings)
    assert result.returncode == USAGE, result.stderr
    assert said in only_line(result)


def test_a_decision_that_is_not_there_is_a_finding(tmp_path: Path) -> None:
    """Exit code 1: the look-up worked."""
    assert ended(*REPLAY, str(tmp_path)).returncode == 0
    result = ended("explain", "e1-0-999999-0", "--from", str(tmp_path))
    assert result.returncode == FOUND
    assert only_line(result).startswith(f"no decision e1-0-999999-0 in {tmp_path}; is it from another epoch")
