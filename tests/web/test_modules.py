"""The page's modules that need no browser, by the tests in web/test, which Node runs."""

import subprocess
from pathlib import Path

import pytest

WEB = Path(__file__).parents[2] / "web"
SECONDS_MAX = 120
FILES = sorted(path.relative_to(WEB).as_posix() for path in WEB.glob("test/**/*.test.js"))


def test_there_are_tests_of_modules() -> None:
    assert "test/markup.test.js" in FILES


@pytest.mark.parametrize("file", FILES)
def test_modules_do_what_their_tests_say(node: list[str], file: str) -> None:
    done = subprocess.run(
        [*node, "--test", "--test-reporter=tap", file],
        cwd=WEB,
        capture_output=True,
        text=True,
        timeout=SECONDS_MAX,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "# fail 0" in done.stdout and "# pass 0" not in done.stdout, done.stdout
