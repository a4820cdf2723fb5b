import traceback
from pathlib import Path

import msgspec
import pytest

from agents.errors import WrongUse
from agents.secrets import Hidden, Secret, read_key, read_text
from agents.settings import PREFIX, SECRETS, Settings, environment_of, read_settings

KEY = "c0ffee" + "1f" * 29


def test_settings_show_no_secret_however_they_are_shown() -> None:
    """Printed, formatted, logged, as a field or as a whole; and no encoder takes them."""
    settings = Settings(**dict.fromkeys(SECRETS, KEY))  # type: ignore[arg-type] # fields of text
    field = settings.token_key
    for shown in (repr(settings), str(settings), f"{settings}", f"{field}", f"{field!r:>20}", str(field), "%s" % field):  # noqa: UP031 - one of the ways
        assert KEY[:8] not in shown
    with pytest.raises(TypeError):
        msgspec.json.encode(settings)


def test_a_secret_stays_hidden_when_settings_change() -> None:
    """Also when it came from the environment, and after another setting was replaced."""
    settings = msgspec.structs.replace(read_settings({PREFIX + "TOKEN_KEY": KEY}), partitions=3)
    assert isinstance(settings.token_key, Hidden)
    assert KEY[:8] not in repr(settings)
    assert settings.tokens() == Secret(bytes.fromhex(KEY))


def test_another_process_gets_the_same_settings() -> None:
    """The environment made of settings is read as the same settings, secrets included."""
    settings = Settings(token_key=KEY, partitions=3, topic_prefix="x-", model_pause=0.5)
    assert read_settings(environment_of(settings)) == settings
    assert environment_of(settings)["PROMOSTREAM_TOKEN_KEY"] == KEY


@pytest.mark.parametrize("text", ["zz" + KEY[2:], KEY[2:]])
def test_the_traceback_of_a_wrong_key_does_not_hold_it(text: str) -> None:
    """Neither the line nor what lies behind it."""
    with pytest.raises(WrongUse) as caught:
        read_key("PROMOSTREAM_TOKEN_KEY", Hidden(text), "")
    assert text[2:12] not in "".join(traceback.format_exception(caught.value))


def test_a_password_file_is_read_without_its_line_end(tmp_path: Path) -> None:
    """Spaces belong to the password; an empty file, or a password besides, is a mistake."""
    file = tmp_path / "password"
    file.write_text(" a b \n")
    assert read_text("P", "", str(file)).reveal() == " a b "
    with pytest.raises(WrongUse, match="P and P_FILE are both set; keep the file"):
        read_text("P", "x", str(file))
    file.write_text("\n")
    with pytest.raises(WrongUse, match="is empty; write the password there"):
        read_text("P", "", str(file))
