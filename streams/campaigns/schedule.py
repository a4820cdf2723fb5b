"""When a campaign runs: local times in a named zone → UTC."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo, available_timezones

from streams.campaigns.document import Field, did_you_mean, entries, items
from streams.campaigns.scalars import time_of_day

ALWAYS = (0, 253_402_300_799_000)
"""From 1970 to the end of the year 9999, in ms UTC: a campaign without a schedule."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_UNSUPPORTED = {
    "fallback_timezone": "remove it: all times are in the zone that schedule.timezone names",
    "send_between": "remove it: let the delivery service keep quiet hours for now",
}


def schedule(field: Field) -> tuple[int, int] | None:
    """Start and end in ms UTC, the end exclusive; either may be left open."""
    found = entries(field, ("from", "until", "timezone"), _UNSUPPORTED)
    if "send_between" in found:
        for moment in items(found["send_between"]):
            time_of_day(moment)
    zone = _zone(found["timezone"]) if "timezone" in found else ZoneInfo("UTC")
    if zone is None:
        return None
    start = _moment(found["from"], zone) if "from" in found else ALWAYS[0]
    end = _moment(found["until"], zone) if "until" in found else ALWAYS[1]
    if start is None or end is None:
        return None
    if end <= start:
        found.get("until", found.get("from", field)).wrong("ends before it starts; write a time after schedule.from")
        return None
    return start, end


def _zone(field: Field) -> ZoneInfo | None:
    if field.raw == "user":
        field.wrong('"user" is not supported yet; write a zone name such as Asia/Shanghai')
        return None
    zones = available_timezones()
    if field.raw not in zones:
        hint = did_you_mean(field.raw, sorted(zones)) or "; write a zone name such as Asia/Shanghai"
        field.wrong(f"unknown time zone {field.shown}{hint}")
        return None
    return ZoneInfo(field.raw)


def _moment(field: Field, zone: ZoneInfo) -> int | None:
    try:
        local = datetime.fromisoformat(field.raw)
    except ValueError:
        field.wrong(f'{field.shown} is not a date and time; write such as "2026-11-01T00:00"')
        return None
    moment = local if local.tzinfo else local.replace(tzinfo=zone)
    utc = moment.astimezone(UTC)
    if utc.astimezone(zone).replace(tzinfo=None) != local.replace(tzinfo=None) and not local.tzinfo:
        field.wrong(f"{field.shown} does not exist in {zone.key} (clocks go forward then); write an hour later")
        return None
    return int((utc - _EPOCH).total_seconds() * 1000)
