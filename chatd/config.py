"""Settings: chat.ini, the environment and flags to one frozen `Settings`.

`TABLE` has a row for each option. Names, bounds, defaults and explanations stand there and
nowhere else: the messages, the names of variables and flags, and conf/chat.ini itself
(`python -m chatd.config > conf/chat.ini`) are derived from it.

A later source wins: default, file, environment, flag. Whatever is unknown, doubled or out of
bounds in any of them stops the start, overridden or not: nobody should learn months later that
a line never had an effect.
"""

import configparser
import difflib
import ipaddress
import os
import re
import stat
import sys
import textwrap
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import chain
from pathlib import Path
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

SECTION = "chat"
VARIABLE_PREFIX = "CHATD_"
FILE_BYTES_MAX = 1 << 20
SHOWN_CHARACTERS_MAX = 80

SECOND_MS = 1000
MINUTE_MS = 60 * SECOND_MS
HOUR_MS = 60 * MINUTE_MS
DAY_MS = 24 * HOUR_MS

KIB = 1 << 10
MIB = 1 << 20
GIB = 1 << 30
SUFFIXES = {"K": KIB, "M": MIB, "G": GIB}

NO_NAME_HAS = frozenset("@#+/;:\"'")


class ConfigError(Exception):
    """A setting that stops the start. The text is one line, made to be printed as it is.

    path, line: where in the file, `line` from 1; None for a variable or a flag.
    option: its name in chat.ini, None where no option can be told.
    allowed: what would have been right.
    """

    def __init__(
        self,
        where: str,
        allowed: str,
        *,
        path: Path | None = None,
        line: int | None = None,
        option: str | None = None,
    ) -> None:
        super().__init__(f"{where}: {allowed}")
        self.path = path
        self.line = line
        self.option = option
        self.allowed = allowed


class Fsync(StrEnum):
    """When the journal is synced."""

    ALWAYS = "always"
    EVERYSEC = "everysec"
    NEVER = "never"


class Tls(StrEnum):
    """Whether encrypted connections are a choice, where there is one at all."""

    OPTIONAL = "optional"
    REQUIRED = "required"


class Registration(StrEnum):
    """Who may make an account."""

    OPEN = "open"
    CLOSED = "closed"


class LogLevel(StrEnum):
    """The least serious line that is logged."""

    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


class LogFormat(StrEnum):
    """How a line of the log is written."""

    TEXT = "text"
    JSON = "json"


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings, checked, in the unit that each name ends in."""

    db_path: Path
    fsync: Fsync
    snapshot_interval_ms: int
    snapshot_growth_bytes: int
    journal_segment_bytes: int
    host: str
    port: int
    insecure: bool
    tls_cert: Path | None
    tls_key: Path | None
    tls: Tls
    allowed_hosts: tuple[str, ...]
    trusted_proxies: tuple[str, ...]
    metrics_from: tuple[str, ...]
    connections_max: int
    connections_reserved: int
    connections_per_address: int
    guests_per_address: int
    connections_per_user: int
    login_timeout_ms: int
    idle_ping_ms: int
    stall_timeout_ms: int
    high_water_bytes: int
    tick_bytes_max: int
    registration: Registration
    registrations_per_hour: int
    devices_max: int
    groups_max: int
    members_max: int
    limit_messages: int
    update_period_ms: int
    limit_private: int
    limit_reactions: int
    young_account_ms: int
    requests_per_second: int
    max_file_size_bytes: int
    file_quota_bytes: int
    uploads_bytes_max: int
    disk_reserve_bytes: int
    limit_show_messages: int
    lifetime_ms: int
    keep_unread_ms: int
    log_bytes_max: int
    tz: ZoneInfo
    admins: tuple[str, ...]
    warnings_limit: int
    ban_ms: int
    reporter_age_ms: int
    log_level: LogLevel
    log_format: LogFormat
    log_file: Path | None
    log_file_bytes: int
    log_file_count: int

    @property
    def plain(self) -> bool:
        """Whether connections without TLS are taken."""
        return self.insecure if not _is_loopback(self.host) else self.tls is Tls.OPTIONAL


@dataclass(frozen=True, slots=True)
class Kind:
    """What an option takes: in words, and as a function that raises ValueError at all else.

    write: the way back, from a value to a text that means the same.
    """

    allowed: str
    convert: Callable[[str], object]
    write: Callable[[Any], str] = lambda value: _written(value)


@dataclass(frozen=True, slots=True)
class Option:
    """One row of the table; `default` is written as in chat.ini."""

    name: str
    field: str
    kind: Kind
    default: str
    help: str

    @property
    def variable(self) -> str:
        """The environment variable that overrides the file."""
        return VARIABLE_PREFIX + self.name

    @property
    def flag(self) -> str:
        """The flag that overrides both, where the command line offers one."""
        return "--" + self.name.lower().replace("_", "-")


def whole(low: int, high: int) -> Kind:
    """Take a whole number from `low` to `high`."""
    return Kind(
        f"a whole number from {low} to {high}",
        lambda text: _bounded(_digits(text), low, high),
    )


def _span(unit: str, unit_ms: int) -> Callable[[int, int], Kind]:
    """Return a function like `whole` for times in `unit`; their values are in ms."""

    def span(low: int, high: int) -> Kind:
        return Kind(
            f"a whole number of {unit} from {low} to {high}",
            lambda text: _bounded(_digits(text), low, high) * unit_ms,
            lambda value_ms: str(value_ms // unit_ms),
        )

    return span


def size(low: int, high: int) -> Kind:
    """Take a number of bytes from `low` to `high`, plain or as 64K, 256M, 1GiB (powers of 1024)."""

    def convert(text: str) -> int:
        short = text.removesuffix("iB")
        unit = SUFFIXES.get(short[-1:].upper(), 1)
        return _bounded(_digits(text if unit == 1 else short[:-1]) * unit, low, high)

    bounds = f"from {_written_size(low)} to {_written_size(high)}"
    allowed = f"a number of bytes {bounds}, such as 65536, 64K, 256M or 1G (KiB, MiB, GiB)"
    return Kind(allowed, convert, _written_size)


def word(words: type[StrEnum]) -> Kind:
    """Take one of `words`, in any case."""
    return Kind(_or(words), lambda text: words(text.lower()))


def _or(words: Iterable[str]) -> str:
    *others, last = words
    return f"{', '.join(others)} or {last}"


def _bounded(number: int, low: int, high: int) -> int:
    if not low <= number <= high:
        raise ValueError(number)
    return number


def _digits(text: str) -> int:
    """Read decimal digits only: int() would take "1_000", " 7" and other scripts' digits too."""
    if not re.fullmatch("[0-9]{1,18}", text):
        raise ValueError(text)
    return int(text)


def _written(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple | frozenset):
        return " ".join(sorted(value))
    return "" if value is None else str(value)


def _written_size(count: int) -> str:
    if not count:
        return "0"
    for letter, unit in reversed(SUFFIXES.items()):
        if count % unit == 0:
            return f"{count // unit}{letter}"
    return str(count)


def _yes_or_no(text: str) -> bool:
    if text.lower() not in ("yes", "no"):
        raise ValueError(text)
    return text.lower() == "yes"


def _zone(text: str) -> ZoneInfo:
    try:
        return ZoneInfo(text)
    except Exception as error:  # whatever the library makes of a folder there, or of a damaged file
        raise ValueError(text) from error


def _host(text: str) -> str:
    """Take an address or a name by RFC 1123. Nothing is looked up."""
    try:
        ipaddress.ip_address(text)
    except ValueError:
        if len(text) > 253 or not re.fullmatch(r"[a-zA-Z0-9]([a-zA-Z0-9.-]*[a-zA-Z0-9])?", text):
            raise
    return text


def _file(text: str) -> Path:
    if not text or text.endswith("/") or Path(text).name in ("", ".."):
        raise ValueError(text)
    return Path(text)


def _names(text: str) -> tuple[str, ...]:
    """Take names by their syntax. Which user each means is known where users are."""
    names = tuple(text.replace(",", " ").split())
    if not all(name[0].isalnum() and NO_NAME_HAS.isdisjoint(name) for name in names):
        raise ValueError(text)
    return names


def _hosts(text: str) -> tuple[str, ...]:
    names = text.replace(",", " ").lower().split()
    return tuple(name if name == "*" else _host(name) for name in names)


def _networks(text: str) -> tuple[str, ...]:
    return tuple(str(ipaddress.ip_network(part)) for part in text.replace(",", " ").split())


FILE = Kind("the path of a file", _file)
FILE_OR_NOTHING = Kind(
    "the path of a file, or nothing",
    lambda text: _file(text) if text else None,
)
ZONE = Kind("a time zone of the IANA database, such as UTC or Europe/Berlin", _zone)
HOST = Kind("an IP address or a host name", _host)
NAMES = Kind("names of users, separated by spaces or commas, or nothing", _names)
HOSTS = Kind("host names, separated by spaces, or * for any, or nothing", _hosts)
NETWORKS = Kind("addresses or networks such as 10.0.0.0/8, separated by spaces, or none", _networks)
YES_OR_NO = Kind("yes or no", _yes_or_no)

seconds = _span("seconds", SECOND_MS)
minutes = _span("minutes", MINUTE_MS)
hours = _span("hours", HOUR_MS)
days = _span("days", DAY_MS)

# A topic of chat.ini and its options: name, field, what it takes, default, explanation. Not
# formatted, because a table reads by rows.
# fmt: off
TABLE: dict[str, tuple[Option, ...]] = {
    "The store": (
        Option("DB_NAME", "db_path", FILE, "data/chat.db",
               "The snapshot of the store. Journal, files and lock lie beside it, with the same "
               "name in front. A relative path starts at the folder that the server is started "
               "in."),
        Option("FSYNC", "fsync", word(Fsync), "always",
               "When the journal is synced to the disk. always: before anyone sees a message; "
               "nothing is lost. everysec: every second; a power failure may cost the last one. "
               "never: whenever the system does it."),
        Option("SNAPSHOT_INTERVAL", "snapshot_interval_ms", minutes(1, 10_080), "10",
               "A snapshot is written this long after the last one if anything has changed. "
               "Deleted and expired texts leave the disk with it."),
        Option("SNAPSHOT_GROWTH", "snapshot_growth_bytes", size(MIB, 64 * GIB), "64M",
               "A snapshot is written earlier once the journal has grown by this much."),
        Option("JOURNAL_SEGMENT", "journal_segment_bytes", size(MIB, GIB), "16M",
               "The journal is kept in files of this size, allocated in advance."),
    ),
    "The network": (
        Option("HOST", "host", HOST, "127.0.0.1",
               "The address to listen on. Anything but a loopback address (127.0.0.1, ::1, "
               "localhost) needs TLS_CERT, or INSECURE = yes."),
        Option("PORT", "port", whole(0, 65_535), "8000",
               "The port to listen on, for all protocols. 0: any free one."),
        Option("INSECURE", "insecure", YES_OR_NO, "no",
               "yes: allow unencrypted connections from other machines. Anyone in between can "
               "then read everything and take over accounts."),
        Option("TLS_CERT", "tls_cert", FILE_OR_NOTHING, "",
               "The certificate of this server and its chain, as PEM. With it, the same port "
               "accepts TLS, too."),
        Option("TLS_KEY", "tls_key", FILE_OR_NOTHING, "",
               "The private key of the certificate, as PEM. Nothing: it is in TLS_CERT."),
        Option("TLS", "tls", word(Tls), "optional",
               "required: only encrypted connections are accepted, even on a loopback address. "
               "On other addresses that is so anyway, unless INSECURE = yes."),
        Option("ALLOWED_HOSTS", "allowed_hosts", HOSTS, "",
               "Names under which HTTP clients reach this server, besides HOST, localhost and "
               "addresses. A request for any other name is refused."),
        Option("TRUSTED_PROXIES", "trusted_proxies", NETWORKS, "",
               "Proxies in front of this server, whose X-Forwarded-For is trusted to name their "
               "clients."),
        Option("METRICS_FROM", "metrics_from", NETWORKS, "127.0.0.0/8 ::1",
               "Who may read /metrics."),
        Option("CONNECTIONS_MAX", "connections_max", whole(1, 1_000_000), "20000",
               "Connections at the same time. Above it, the oldest without a login is closed; if "
               "all are logged in, the idlest one of the user with the most."),
        Option("CONNECTIONS_RESERVED", "connections_reserved", whole(0, 1_000_000), "200",
               "This many of CONNECTIONS_MAX, but at most a tenth, are kept for clients that "
               "have not logged in yet."),
        Option("CONNECTIONS_PER_ADDRESS", "connections_per_address", whole(0, 1_000_000), "1000",
               "Connections from one address at the same time. An IPv6 /64 counts as one "
               "address; loopback and TRUSTED_PROXIES are not counted. 0: no limit."),
        Option("GUESTS_PER_ADDRESS", "guests_per_address", whole(0, 1_000_000), "400",
               "How many of those may be without a login. 0: no limit."),
        Option("CONNECTIONS_PER_USER", "connections_per_user", whole(0, 1_000_000), "64",
               "Connections of one user at the same time. 0: no limit."),
        Option("LOGIN_TIMEOUT", "login_timeout_ms", seconds(1, 3_600), "30",
               "A connection that has not logged in after this long is closed."),
        Option("IDLE_PING", "idle_ping_ms", seconds(1, 86_400), "25",
               "A client that has been silent for this long gets a ping, and so does a stream of "
               "events. Many proxies close connections that are silent for 60 seconds."),
        Option("STALL_TIMEOUT", "stall_timeout_ms", seconds(1, 86_400), "60",
               "A client that has not read any of the bytes waiting for it for this long is "
               "disconnected. It misses nothing: it resumes there when it comes back."),
        Option("HIGH_WATER", "high_water_bytes", size(64 * KIB, GIB), "256K",
               "A connection with more unsent bytes than this gets no new ones until it has read "
               "them."),
        Option("TICK_BYTES_MAX", "tick_bytes_max", size(64 * KIB, 64 * MIB), "4M",
               "The bytes of requests that are handled at a time. The rest waits for the next "
               "tick."),
    ),
    "Accounts": (
        Option("REGISTRATION", "registration", word(Registration), "open",
               "open: anyone who can connect can make an account. closed: only `chatd user add` "
               "on this machine makes one."),
        Option("REGISTRATIONS_PER_HOUR", "registrations_per_hour", whole(0, 1_000_000), "200",
               "Accounts that can be made from one address in an hour. An IPv6 /64 counts as one "
               "address; loopback is not counted. 0: no limit."),
        Option("DEVICES_MAX", "devices_max", whole(1, 1_000), "32",
               "How many devices of one user can stay logged in."),
    ),
    "Private rooms": (
        Option("GROUPS_MAX", "groups_max", whole(0, 10_000), "100",
               "Private rooms that one user may be in. 0: nobody may make or join one."),
        Option("MEMBERS_MAX", "members_max", whole(1, 1_000_000), "1000",
               "Members of one private room."),
    ),
    "Limits": (
        Option("LIMIT_MESSAGES", "limit_messages", whole(0, 1_000_000), "20",
               "Messages to everyone that a user may post in each UPDATE_PERIOD. 0: no limit."),
        Option("UPDATE_PERIOD", "update_period_ms", minutes(1, 525_600), "60",
               "How long such a period lasts. It starts with a user's first message."),
        Option("LIMIT_PRIVATE", "limit_private", whole(0, 1_000_000), "600",
               "The same for messages that are not sent to everyone. 0: no limit."),
        Option("LIMIT_REACTIONS", "limit_reactions", whole(0, 1_000_000), "600",
               "The same for reactions, and pinned messages. 0: no limit."),
        Option("YOUNG_ACCOUNT", "young_account_ms", days(0, 3_650), "7",
               "Unread texts from an account younger than this may take up 1 MiB with each "
               "recipient and 4 MiB in all. 0: no such limit."),
        Option("REQUESTS_PER_SECOND", "requests_per_second", whole(0, 1_000_000), "200",
               "Requests of one user, on all connections together; after a pause, as many at "
               "once. Before the login they are counted by address, on loopback by connection. "
               "Any more have to wait. 0: no limit."),
        Option("MAX_FILE_SIZE", "max_file_size_bytes", size(KIB, GIB), "5M",
               "The size of one file."),
        Option("FILE_QUOTA", "file_quota_bytes", size(0, 1024 * GIB), "256M",
               "The size of all files of one user together. 0: no limit."),
        Option("UPLOADS_BYTES_MAX", "uploads_bytes_max", size(MIB, 1024 * GIB), "1G",
               "The size of all unfinished uploads together. Above it, the user with the most "
               "loses the one that has been idle longest."),
        Option("DISK_RESERVE", "disk_reserve_bytes", size(0, 1024 * GIB), "256M",
               "Files are refused if the disk would have less space left than this, so that "
               "messages can still be written."),
    ),
    "Messages": (
        Option("LIMIT_SHOW_MESSAGES", "limit_show_messages", whole(0, 1_000), "20",
               "How many of the last messages a newcomer is shown."),
        Option("LIFETIME_MESSAGES", "lifetime_ms", minutes(0, 525_600), "60",
               "A message is gone for a user this long after it was delivered. 0: never."),
        Option("KEEP_UNREAD", "keep_unread_ms", days(0, 36_500), "30",
               "Messages to everyone and in private rooms go after this long even if somebody "
               "has not read them. Unread messages from one user to another wait without limit. "
               "0: never."),
        Option("LOG_BYTES_MAX", "log_bytes_max", size(MIB, 64 * GIB), "256M",
               "Memory for the messages of one room. Above it the oldest go."),
        Option("TZ", "tz", ZONE, "UTC",
               "The time zone in which times are shown to users who have none."),
    ),
    "Moderation": (
        Option("ADMINS", "admins", NAMES, "",
               "Users who see reports, and may ban, unban, dismiss reports, and delete accounts. "
               "Nobody can register a name that is listed here; `chatd user add` makes its "
               "account."),
        Option("WARNINGS_LIMIT", "warnings_limit", whole(0, 1_000), "3",
               "A user reported by this many others within 30 days is banned. Administrators are "
               "not banned that way. 0: only administrators ban."),
        Option("BAN_HOURS", "ban_ms", hours(1, 8_760), "4",
               "How long a ban lasts unless an administrator says otherwise."),
        Option("REPORTER_AGE", "reporter_age_ms", hours(0, 8_760), "0",
               "Reports by accounts younger than this only inform the administrators. An open "
               "server needs this against people with many accounts. 0: every report counts."),
    ),
    "The server's own log": (
        Option("LOG_LEVEL", "log_level", word(LogLevel), "info",
               "The least serious lines to write."),
        Option("LOG_FORMAT", "log_format", word(LogFormat), "text",
               "text: for people. json: one object per line."),
        Option("LOG_FILE", "log_file", FILE_OR_NOTHING, "",
               "Where to write. Nothing: to standard error."),
        Option("LOG_FILE_BYTES", "log_file_bytes", size(64 * KIB, 64 * GIB), "10M",
               "At this size LOG_FILE is renamed to LOG_FILE.1, and a new one is begun."),
        Option("LOG_FILE_COUNT", "log_file_count", whole(1, 1_000), "5",
               "How many of those renamed files are kept."),
    ),
}
# fmt: on

FIXED = frozenset(
    {
        "DB_NAME", "FSYNC", "JOURNAL_SEGMENT", "HOST", "PORT", "INSECURE", "TICK_BYTES_MAX",
    }
)  # fmt: skip
"""Options that a running server can't take up: they change with the next start."""

OPTIONS = tuple(chain.from_iterable(TABLE.values()))
BY_NAME = {option.name: option for option in OPTIONS}


@dataclass(frozen=True, slots=True)
class _Given:
    """A setting as somebody wrote it. `label` is where, up to the text: "chat.ini:3: PORT ="."""

    name: str
    text: str
    label: str
    path: Path | None = None
    line: int | None = None

    def refuse(self, allowed: str) -> ConfigError:
        where = f"{self.label} {_shown(self.text)}"
        return ConfigError(where, allowed, path=self.path, line=self.line, option=self.name)


def load(
    path: Path | None, environ: Mapping[str, str], flags: Mapping[str, str], *, again: bool = False
) -> Settings:
    """Return the settings, or raise ConfigError.

    path: chat.ini, or None for defaults only; environ: of which CHATD_… counts;
    flags: names as in chat.ini to their texts.
    again: for a running server, which does not take an empty file for one: an editor that writes
    it right now may have cut it off first, and all would fall back to the defaults.
    """
    values: dict[str, Any] = {}
    last: dict[str, _Given] = {}
    lines = _file_lines(path, needs_section=again)
    for given in chain(_defaults(), lines, _variables(environ), _flags(flags)):
        option = _option(given)
        values[option.field] = _value(option, given)
        last[option.name] = given
    settings = Settings(**values)
    broken = _broken_rule(settings, path)
    if broken is not None:
        raise last[broken.option].refuse(broken.allowed)
    return settings


def changed(old: Settings, new: Settings) -> tuple[Settings, list[str]]:
    """Return what a running server with `old` goes on with when `new` is wanted.

    That is `new` but for the `FIXED` options; the second is the names of those that differ.
    Raises ConfigError if what stays does not go with what is new.
    """
    fixed = [option for option in OPTIONS if option.name in FIXED]
    late = [o for o in fixed if getattr(old, o.field) != getattr(new, o.field)]
    kept = {option.field: getattr(old, option.field) for option in late}
    settings, names = replace(new, **kept), [option.name for option in late]
    broken = _broken_rule(settings)
    if broken is not None:
        where = f"{broken.option} = {written(settings, broken.option)}"
        raise ConfigError(
            f"{where}, as {' and '.join(names) or 'that'} can't change before the next start",
            broken.allowed,
            option=broken.option,
        )
    return settings, names


def written(settings: Settings, name: str) -> str:
    """Return the value of an option as it could stand in chat.ini."""
    option = BY_NAME[name]
    return option.kind.write(getattr(settings, option.field))


def _option(given: _Given) -> Option:
    option = BY_NAME.get(given.name)
    if option is None:
        near = difflib.get_close_matches(given.name, BY_NAME, n=1)
        raise given.refuse(f"no such option, {_one_of(near or list(BY_NAME))}")
    return option


def _one_of(names: list[str]) -> str:
    return f"did you mean {names[0]}?" if len(names) == 1 else f"there are {', '.join(names)}"


def _value(option: Option, given: _Given) -> object:
    try:
        if not given.text.isprintable():  # control characters, a second line, broken UTF-8
            raise ValueError(given.text)
        return option.kind.convert(given.text)
    except ValueError as error:
        raise given.refuse(option.kind.allowed) from error


class _Broken(NamedTuple):
    """An option that does not go with the others, and what would."""

    option: str
    allowed: str


def _broken_rule(settings: Settings, path: Path | None = None) -> _Broken | None:
    """Return the first rule between options that the settings break. path: chat.ini."""
    if settings.tls_cert is None:
        if not _is_loopback(settings.host) and not settings.insecure:
            return _Broken(
                "HOST",
                "a loopback address (127.0.0.1, ::1, localhost) without TLS_CERT or INSECURE = yes",
            )
        if settings.tls is Tls.REQUIRED:
            return _Broken("TLS", "optional without TLS_CERT")
        if settings.tls_key is not None:
            return _Broken("TLS_KEY", "nothing without TLS_CERT")
    if settings.log_file is not None and _overwrites(settings.log_file, settings, path):
        return _Broken("LOG_FILE", "a file of its own, none that chatd reads or keeps")
    return None


def _overwrites(log_file: Path, settings: Settings, path: Path | None) -> bool:
    """Whether the log, or what it is renamed to, would be one of the other files."""
    log, store = os.path.realpath(log_file), os.path.realpath(settings.db_path)
    if log.startswith(store + "-"):
        return True
    others = [file for file in (settings.tls_cert, settings.tls_key, path) if file is not None]
    renamed = re.compile(re.escape(log) + r"(\.[0-9]+)?")
    return any(renamed.fullmatch(file) for file in (store, *map(os.path.realpath, others)))


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"  # RFC 6761, section 6.3: always loopback


def _shown(text: str) -> str:
    """Return `text` fit for a terminal and a line: it is what somebody mistyped, so anything."""
    shown = text if text.isprintable() else ascii(text)
    short = shown[: SHOWN_CHARACTERS_MAX - 1] + "…"
    return shown if len(shown) <= SHOWN_CHARACTERS_MAX else short


def _defaults() -> Iterator[_Given]:
    for option in OPTIONS:
        yield _Given(option.name, option.default, f"{option.name} =")


def _variables(environ: Mapping[str, str]) -> Iterator[_Given]:
    for variable, text in sorted(environ.items()):
        if variable.startswith(VARIABLE_PREFIX):
            name = variable.removeprefix(VARIABLE_PREFIX)
            yield _Given(name, text, f"{_shown(variable)} =")


def _flags(flags: Mapping[str, str]) -> Iterator[_Given]:
    for name, text in flags.items():
        yield _Given(name, text, BY_NAME[name].flag)


def _file_lines(path: Path | None, needs_section: bool) -> Iterator[_Given]:
    if path is None:
        return
    text = _read(path)
    for name, value in _parse(text, path, needs_section):
        line = _line_of_option(text, name)
        yield _Given(name, value, f"{path}:{line}: {_shown(name)} =", path, line)


def _read(path: Path) -> str:
    try:
        with open(path, "rb", opener=_open_without_waiting) as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                raise ConfigError(str(path), "a regular file", path=path)
            content = file.read(FILE_BYTES_MAX + 1)
    except OSError as error:
        raise ConfigError(str(path), error.strerror or "can't be read", path=path) from error
    if len(content) > FILE_BYTES_MAX:
        raise ConfigError(str(path), f"at most {FILE_BYTES_MAX} bytes", path=path)
    try:
        return content.decode("utf-8-sig")  # some editors put a mark in front
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise ConfigError(f"{path}:{line}", "text in UTF-8", path=path, line=line) from error


def _open_without_waiting(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_NONBLOCK)  # a pipe would wait for who writes into it


class _Parser(configparser.ConfigParser):
    """The INI dialect of chat.ini: `NAME = value`, names in any case, `#` and `;` for comments."""

    SECTCRE = re.compile(r"\[(?P<header>[^]]+)]$")  # the usual one ignores what follows the ]

    def __init__(self) -> None:
        super().__init__(
            delimiters=("=",),
            comment_prefixes=("#", ";"),
            inline_comment_prefixes=("#",),
            default_section="",  # no section can be called that, so [DEFAULT] is not special
            interpolation=None,
        )

    def optionxform(self, optionstr: str) -> str:
        return optionstr.upper()


def _parse(text: str, path: Path, needs_section: bool) -> list[tuple[str, str]]:
    parser = _Parser()
    try:
        parser.read_string(text)
    except configparser.Error as error:
        line, allowed = _mistake(error)
        raise ConfigError(f"{path}:{line}", allowed, path=path, line=line) from error
    for section in parser.sections():
        if section != SECTION:
            line = _line_of_section(text, section)
            where = f"{path}:{line}: [{_shown(section)}]"
            raise ConfigError(where, f"the only section is [{SECTION}]", path=path, line=line)
    if parser.has_section(SECTION):
        return parser.items(SECTION)
    if needs_section:
        raise ConfigError(str(path), f"[{SECTION}] with the options behind it", path=path)
    return []


def _mistake(error: configparser.Error) -> tuple[int, str]:
    """Return the line of a mistake that the parser found, and what is allowed there."""
    match error:
        case configparser.DuplicateOptionError(lineno=int(line), option=name):
            return line, f"{_shown(name)} is here a second time, once is allowed"
        case configparser.DuplicateSectionError(lineno=int(line)):
            return line, "a section is here a second time, once is allowed"
        case configparser.MissingSectionHeaderError(lineno=int(line)):
            return line, f"[{SECTION}] comes before the first option"
        case configparser.ParsingError(errors=[(int(line), _), *_]):
            return line, f"a line is NAME = value, [{SECTION}] or a # comment"
    raise error


def _line_of_option(text: str, name: str) -> int:
    return _line(text, lambda line: line.partition("=")[0].strip().upper() == name)


def _line_of_section(text: str, name: str) -> int:
    return _line(text, lambda line: line.strip().startswith(f"[{name}]"))


def _line(text: str, is_meant: Callable[[str], bool]) -> int:
    """Return the number, from 1, of the first line that is meant. The parser tells none."""
    return next(number for number, line in enumerate(text.split("\n"), 1) if is_meant(line))


def sample() -> str:
    """Return a chat.ini that explains every option and sets it to its default."""
    intro = (
        f"# The settings of chatd, each at its default. CHATD_<NAME> in the environment overrides\n"
        f"# a line: CHATD_PORT=9000. What follows a # is a comment. SIGHUP makes a running server\n"
        f"# read its settings again.\n\n[{SECTION}]\n"
    )
    return intro + "".join(_sample_topic(topic, options) for topic, options in TABLE.items())


def _sample_topic(topic: str, options: tuple[Option, ...]) -> str:
    return f"\n# ---- {topic} ----\n" + "".join(map(_sample_option, options))


def _sample_option(option: Option) -> str:
    default = option.default or "nothing"
    late = " Takes a restart." if option.name in FIXED else ""
    notes = f"{option.help}\nAllowed: {option.kind.allowed}. Default: {default}.{late}"
    lines = chain.from_iterable(textwrap.wrap(note, width=88) for note in notes.split("\n"))
    comment = "".join(f"# {line}\n" for line in lines)
    return f"\n{comment}{option.name} = {option.default}".rstrip() + "\n"


if __name__ == "__main__":
    sys.stdout.write(sample())
