"""chatd.config: defaults, file, environment and flags, and what each kind of mistake is told."""

import dataclasses
import os
import subprocess
import sys
import zoneinfo
from collections.abc import Mapping
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatd import config
from chatd.config import (
    OPTIONS,
    ConfigError,
    Fsync,
    LogFormat,
    LogLevel,
    Registration,
    Settings,
    Tls,
)

ROOT = Path(__file__).parent.parent
SAMPLE = ROOT / "conf" / "chat.ini"

DEFAULTS = Settings(
    db_path=Path("data/chat.db"),
    fsync=Fsync.ALWAYS,
    snapshot_interval_ms=600_000,
    snapshot_growth_bytes=67_108_864,
    journal_segment_bytes=16_777_216,
    host="127.0.0.1",
    port=8000,
    insecure=False,
    tls_cert=None,
    tls_key=None,
    tls=Tls.OPTIONAL,
    allowed_hosts=(),
    trusted_proxies=(),
    metrics_from=("127.0.0.0/8", "::1/128"),
    connections_max=20_000,
    connections_reserved=200,
    connections_per_address=1_000,
    guests_per_address=400,
    connections_per_user=64,
    login_timeout_ms=30_000,
    idle_ping_ms=25_000,
    stall_timeout_ms=60_000,
    high_water_bytes=262_144,
    tick_bytes_max=4_194_304,
    registration=Registration.OPEN,
    registrations_per_hour=200,
    devices_max=32,
    groups_max=100,
    members_max=1_000,
    limit_messages=20,
    update_period_ms=3_600_000,
    limit_private=600,
    limit_reactions=600,
    young_account_ms=7 * 86_400_000,
    requests_per_second=200,
    max_file_size_bytes=5 << 20,
    file_quota_bytes=256 << 20,
    uploads_bytes_max=1 << 30,
    disk_reserve_bytes=256 << 20,
    limit_show_messages=20,
    lifetime_ms=3_600_000,
    keep_unread_ms=2_592_000_000,
    log_bytes_max=268_435_456,
    tz=ZoneInfo("UTC"),
    admins=(),
    warnings_limit=3,
    ban_ms=14_400_000,
    reporter_age_ms=0,
    log_level=LogLevel.INFO,
    log_format=LogFormat.TEXT,
    log_file=None,
    log_file_bytes=10_485_760,
    log_file_count=5,
)


def load(**flags: str) -> Settings:
    return config.load(None, {}, flags)


def load_variables(environ: Mapping[str, str]) -> Settings:
    return config.load(None, environ, {})


@pytest.fixture
def ini(tmp_path: Path) -> Path:
    return tmp_path / "chat.ini"


def load_file(path: Path, text: str, environ: Mapping[str, str] | None = None) -> Settings:
    path.write_text(text, "utf-8")
    return config.load(path, environ or {}, {})


def refusal_of_file(path: Path, text: str) -> ConfigError:
    with pytest.raises(ConfigError) as refused:
        load_file(path, text)
    return refused.value


def refusal_of_flag(name: str, text: str) -> ConfigError:
    with pytest.raises(ConfigError) as refused:
        load(**{name: text})
    return refused.value


# ---- the table and the file that is made from it


def test_no_source_gives_the_defaults() -> None:
    assert load() == DEFAULTS


def test_every_field_has_one_row_in_the_order_of_the_table() -> None:
    assert [field.name for field in dataclasses.fields(Settings)] == [row.field for row in OPTIONS]


def test_names_in_the_table_are_unique() -> None:
    assert len(config.BY_NAME) == len(OPTIONS)


def test_the_file_in_conf_is_what_the_table_says() -> None:
    hint = "python -m chatd.config > conf/chat.ini"
    assert SAMPLE.read_text("utf-8") == config.sample(), hint


def test_the_file_in_conf_loads_as_the_defaults() -> None:
    assert config.load(SAMPLE, {}, {}) == DEFAULTS


def test_the_module_prints_the_sample() -> None:
    command = [sys.executable, "-m", "chatd.config"]
    printed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert printed.stdout == config.sample()


@pytest.mark.parametrize("option", OPTIONS, ids=lambda option: option.name)
def test_the_sample_explains_each_option_above_its_line(option: config.Option) -> None:
    comment = config.sample().split(f"\n{option.name} =")[0].rpartition("\n\n")[2]
    words = comment.replace("\n# ", " ")
    assert option.help in words
    assert f"Allowed: {option.kind.allowed}." in words


@pytest.mark.parametrize("option", OPTIONS, ids=lambda option: option.name)
def test_each_option_refuses_control_characters_and_names_what_is_allowed(
    option: config.Option,
) -> None:
    error = refusal_of_flag(option.name, "\x1b[2J")
    assert error.option == option.name
    assert error.allowed == option.kind.allowed
    assert str(error) == rf"{option.flag} '\x1b[2J': {option.kind.allowed}"


# ---- what each kind takes


@pytest.mark.parametrize(
    ("name", "low", "high"),
    [
        ("PORT", 0, 65_535),
        ("LIMIT_SHOW_MESSAGES", 0, 1_000),
        ("LIFETIME_MESSAGES", 0, 525_600),
        ("LIMIT_MESSAGES", 0, 1_000_000),
        ("UPDATE_PERIOD", 1, 525_600),
        ("LIMIT_PRIVATE", 0, 1_000_000),
        ("LIMIT_REACTIONS", 0, 1_000_000),
        ("KEEP_UNREAD", 0, 36_500),
        ("CONNECTIONS_MAX", 1, 1_000_000),
        ("CONNECTIONS_RESERVED", 0, 1_000_000),
        ("CONNECTIONS_PER_ADDRESS", 0, 1_000_000),
        ("GUESTS_PER_ADDRESS", 0, 1_000_000),
        ("CONNECTIONS_PER_USER", 0, 1_000_000),
        ("REGISTRATIONS_PER_HOUR", 0, 1_000_000),
        ("REQUESTS_PER_SECOND", 0, 1_000_000),
        ("DEVICES_MAX", 1, 1_000),
        ("WARNINGS_LIMIT", 0, 1_000),
        ("BAN_HOURS", 1, 8_760),
        ("REPORTER_AGE", 0, 8_760),
        ("GROUPS_MAX", 0, 10_000),
        ("MEMBERS_MAX", 1, 1_000_000),
        ("LOGIN_TIMEOUT", 1, 3_600),
        ("IDLE_PING", 1, 86_400),
        ("STALL_TIMEOUT", 1, 86_400),
        ("SNAPSHOT_INTERVAL", 1, 10_080),
        ("LOG_FILE_COUNT", 1, 1_000),
        ("LOG_BYTES_MAX", 1 << 20, 64 << 30),
        ("HIGH_WATER", 64 << 10, 1 << 30),
        ("TICK_BYTES_MAX", 64 << 10, 64 << 20),
        ("SNAPSHOT_GROWTH", 1 << 20, 64 << 30),
        ("JOURNAL_SEGMENT", 1 << 20, 1 << 30),
        ("LOG_FILE_BYTES", 64 << 10, 64 << 30),
    ],
)
def test_a_number_is_taken_at_its_bounds_and_refused_one_beyond(
    name: str, low: int, high: int
) -> None:
    load(**{name: str(low)})
    load(**{name: str(high)})
    refusal_of_flag(name, str(low - 1))
    refusal_of_flag(name, str(high + 1))


def test_times_become_milliseconds() -> None:
    settings = load(UPDATE_PERIOD="2", STALL_TIMEOUT="3", KEEP_UNREAD="1", LIFETIME_MESSAGES="0")
    assert settings.update_period_ms == 120_000
    assert settings.stall_timeout_ms == 3_000
    assert settings.keep_unread_ms == 86_400_000
    assert settings.lifetime_ms == 0


@pytest.mark.parametrize(
    ("text", "bytes_max"),
    [("65536", 2**16), ("64K", 2**16), ("64k", 2**16), ("5MiB", 5 << 20), ("1G", 1 << 30)],
)
def test_a_size_is_taken_plain_or_with_a_suffix(text: str, bytes_max: int) -> None:
    assert load(HIGH_WATER=text).high_water_bytes == bytes_max


ODD_SIZES = ["", "K", "64KB", "64iB", "64 K", "1.5M", "-64K", "0x10000", "64T"]


@pytest.mark.parametrize("text", ODD_SIZES)
def test_a_size_in_any_other_form_is_refused(text: str) -> None:
    refusal_of_flag("HIGH_WATER", text)


@pytest.mark.parametrize("text", ["", "+1", "-1", "1_0", " 1", "1 ", "1.0", "1e1", "٣", "9" * 5000])
def test_a_number_in_any_other_form_is_refused(text: str) -> None:
    refusal_of_flag("PORT", text)


def test_a_size_says_its_bounds_in_the_shortest_form() -> None:
    assert config.size(1, 1 << 20).allowed.startswith("a number of bytes from 1 to 1M,")


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("", ()),
        ("alice", ("alice",)),
        ("alice, Bob  j.r-2,", ("alice", "Bob", "j.r-2")),
        ("zoë हिन्दी", ("zoë", "हिन्दी")),
    ],
)
def test_names_are_taken_with_commas_or_blanks_between_them(
    text: str, names: tuple[str, ...]
) -> None:
    assert load(ADMINS=text).admins == names


@pytest.mark.parametrize("text", ["@alice", "alice;bob", "+ops", "al/ice", ".alice", '"alice"'])
def test_what_can_be_no_name_is_refused(text: str) -> None:
    refusal_of_flag("ADMINS", text)


def test_words_are_taken_in_any_case() -> None:
    settings = load(FSYNC="EverySec", REGISTRATION="CLOSED", LOG_LEVEL="Debug", LOG_FORMAT="json")
    assert settings.fsync is Fsync.EVERYSEC
    assert settings.registration is Registration.CLOSED
    assert settings.log_level is LogLevel.DEBUG
    assert settings.log_format is LogFormat.JSON


def test_an_unknown_word_is_told_the_known_ones() -> None:
    assert str(refusal_of_flag("FSYNC", "often")) == "--fsync often: always, everysec or never"


@pytest.mark.parametrize("text", ["", "true", "1", "on"])
def test_insecure_takes_yes_and_no_only(text: str) -> None:
    assert refusal_of_flag("INSECURE", text).allowed == "yes or no"


@pytest.mark.parametrize("name", ["Europe/Berlin", "America/Argentina/Ushuaia", "Etc/GMT+12"])
def test_a_known_zone_is_taken(name: str) -> None:
    assert load(TZ=name).tz == ZoneInfo(name)


@pytest.mark.parametrize(
    "name", ["", "Europe", "Mars/Olympus", "../etc/passwd", "/etc/localtime", "x" * 5000, "."]
)
def test_an_unknown_zone_is_refused(name: str) -> None:
    assert refusal_of_flag("TZ", name).option == "TZ"


@pytest.mark.parametrize("text", ["", "/", ".", "..", "data/", "data/.."])
def test_a_store_that_can_not_be_a_file_is_refused(text: str) -> None:
    refusal_of_flag("DB_NAME", text)


def test_a_relative_store_stays_relative_to_the_current_folder() -> None:
    assert load(DB_NAME="elsewhere/chat.db").db_path == Path("elsewhere/chat.db")


def test_a_log_file_is_a_path_and_nothing_is_standard_error() -> None:
    assert load(LOG_FILE="log/chat.log").log_file == Path("log/chat.log")
    assert load(LOG_FILE="").log_file is None


@pytest.mark.parametrize(
    ("log_file", "store"),
    [
        ("data/chat.db", "data/chat.db"),
        ("./data/../data/chat.db", "data/chat.db"),
        ("data/chat.db-journal-000001", "data/chat.db"),
        ("data/chat.db-files/1", "data/chat.db"),
        ("data/chat", "data/chat.1"),  # where the log is renamed to
    ],
)
def test_a_log_file_that_is_one_of_the_store_is_refused(log_file: str, store: str) -> None:
    with pytest.raises(ConfigError, match=f"--log-file {log_file}: a file of its own"):
        load(DB_NAME=store, LOG_FILE=log_file)


@pytest.mark.parametrize("name", ["TLS_CERT", "TLS_KEY"])
def test_a_log_file_that_is_a_certificate_or_a_key_is_refused(name: str) -> None:
    others = {"TLS_CERT": "cert.pem", "TLS_KEY": "key.pem"}
    with pytest.raises(ConfigError, match="a file of its own"):
        load(LOG_FILE=others[name], **others)


def test_a_log_file_that_is_the_settings_is_refused(ini: Path) -> None:
    (ini.parent / "link").symlink_to(ini)
    for log_file in (ini, ini.parent / "link"):
        error = refusal_of_file(ini, f"[chat]\nLOG_FILE = {log_file}\n")
        assert (error.line, error.allowed) == (2, error.allowed)
        assert error.allowed.startswith("a file of its own")


@pytest.mark.parametrize("log_file", ["data/chat.db.log", "data/chat.log", "log/chat.db"])
def test_a_log_file_beside_the_store_is_taken(log_file: str) -> None:
    assert load(DB_NAME="data/chat.db", LOG_FILE=log_file).log_file == Path(log_file)


# ---- what a running server takes up


def test_settings_that_change_with_a_restart_stay_and_are_named() -> None:
    old = load()
    new = load(PORT="9000", LIMIT_MESSAGES="7", FSYNC="never")
    assert config.changed(old, new) == (
        dataclasses.replace(old, limit_messages=7),
        ["FSYNC", "PORT"],
    )


def test_new_settings_that_do_not_go_with_what_stays_are_refused() -> None:
    old = load(HOST="0.0.0.0", TLS_CERT="cert.pem")
    with pytest.raises(ConfigError) as refused:
        config.changed(old, load(HOST="127.0.0.1"))
    assert refused.value.option == "HOST"
    assert str(refused.value).startswith(
        "HOST = 0.0.0.0, as HOST can't change before the next start: a loopback address"
    )


def test_log_file_that_goes_with_the_new_store_but_not_with_the_one_that_stays_is_refused() -> None:
    new = load(DB_NAME="new.db", LOG_FILE="chat.db")
    with pytest.raises(ConfigError, match="LOG_FILE = chat.db"):
        config.changed(load(DB_NAME="chat.db"), new)


# ---- where the server may listen


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.9.1", "::1", "localhost", "LOCALHOST"])
def test_a_loopback_host_needs_no_leave(host: str) -> None:
    assert load(HOST=host).host == host


@pytest.mark.parametrize(
    "host", ["0.0.0.0", "::", "192.0.2.1", "::ffff:192.0.2.1", "chat.example.org", "localhost.x"]
)
def test_any_other_host_needs_insecure(host: str) -> None:
    message = f"--host {host}: a loopback address (127.0.0.1, ::1, localhost) without TLS_CERT "
    assert str(refusal_of_flag("HOST", host)).startswith(message)
    assert load(HOST=host, INSECURE="yes").host == host
    assert load(HOST=host, TLS_CERT="cert.pem").host == host


@pytest.mark.parametrize(
    ("flags", "plain"),
    [
        ({}, True),
        ({"TLS_CERT": "c"}, True),
        ({"TLS_CERT": "c", "TLS": "required"}, False),
        ({"TLS_CERT": "c", "HOST": "0.0.0.0"}, False),
        ({"TLS_CERT": "c", "HOST": "0.0.0.0", "INSECURE": "yes"}, True),
    ],
)
def test_plain_connections_are_taken_on_loopback_or_by_leave(
    flags: dict[str, str], plain: bool
) -> None:
    assert load(**flags).plain is plain


@pytest.mark.parametrize(("name", "text"), [("TLS", "required"), ("TLS_KEY", "key.pem")])
def test_tls_without_a_certificate_is_refused(name: str, text: str) -> None:
    assert "without TLS_CERT" in str(refusal_of_flag(name, text))
    assert load(**{name: text, "TLS_CERT": "cert.pem"}).tls_cert == Path("cert.pem")


def test_host_names_and_networks_stand_in_lists() -> None:
    settings = load(ALLOWED_HOSTS="Chat.example.org, b.example", TRUSTED_PROXIES="10.0.0.0/8 ::1")
    assert settings.allowed_hosts == ("chat.example.org", "b.example")
    assert settings.trusted_proxies == ("10.0.0.0/8", "::1/128")


@pytest.mark.parametrize("text", ["10.0.0.1/8", "300.0.0.1", "localhost"])
def test_what_is_no_network_is_refused(text: str) -> None:
    assert "addresses or networks" in refusal_of_flag("TRUSTED_PROXIES", text).allowed


def test_the_leave_to_listen_is_looked_for_across_all_sources(ini: Path) -> None:
    public = "[chat]\nHOST = 0.0.0.0\n"
    assert load_file(ini, public, {"CHATD_INSECURE": "yes"}).insecure
    error = refusal_of_file(ini, public)
    assert (error.path, error.line, error.option) == (ini, 2, "HOST")


@pytest.mark.parametrize("host", ["", "a b", "[::1]", "-a", "a_b", "ex\u00e4mple.org", "a" * 254])
def test_what_is_no_host_is_refused_even_if_insecure(host: str) -> None:
    with pytest.raises(ConfigError, match="an IP address or a host name"):
        load(INSECURE="yes", HOST=host)


# ---- the file


def test_a_file_sets_what_it_names_and_leaves_the_rest(ini: Path) -> None:
    settings = load_file(ini, "# mine\n[chat]\nPORT = 9000\nTZ=Asia/Tokyo\n")
    assert settings == dataclasses.replace(DEFAULTS, port=9000, tz=ZoneInfo("Asia/Tokyo"))


@pytest.mark.parametrize("text", ["", "\n\n", "; nothing\n", "[chat]\n"])
def test_an_empty_file_gives_the_defaults(ini: Path, text: str) -> None:
    assert load_file(ini, text) == DEFAULTS


@pytest.mark.parametrize(
    "text",
    [
        "[chat]\nport = 9000\n",
        "[chat]\n  PORT=9000   # ours\n",
        "\ufeff[chat]\nPORT = 9000",
        "[chat]\r\nPORT = 9000\r\n",
    ],
    ids=["lower case", "comment behind", "byte order mark", "other line ends"],
)
def test_a_file_may_be_written_as_people_write_them(ini: Path, text: str) -> None:
    assert load_file(ini, text).port == 9000


def test_a_percent_sign_in_a_value_is_only_a_percent_sign(ini: Path) -> None:
    assert load_file(ini, "[chat]\nDB_NAME = a%(PORT)s%.db\n").db_path == Path("a%(PORT)s%.db")


def test_a_bad_value_is_told_with_file_line_and_what_is_allowed(ini: Path) -> None:
    error = refusal_of_file(ini, "# one\n[chat]\n\nPORT = 80000\n")
    assert str(error) == f"{ini}:4: PORT = 80000: a whole number from 0 to 65535"
    assert (error.path, error.line, error.option) == (ini, 4, "PORT")
    assert error.allowed == "a whole number from 0 to 65535"


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ("[chat]\nPROT = 1\n", 2, "PROT = 1: no such option, did you mean PORT?"),
        ("[chat]\nZZZ = 1\n", 2, "ZZZ = 1: no such option, there are DB_NAME, FSYNC,"),
        ("[chat]\nPORT = 1\nport = 2\n", 3, "PORT is here a second time, once is allowed"),
        ("[chat]\n[chat]\n", 2, "a section is here a second time, once is allowed"),
        ("[chat]\n\n[server]\nPORT = 1\n", 3, "[server]: the only section is [chat]"),
        ("[DEFAULT]\nPORT = 1\n", 1, "[DEFAULT]: the only section is [chat]"),
        ("PORT = 1\n", 1, "[chat] comes before the first option"),
        ("[chat] PORT = 1\n", 1, "[chat] comes before the first option"),
        ("[chat]\nPORT\n", 2, "a line is NAME = value, [chat] or a # comment"),
        ("[chat]\n= 1\n", 2, "a line is NAME = value, [chat] or a # comment"),
        ("[chat]\nPORT: 1\n", 2, "a line is NAME = value, [chat] or a # comment"),
        ("[chat]\nTZ = UTC\n  PORT = 1\n", 2, r"TZ = 'UTC\nPORT = 1': a time zone"),
    ],
)
def test_a_mistake_in_the_file_is_told_with_its_line(
    ini: Path, text: str, line: int, says: str
) -> None:
    error = refusal_of_file(ini, text)
    assert str(error).startswith(f"{ini}:{line}: {says}")
    assert (error.path, error.line) == (ini, line)


def test_a_missing_file_and_a_folder_are_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="none.ini: No such file or directory"):
        config.load(tmp_path / "none.ini", {}, {})
    with pytest.raises(ConfigError, match="Is a directory"):
        config.load(tmp_path, {}, {})


def test_a_pipe_and_a_device_are_refused_and_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "pipe", Path("/dev/zero")):
        with pytest.raises(ConfigError, match="a regular file"):
            config.load(path, {}, {})


@pytest.mark.parametrize("text", ["", "\n\n", "; nothing\n"])
def test_a_running_server_takes_no_file_that_is_empty(ini: Path, text: str) -> None:
    ini.write_text(text)
    with pytest.raises(ConfigError, match=r"\[chat\] with the options behind it"):
        config.load(ini, {}, {}, again=True)
    ini.write_text("[chat]\n")
    assert config.load(ini, {}, {}, again=True) == DEFAULTS


def test_a_zone_that_is_damaged_on_this_machine_is_refused(tmp_path: Path) -> None:
    (tmp_path / "Cut").write_bytes(b"TZif2" + bytes(15) + b"\1" * 24)
    zoneinfo.reset_tzpath([tmp_path])
    try:
        assert refusal_of_flag("TZ", "Cut").option == "TZ"
    finally:
        zoneinfo.reset_tzpath()


def test_a_file_that_is_not_utf8_is_told_the_line(ini: Path) -> None:
    ini.write_bytes(b"[chat]\nTZ = \xff\n")
    with pytest.raises(ConfigError, match="chat.ini:2: text in UTF-8"):
        config.load(ini, {}, {})


def test_a_file_is_read_up_to_its_bound_and_refused_one_byte_over(ini: Path) -> None:
    start = "[chat]\nPORT = 9000\n#"
    full = start + "x" * (config.FILE_BYTES_MAX - len(start))
    assert load_file(ini, full).port == 9000
    assert refusal_of_file(ini, full + "x").allowed == "at most 1048576 bytes"


def test_a_text_is_shown_whole_at_its_bound_and_cut_one_over() -> None:
    assert str(refusal_of_flag("PORT", "x" * 80)).startswith(f"--port {'x' * 80}:")
    assert str(refusal_of_flag("PORT", "x" * 81)).startswith(f"--port {'x' * 79}…:")


LINES = st.lists(
    st.one_of(
        st.sampled_from(["[chat]", "PORT = 1", "port=2", " TZ = UTC", "HOST", "[x]", "# x", "="]),
        st.text(max_size=20),
    ),
    max_size=6,
)


@given(LINES)
def test_any_file_gives_settings_or_a_refusal_in_one_line(
    tmp_path_factory: pytest.TempPathFactory, lines: list[str]
) -> None:
    path = tmp_path_factory.getbasetemp() / "any.ini"
    path.write_text("\n".join(lines), "utf-8", errors="replace", newline="")
    try:
        config.load(path, {}, {})
    except ConfigError as error:
        assert str(error).isprintable()
        assert error.path == path
        assert error.line is not None


@given(st.sampled_from(OPTIONS), st.text())
def test_any_text_for_any_option_gives_settings_or_a_refusal_in_one_line(
    option: config.Option, text: str
) -> None:
    try:
        load(**{option.name: text})
    except ConfigError as error:
        assert str(error).isprintable()


# ---- environment and flags


def test_the_environment_overrides_the_file_and_a_flag_overrides_both(ini: Path) -> None:
    ini.write_text("[chat]\nPORT = 1\nDEVICES_MAX = 1\nLIMIT_MESSAGES = 1\n")
    environ = {"CHATD_PORT": "2", "CHATD_DEVICES_MAX": "2", "PATH": "/bin", "PORT": "7"}
    settings = config.load(ini, environ, {"PORT": "3"})
    assert (settings.port, settings.devices_max, settings.limit_messages) == (3, 2, 1)


def test_every_option_has_its_variable() -> None:
    environ = {option.variable: option.default for option in OPTIONS}
    assert load_variables(environ | {"CHATD_PORT": "9000"}).port == 9000


def test_a_bad_variable_is_told_by_its_name() -> None:
    with pytest.raises(ConfigError) as refused:
        load_variables({"CHATD_PORT": "tcp://10.0.0.1:80"})
    expected = "CHATD_PORT = tcp://10.0.0.1:80: a whole number from 0 to 65535"
    assert str(refused.value) == expected
    assert (refused.value.path, refused.value.line) == (None, None)


@pytest.mark.parametrize("variable", ["CHATD_PROT", "CHATD_port", "CHATD_"])
def test_an_unknown_variable_is_told_by_its_name(variable: str) -> None:
    with pytest.raises(ConfigError, match=f"^{variable} = 1: no such option, "):
        load_variables({variable: "1"})


def test_a_bad_line_is_refused_even_if_it_is_overridden(ini: Path) -> None:
    with pytest.raises(ConfigError, match="PORT = x"):
        load_file(ini, "[chat]\nPORT = x\n", {"CHATD_PORT": "9000"})


def test_flags_are_named_as_they_are_typed() -> None:
    assert config.BY_NAME["LIMIT_SHOW_MESSAGES"].flag == "--limit-show-messages"


def test_settings_can_not_be_changed() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        load().port = 1  # type: ignore[misc]
