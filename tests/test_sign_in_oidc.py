"""Signing in at a real OpenID Connect provider, in a real browser, as several people; and every way in which it ends.

The provider is the certified one of npm; package.json and the lock in tests/oidc pin it.
"""

from __future__ import annotations

import json
import secrets
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from ledger_fixture import KEEPER, settle
from playwright.sync_api import Browser, BrowserContext, Page, expect

from docs.pictures import browsing
from ledger import accounts, migration, proof, sessions
from ledger.storage import ADDRESS_VARIABLE, Ledger, open_ledger
from model.policy import Actor, signing_in
from pages import contents
from pages.parts import visitor
from pages.parts.words import Words
from tests import warehouse_fixture as fixture

pytestmark = pytest.mark.browser
ROOT = Path(__file__).parents[1]
INSTALLED = ROOT / "build" / "provider"
"""Where `make build/provider/stamp` puts the provider."""
SAY = Words("zh").say
UNIT = "420106"
SIGN_IN = f"{Words('zh').say('shared.sign_in')} {Words('en').say('shared.sign_in')}"
SIGN_OUT = f"{Words('zh').say('shared.sign_out')} {Words('en').say('shared.sign_out')}"
RULES = """
mode = "oidc"
account = "email"
{session}
[[role]]
claim = "groups"
value = "纪检组"
role = "discipline"

[[role]]
claim = "office"
value = "武昌"
role = "office_head"
unit = "420106"
"""
PEOPLE = {
    "chief": {"email": "chief@bureau", "email_verified": True, "groups": ["纪检组"]},
    "inspector": {"email": "inspector@bureau", "email_verified": True, "groups": ["其他", "纪检组"]},
    "head": {"email": "head@bureau", "email_verified": True, "office": "武昌"},
    "visitor": {"email": "visitor@elsewhere", "email_verified": True, "groups": ["纪检组之友"]},
    "pretender": {"email": "chief@bureau", "email_verified": False},
}


@dataclass(frozen=True)
class Site:
    """The pages with their provider, their ledger, and the file that says who is who."""

    address: str
    provider: str
    ledger: Ledger
    file: Path

    def configure(self, session: str = "") -> None:
        self.file.write_text(RULES.format(session=session), encoding="utf-8")


@contextmanager
def provider(folder: Path, back: str, client: str, secret: str) -> Iterator[str]:
    """The provider, on a free port."""
    if not (INSTALLED / "node_modules" / "oidc-provider").is_dir():
        pytest.fail("the provider is not installed: make build/provider/stamp")
    shutil.copy(ROOT / "tests" / "oidc" / "provider.mjs", INSTALLED)
    port = browsing.free_port()
    given = {"port": port, "client": client, "secret": secret, "back": back, "people": PEOPLE}
    process = subprocess.Popen(
        ["node", str(INSTALLED / "provider.mjs"), json.dumps(given)],
        stdout=subprocess.PIPE, stderr=(folder / "provider.log").open("wb"), text=True,
    )  # fmt: skip
    try:
        assert process.stdout is not None
        assert process.stdout.readline().strip() == "listening", (folder / "provider.log").read_text()
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(10)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("oidc")
    ledger = open_ledger(f"sqlite:///{folder / 'ledger.db'}")
    migration.upgrade(ledger)
    settle(ledger, {"chief@bureau": ("manager", UNIT)})
    fixture.publish(folder / "warehouse")
    port, client, secret = browsing.free_port(), "integrity", secrets.token_hex(16)
    back = f"http://127.0.0.1:{port}/oauth2callback"
    with provider(folder, back, client, secret) as issuer:
        said = {
            "redirect_uri": back, "cookie_secret": secrets.token_hex(32), "client_id": client, "client_secret": secret,
            "server_metadata_url": f"{issuer}/.well-known/openid-configuration",
        }  # fmt: skip
        lines = "".join(f"{name} = {json.dumps(value)}\n" for name, value in said.items())
        (folder / "secrets.toml").write_text(f'[auth]\n{lines}client_kwargs = {{ prompt = "login" }}\n')
        variables = {
            ADDRESS_VARIABLE: f"sqlite:///{folder / 'ledger.db'}",
            signing_in.FILE_VARIABLE: str(folder / "sign_in.toml"),
        }
        arguments = ("--secrets.files", str(folder / "secrets.toml"))
        found = Site(f"http://127.0.0.1:{port}", issuer, ledger, folder / "sign_in.toml")
        found.configure()
        with browsing.served(folder / "warehouse", variables, arguments, port):
            yield found
    ledger.close()


@pytest.fixture(autouse=True)
def usual(site: Site) -> None:
    site.configure()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with browsing.chromium() as found:
        yield found


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    found = browser.new_context()
    found.set_default_timeout(60_000)
    yield found
    found.close()


def arrive(context: BrowserContext, site: Site, path: str = "/") -> Page:
    """A page that nobody has signed in to: it says so, and shows nothing else."""
    page = context.new_page()
    page.goto(site.address + path)
    expect(page.get_by_text(SAY("shared.sign_in_text"))).to_be_visible()
    expect(page.get_by_text(Words("en").say("shared.sign_in_text"))).to_be_visible()
    assert page.locator("h1.page-title, [data-testid=stSidebar] a").count() == 0
    return page


def sign_in(page: Page, site: Site, name: str) -> Page:
    """Go to the provider, say who one is, and come back."""
    page.get_by_role("button", name=SIGN_IN).click()
    page.wait_for_url(f"{site.provider}/interaction/*")
    page.get_by_label("Name").fill(name)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(f"{site.address}/**")
    return page


def titled(page: Page, key: str) -> None:
    expect(page.locator("h1.page-title")).to_have_text(SAY(f"{key}.title"))


def next_second() -> None:
    """The provider's proof says in which second it was given: one of the second of a sign-out is ended with it."""
    time.sleep(1 - time.time() % 1)


def ended(page: Page, text: str) -> None:
    """Why, the way in, and nothing of what was there."""
    expect(page.get_by_text(text)).to_be_visible()
    expect(page.get_by_role("button", name=SIGN_IN)).to_be_visible()
    expect(page.locator("h1.page-title")).to_have_count(0)


# --- who comes in as whom ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "role", "shown"),
    [
        ("chief", "manager", "chief@bureau · 局领导"),
        ("inspector", "discipline", "inspector@bureau · 纪检"),
        ("head", "office_head", "head@bureau · 所部负责人"),
    ],
)
def test_claims_become_a_role_and_a_role_its_pages(
    site: Site, context: BrowserContext, name: str, role: str, shown: str
) -> None:
    """The account of the ledger comes before the rules; a group and an office are rules."""
    page = sign_in(arrive(context, site), site, name)
    titled(page, "overview")
    expect(page.get_by_text(shown)).to_be_visible()
    page.get_by_test_id("stSidebar").get_by_role("link").last.wait_for()
    named = [name for entries in contents.PAGES.values() for name, *_ in entries]
    own = {SAY(f"{one}.title") for one in named if visitor.opens(Actor("x", role, UNIT), one)}
    links = page.get_by_test_id("stSidebar").get_by_role("link").all_inner_texts()
    assert {one.strip() for one in links} == own


def test_who_is_not_known_is_told_so_and_can_come_under_another_name(
    site: Site, context: BrowserContext
) -> None:
    page = sign_in(arrive(context, site), site, "visitor")
    expect(page.get_by_text("账号“visitor@elsewhere”未登记")).to_be_visible()
    expect(page.get_by_text("The account “visitor@elsewhere” is not registered")).to_be_visible()
    assert page.locator("h1.page-title, [data-testid=stSidebar] a").count() == 0
    page.get_by_role("button", name=SIGN_OUT).click()
    page.get_by_role("button", name="Leave").click()
    page.wait_for_url(f"{site.address}/**")
    sign_in(page, site, "chief")
    titled(page, "overview")


def test_an_address_that_the_provider_has_not_verified_is_nobodys_account(
    site: Site, context: BrowserContext
) -> None:
    page = sign_in(arrive(context, site), site, "pretender")
    expect(page.get_by_text(SAY("shared.sign_in_text"))).to_be_visible()
    assert page.locator("h1.page-title").count() == 0


def test_a_header_names_nobody_where_a_provider_does(site: Site, context: BrowserContext) -> None:
    context.set_extra_http_headers({"X-Remote-User": "chief@bureau", "X-Proxy-Secret": "s" * 64})
    arrive(context, site)


# --- how it ends ------------------------------------------------------------------------------------------------------


def test_signing_out_ends_it_here_at_the_provider_and_for_a_copied_cookie(
    site: Site, browser: Browser, context: BrowserContext
) -> None:
    page = sign_in(arrive(context, site), site, "chief")
    titled(page, "overview")
    stolen = context.cookies(site.address)
    page.get_by_role("button", name=SAY("shared.sign_out"), exact=True).click()
    page.wait_for_url(f"{site.provider}/session/end**")
    page.get_by_role("button", name="Leave").click()
    page.wait_for_url(f"{site.address}/**")
    expect(page.get_by_text(SAY("shared.sign_in_text"))).to_be_visible()
    assert "_streamlit_user" not in {one["name"] for one in context.cookies(site.address)}
    other = browser.new_context()
    other.add_cookies([one for one in stolen if one["name"].startswith("_streamlit")])  # type: ignore[misc]
    copied = other.new_page()
    copied.goto(site.address)
    ended(copied, "本次登录已结束")
    other.close()
    assert proof.verify(site.ledger).holds


def test_an_open_page_ends_with_its_account_and_when_nothing_is_done(
    site: Site, context: BrowserContext
) -> None:
    page = sign_in(arrive(context, site), site, "chief")
    titled(page, "overview")
    with site.ledger.write(KEEPER) as recorder:
        sessions.sign_out_everywhere(recorder, "chief@bureau")
    ended(page, "This session has ended")
    next_second()
    sign_in(page, site, "chief")
    titled(page, "overview")
    with site.ledger.write(KEEPER) as recorder:
        accounts.open_account(recorder, "chief@bureau", "analyst", UNIT)
    page.get_by_role("link", name=SAY("trends.title")).click()
    ended(page, "本次登录已结束")
    next_second()
    sign_in(page, site, "chief")
    expect(page.get_by_text("chief@bureau · 数据分析")).to_be_visible()
    site.configure("[session]\nidle_minutes = 0.02")
    ended(page, "您已较长时间未操作")
    page.reload()
    ended(page, "Nothing was done here for a while")
    site.configure("[session]\nidle_minutes = 0.01\nlongest_hours = 0.0002")
    page.reload()
    ended(page, "本次登录已达最长时限")


def test_a_cookie_that_is_gone_or_forged_leads_to_the_way_in(site: Site, context: BrowserContext) -> None:
    page = sign_in(arrive(context, site), site, "head")
    titled(page, "overview")
    kept = next(one for one in context.cookies(site.address) if one["name"] == "_streamlit_user")
    context.clear_cookies()
    context.add_cookies([{**kept, "value": kept["value"][:-4] + "AAAA"}])  # type: ignore[typeddict-item]
    arrive(context, site)
    context.clear_cookies()
    arrive(context, site, "/trend")
