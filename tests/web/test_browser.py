"""The tabs of tests notice what goes wrong in them."""

import pytest

from tests.web.browser import Tab
from tests.web.conftest import Opens


def test_page_opens_without_fault(tab: Tab) -> None:
    assert tab.page.locator("#app").inner_text()
    assert tab.evaluate("isSecureContext && crossOriginIsolated === false")


@pytest.mark.parametrize(
    ("code", "fault"),
    [
        ("console.error('wrong')", "console: wrong"),
        ("setTimeout(() => { throw new Error('uncaught') })", "exception: uncaught"),
        ("Promise.reject(new Error('refused')); 0", "exception: refused"),
        ("fetch('http://other.example/').catch(() => 0)", "policy: connect-src"),
        ("try { document.body.innerHTML = 'x' } catch {}", "policy: require-trusted-types-for"),
        ("document.body.setAttribute('style', 'color: red')", "policy: style-src"),
        ("document.body.append(Object.assign(new Image(), {src: 'http://x.example/'}))", "img-src"),
    ],
)
def test_tab_notices_what_goes_wrong_in_it(tab: Tab, code: str, fault: str) -> None:
    tab.evaluate(code)
    tab.expect_fault(fault)
    tab.faults.clear()  # most are seen in two ways


def test_violation_of_the_rules_for_all_people_is_found(tab: Tab) -> None:
    tab.evaluate("document.querySelector('#app').append(document.createElement('button')); 0")
    assert any("button-name" in violation for violation in tab.violations())


def test_window_has_the_width_and_theme_that_were_asked_for(opens: Opens) -> None:
    tab = opens(width=360, theme="dark")
    assert tab.evaluate("innerWidth") == 360
    assert tab.evaluate("matchMedia('(prefers-color-scheme: dark)').matches")


def test_tabs_beside_each_other_share_their_storage_and_others_do_not(opens: Opens) -> None:
    first = opens()
    first.evaluate("localStorage.setItem('mark', '1')")
    assert opens(beside=first).evaluate("localStorage.getItem('mark')") == "1"
    assert opens().evaluate("localStorage.getItem('mark')") is None
