"""The console in headless Chromium: what an agent sees and does, by keyboard."""

import shutil
import socket
import threading
import time

import pytest
import uvicorn
from serving_desk import KEYS, engine

from serving.app import create_app
from serving.asked import Asked
from serving.schemas import ArticleIn

webdriver = pytest.importorskip("selenium.webdriver", reason="selenium is not installed")
CHROMIUM, CHROMEDRIVER = shutil.which("chromium"), shutil.which("chromedriver")
pytestmark = [
    pytest.mark.skipif(
        not (CHROMIUM and CHROMEDRIVER), reason="chromium or chromedriver is not installed"
    ),
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),  # selenium and uvicorn's own
]

FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--window-size=1440,900",
)
SCRIPT = "<script>document.title = 'taken'</script><img src=x onerror=document.title='taken'>"


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    made = engine(tmp_path_factory.mktemp("desk"))
    hostile = {"title": f"Gifts {SCRIPT}", "text": f"We wrap any lamp as a gift. {SCRIPT} 🎁 Done."}
    body = ArticleIn(**hostile, format="text", language="en")
    made.put_article("gift", body, Asked("lumen"))
    yield made
    made.close()


@pytest.fixture(scope="module")
def base(desk):
    """Serve the application on a free port of this machine."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port = one.getsockname()[1]
    config = uvicorn.Config(create_app(desk), port=port, log_level="error", lifespan="off")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    until = time.monotonic() + 30
    while not server.started and time.monotonic() < until:
        time.sleep(0.02)
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join(timeout=30)


@pytest.fixture(scope="module")
def chromium(tmp_path_factory):
    options = webdriver.ChromeOptions()
    options.binary_location = CHROMIUM
    for flag in (*FLAGS, f"--user-data-dir={tmp_path_factory.mktemp('profile')}"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    service = webdriver.ChromeService(CHROMEDRIVER)
    driver = webdriver.Chrome(options=options, service=service)
    yield driver
    driver.quit()


class Page:
    """The open console, with what the tests do over and over."""

    def __init__(self, driver, base):
        self.driver = driver
        driver.get("about:blank")
        driver.get(f"{base}/console/#key={KEYS['lumen']}")
        self.wait(lambda: len(self.all("#tickets li")) > 5)

    def wait(self, check):
        until = time.monotonic() + 20
        while time.monotonic() < until:
            if found := check():
                return found
            time.sleep(0.03)
        return pytest.fail(f"this did not happen; the state is {self.text('#state')!r}")

    def all(self, selector):
        return self.driver.find_elements("css selector", selector)

    def text(self, selector):
        found = self.all(selector)
        return found[0].get_property("textContent") if found else ""

    def shown(self, selector):
        return any(one.is_displayed() for one in self.all(selector))

    def press(self, *keys):
        webdriver.ActionChains(self.driver).send_keys(*keys).perform()

    def paste(self, text):
        self.press("p")
        self.all("#paste-text")[0].send_keys(text)
        self.all("#paste-dialog button[type=submit]")[0].click()
        self.ready()

    def ready(self):
        self.wait(lambda: self.all("#draft[aria-busy=false]") and self.shown("#triage"))


@pytest.fixture
def page(chromium, base):
    opened = Page(chromium, base)
    yield opened
    problems = [entry for entry in chromium.get_log("browser") if entry["level"] == "SEVERE"]
    assert [p for p in problems if "favicon" not in p["message"]] == []


KEY = webdriver.Keys


def test_the_key_leaves_the_address_and_opens_the_desk(page):
    assert "key=" not in page.driver.current_url
    assert page.text("#client") == "lumen"


def test_without_a_key_it_asks_for_one(page, base):
    page.driver.execute_script("sessionStorage.clear()")
    page.driver.get(f"{base}/console/")
    page.wait(lambda: page.shown("#key-dialog"))
    page.all("#key")[0].send_keys("wrong-key-0123456789", KEY.ENTER)
    page.wait(lambda: "does not know this key" in page.text("#key-error"))
    page.all("#key")[0].send_keys(KEYS["lumen"], KEY.ENTER)
    page.wait(lambda: len(page.all("#tickets li")) > 5)
    assert page.text("#client") == "lumen"
    page.driver.get_log("browser")  # the refused request is logged there, as it should be


def test_a_draft_is_shown_with_its_sources(page):
    page.paste("How do I send the blanket back? Where do I find the return label?")
    assert page.text("#outcome") in {"Ready to send", "Needs your touch", "A step first"}
    assert page.all("#intent .guess")
    assert page.all("#article-list li")
    sourced = page.all(".sentence.sourced")
    assert sourced
    page.driver.execute_script("arguments[0].focus()", sourced[0])
    page.wait(lambda: page.text("#source-text mark"))
    said = " ".join(sourced[0].text.split())
    assert said in " ".join(page.text("#source-text mark").split())


def test_enter_accepts_and_the_store_knows(page, desk):
    page.paste("How do I return a blanket?")
    page.wait(lambda: not page.all("#accept[disabled]"))
    assert page.all(".slot") == []
    page.press(KEY.ENTER)
    page.wait(lambda: page.shown("#done"))
    assert desk.store.rows("feedback")[-1]["decision"] == "sent"
    assert desk.store.rows("feedback")[-1]["identical_strict"]
    assert page.all("#tickets .tick")
    page.press(KEY.ENTER)  # once is enough
    assert page.text("#done") == "Sent as it was."


def test_e_edits_and_ctrl_enter_sends(page, desk):
    page.paste("How do I return a lamp?")
    page.press("e")
    page.wait(lambda: page.shown("#text"))
    page.all("#text")[0].send_keys(KEY.CONTROL, KEY.END, KEY.NULL, " PS: have a nice day.")
    page.all("#text")[0].send_keys(KEY.CONTROL, KEY.ENTER)
    page.wait(lambda: page.shown("#done"))
    row = desk.store.rows("feedback")[-1]
    assert row["decision"] == "edited"
    assert row["sent_text"].endswith("PS: have a nice day.")
    assert row["seconds"] > 0


def test_escape_leaves_the_editor_and_r_rejects(page, desk):
    page.paste("How do I return a cushion?")
    page.press("e")
    page.wait(lambda: page.shown("#text"))
    page.press("r")  # in the editor this is a letter
    page.press(KEY.ESCAPE)
    assert page.shown("#reply")
    page.press("r")
    page.wait(lambda: page.shown("#done"))
    assert desk.store.rows("feedback")[-1]["decision"] == "rejected"


def test_a_number_takes_an_article_and_a_click_corrects_the_intent(page, desk):
    page.paste("How do I return a carpet?")
    page.press("1")
    page.wait(lambda: page.shown("#text"))
    first = page.all("#intent button")[0]
    label = first.get_attribute("data-label")
    first.click()
    assert first.get_attribute("aria-pressed") == "true"
    page.all("#text")[0].send_keys(KEY.CONTROL, KEY.ENTER)
    page.wait(lambda: page.shown("#done"))
    row = desk.store.rows("feedback")[-1]
    assert row["corrected"] == {"intent": label}
    used = [r for r in desk.store.rows("retrievals") if r["suggestion_id"] == row["suggestion_id"]]
    assert next(r["used"] for r in used)


def test_an_article_or_ticket_with_markup_is_text(page):
    page.paste(f"Can you wrap a lamp as a gift? {SCRIPT}")
    page.wait(lambda: any("Gifts <script>" in li.text for li in page.all("#article-list li")))
    page.press("1")
    page.wait(lambda: "<script>" in page.text("#source-text") or "<script>" in page.text("h2"))
    assert page.driver.title == "deskpilot console"
    assert page.all("#conversation script, #article-list img, #source img") == []
    assert SCRIPT in page.text("#conversation")


def test_nothing_supported_says_so_and_cannot_be_accepted(page):
    page.paste("🙂🙂")
    assert page.text("#outcome") == "No supported answer"
    assert page.all("#accept[disabled]")
    assert "no words" in page.text("#reply")
    assert page.text(".abstained").startswith("No intent")


def test_j_and_k_walk_through_the_tickets(page):
    page.press("j")
    page.ready()
    page.press("j")
    page.wait(lambda: page.all("#tickets li:nth-child(2) button[aria-current=true]"))
    page.ready()
    page.press("k")
    page.wait(lambda: page.all("#tickets li:nth-child(1) button[aria-current=true]"))
    page.ready()
    assert len(page.all("#tickets button[aria-current=true]")) == 1


def test_every_field_has_a_label_and_every_button_a_name(page):
    unnamed = page.driver.execute_script(
        "return [...document.querySelectorAll('button, input, textarea')].filter("
        "one => !one.textContent.trim() && !(one.labels || []).length).map(one => one.id)"
    )
    assert unnamed == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_stands_out_from_its_ground(page, scheme):
    """Contrast of at least 4.5, as WCAG 2.2 asks for text of this size."""
    feature = {"name": "prefers-color-scheme", "value": scheme}
    page.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [feature]})
    page.paste("How do I return a lamp?")
    low = page.driver.execute_script(CONTRAST)
    page.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": []})
    assert low == []


CONTRAST = """
const rgb = (text) => (text.match(/[\\d.]+/g) || []).map(Number);
const light = ([r, g, b]) => [r, g, b].map(v => v / 255).map(
  v => v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4
).reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
const ground = (one) => {
  for (let at = one; at; at = at.parentElement) {
    const color = rgb(getComputedStyle(at).backgroundColor);
    if (color.length === 3 || color[3] > 0.99) return color;
  }
  return [255, 255, 255];
};
const low = [];
for (const one of document.querySelectorAll('body *')) {
  const own = [...one.childNodes].some(n => n.nodeType === 3 && n.textContent.trim());
  if (!own || !one.offsetParent || one.closest('[disabled], .skip, kbd')) continue;
  const pair = [light(rgb(getComputedStyle(one).color)), light(ground(one))].sort((a, b) => b - a);
  const ratio = (pair[0] + 0.05) / (pair[1] + 0.05);
  if (ratio < 4.5) low.push(`${one.tagName}.${one.className} ${ratio.toFixed(2)}`);
}
return low;
"""
