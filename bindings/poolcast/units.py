"""Numbers as people read them: 412 ms, 33.1 min, 8.9 h, 80,000, 18 %."""

from __future__ import annotations

_DURATIONS = (  # below `limit` seconds, print in units of `size` seconds
    (1e-3, 1e-6, "µs"),
    (1.0, 1e-3, "ms"),
    (90.0, 1.0, "s"),
    (3600.0, 60.0, "min"),
    (48 * 3600.0, 3600.0, "h"),
    (2 * 365 * 86400.0, 86400.0, "days"),
    (float("inf"), 365 * 86400.0, "years"),
)
_SIZES = ((1e12, "TB"), (1e9, "GB"), (1e6, "MB"), (1e3, "KB"), (1.0, "bytes"))


def _short(value: float) -> str:
    """Three digits, no trailing zero, whole numbers in full."""
    size = abs(value)
    if size >= 99.95:
        return f"{value:,.0f}"
    if 0 < size < 0.095:
        return f"{value:.2g}"
    text = f"{value:.{1 if size >= 9.995 else 2}f}"
    return text.rstrip("0").rstrip(".")


def _scale(value: float, unit: str) -> tuple[float, str]:
    size = abs(value)
    if unit == "s":
        if size == 0:
            return 1.0, "s"
        return next((scale, name) for limit, scale, name in _DURATIONS if size < limit)
    if unit == "bytes":
        return next(((scale, name) for scale, name in _SIZES if size >= scale), (1.0, "bytes"))
    if unit == "share":
        return 0.01, "%"
    return 1.0, ""


def quantity(value: float | None, unit: str = "") -> str:
    """A value in its base unit (s, bytes, share, or a plain count), as people read it."""
    if value is None:
        return "—"
    scale, name = _scale(value, unit)
    return f"{_short(value / scale)} {name}".rstrip()


def duration(seconds: float | None) -> str:
    """A duration in seconds, as people read it."""
    return quantity(seconds, "s")


def interval(value: float | None, low: float | None, high: float | None, unit: str = "") -> str:
    """A confidence interval in the unit that its value is printed in: [398, 431]."""
    if value is None or low is None or high is None:
        return ""
    scale, _ = _scale(value, unit)
    return f"[{_short(low / scale)}, {_short(high / scale)}]"


def with_interval(value: float | None, low: float | None, high: float | None, unit: str = "") -> str:
    """412 ms [398, 431]."""
    return f"{quantity(value, unit)} {interval(value, low, high, unit)}".rstrip()


def bit_rate(bytes_per_s: float) -> str:
    """A bandwidth as networks are named: 1 Gb/s."""
    bits = 8 * bytes_per_s
    return f"{_short(bits / 1e9)} Gb/s" if bits >= 1e9 else f"{_short(bits / 1e6)} Mb/s"


def events(count: float) -> str:
    """31 million."""
    if count >= 999_500_000:
        return f"{_short(count / 1e9)} billion"
    if count >= 999_500:
        return f"{_short(count / 1e6)} million"
    return f"{count:,.0f}"


def plural(count: int, word: str, words: str = "") -> str:
    """1 replication, 12 replications; `words` where an s is not enough."""
    return f"{count:,} {word}" if count == 1 else f"{count:,} {words or word + 's'}"
