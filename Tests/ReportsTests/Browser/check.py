#!/usr/bin/env python3
"""Opens a report in headless Chromium, as its readers do, and prints what is wrong as JSON.

    check.py PAGE.html [--axe axe.min.js] [--shots FOLDER]

Talks the DevTools protocol through a pipe, so that Python's standard library is enough. At 1280 and 390 pixels, by light
and by dark: messages on the console, requests, horizontal scroll, contrast of all text, and axe-core's rules (WCAG 2 A and
AA) where it is there. Then what a reader does: search, sort, compare, the other theme; and the page without scripts.
"""
import argparse
import base64
import json
import os
import pathlib
import select
import shutil
import subprocess
import sys
import tempfile
import time


def chromium():
    names = ["chromium", "chromium-browser", "google-chrome", "chrome"]
    return os.environ.get("TESSERA_CHROMIUM") or next(filter(None, map(shutil.which, names)), None)


class Browser:
    """A browser of one's own, with a profile that goes with it."""

    def __init__(self, program):
        self.folder = tempfile.mkdtemp(prefix="tessera-browser-")
        (to_read, self.to) = os.pipe()
        (self.source, from_write) = os.pipe()

        def pipes():  # The protocol wants them at 3 and 4.
            low, high = os.dup(to_read), os.dup(from_write)
            os.dup2(low, 3)
            os.dup2(high, 4)

        self.process = subprocess.Popen(
            [program, "--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--no-first-run",
             "--disable-background-networking", "--disable-component-update", "--disable-sync",
             "--host-resolver-rules=MAP * ~NOTFOUND", "--remote-debugging-pipe", f"--user-data-dir={self.folder}",
             "about:blank"],
            close_fds=False, preexec_fn=pipes, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL)
        os.close(to_read)
        os.close(from_write)
        self.buffer, self.number, self.events, self.session = b"", 0, [], None

    def read(self, until):
        while b"\0" not in self.buffer:
            left = until - time.monotonic()
            if left <= 0 or not select.select([self.source], [], [], left)[0]:
                return None
            more = os.read(self.source, 1 << 16)
            if not more:
                raise SystemExit("the browser ended")
            self.buffer += more
        message, self.buffer = self.buffer.split(b"\0", 1)
        return json.loads(message)

    def call(self, method, seconds=300, **parameters):
        self.number += 1
        message = {"id": self.number, "method": method, "params": parameters}
        if self.session:
            message["sessionId"] = self.session
        os.write(self.to, json.dumps(message).encode() + b"\0")
        until = time.monotonic() + seconds
        while True:
            answer = self.read(until)
            if answer is None:
                raise SystemExit(f"the browser does not answer {method}")
            if answer.get("id") == self.number:
                if "error" in answer:
                    raise SystemExit(f"{method}: {answer['error']}")
                return answer["result"]
            self.events.append(answer)

    def wait(self, method, seconds=120):
        until = time.monotonic() + seconds
        while not any(event.get("method") == method for event in self.events):
            event = self.read(until)
            if event is None:
                raise SystemExit(f"the browser does not tell {method}")
            self.events.append(event)

    def evaluate(self, script):
        answer = self.call("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in answer:
            raise SystemExit(f"{answer['exceptionDetails']}")
        return answer["result"].get("value")

    def open(self, url, width, scheme, scripts=True):
        self.session = None
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        self.session, self.events = session, []
        for domain in ["Page", "Runtime", "Log", "Network"]:
            self.call(f"{domain}.enable")
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=900, deviceScaleFactor=1,
                  mobile=width < 600)
        self.call("Emulation.setEmulatedMedia",
                  features=[{"name": "prefers-color-scheme", "value": scheme}])
        if not scripts:
            self.call("Emulation.setScriptExecutionDisabled", value=True)
        self.call("Page.navigate", url=url)
        self.wait("Page.loadEventFired")

    def end(self):
        self.process.kill()
        self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)


# The least contrast of text with what is behind it, by WCAG 2.2; texts of a chart are held against what they stand on in
# the test of the palette.
CONTRAST = r"""(() => {
  const parse = text => (text.match(/[\d.]+/g) || []).map(Number);
  const light = colour => { const [r, g, b] = colour.slice(0, 3).map(part => { const s = part / 255;
    return s <= 0.04045 ? s / 12.92 : Math.pow((s + 0.055) / 1.055, 2.4); });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
  const behind = node => { for (let at = node; at; at = at.parentElement) {
    const colour = parse(getComputedStyle(at).backgroundColor);
    if (colour.length === 3 || colour[3] === 1) return colour; } return [255, 255, 255]; };
  const found = new Set();
  for (const node of document.querySelectorAll('body *')) {
    if (node.closest('svg,script,style') || !node.checkVisibility()) continue;
    if (![...node.childNodes].some(child => child.nodeType === 3 && child.textContent.trim())) continue;
    const style = getComputedStyle(node), [a, b] = [light(parse(style.color)), light(behind(node))];
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    const size = parseFloat(style.fontSize), large = size >= 24 || (size >= 18.66 && +style.fontWeight >= 700);
    if (ratio < (large ? 3 : 4.5)) found.add(node.localName + '.' + node.className + ' ' + ratio.toFixed(2));
  }
  return [...found].slice(0, 20);
})()"""

SCROLL = """(() => { const wide = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= wide) return [];
  return [document.documentElement.scrollWidth + ' of ' + wide].concat([...document.querySelectorAll('body *')]
    .filter(node => !node.closest('.scroll,svg') && node.getBoundingClientRect().right > wide + 1).slice(0, 6)
    .map(node => node.localName + '.' + node.className)); })()"""

USE = r"""(async () => {
  const wrong = [], check = (holds, what) => { if (!holds) wrong.push(what); };
  const rows = () => [...document.querySelectorAll('#segments-table tbody tr')];
  const search = document.getElementById('search'), all = rows().length;
  const shown = () => rows().filter(row => !row.hidden).length;
  const type = text => { search.value = text; search.dispatchEvent(new Event('input')); };
  type('no segment is called so');
  check(shown() === 0, 'search for nothing still shows rows');
  type(rows()[all - 1].dataset.text.split(' ')[0]);
  check(shown() >= 1 && shown() <= all, 'search by path finds nothing');
  type('');
  check(shown() === all, 'an empty search hides rows');
  const heads = [...document.querySelectorAll('#segments-table thead th')];
  for (const [place, head] of heads.entries()) {
    const button = head.querySelector('button');
    check(button, 'a head cannot be pressed');
    button.click(); button.click();
    check(head.getAttribute('aria-sort') === (head.classList.contains('n') ? 'ascending' : 'descending'),
      'sorted otherwise: ' + head.textContent);
    if (!head.classList.contains('n')) continue;
    const values = rows().map(row => row.cells[place].dataset.value).map(text => text === '' ? -Infinity : +text);
    check(values.every((value, index) => index === 0 || values[index - 1] <= value), 'not sorted by ' + head.textContent);
  }
  const one = document.getElementById('one'), table = document.querySelector('#comparison tbody');
  if (one) {
    const before = table.rows.length, name = document.getElementById('one-name').textContent;
    check(before > 0, 'nothing is compared without scripts');
    const first = [...table.rows].slice(0, 5).map(row => row.cells[0].textContent).join('|');
    one.dispatchEvent(new Event('change'));
    check([...table.rows].slice(0, 5).map(row => row.cells[0].textContent).join('|') === first,
      'script and page compare differently');
    one.selectedIndex = (one.selectedIndex + 1) % one.options.length;
    one.dispatchEvent(new Event('change'));
    check(document.getElementById('one-name').textContent !== name || one.options.length < 2, 'no other is compared');
    check(table.querySelectorAll('svg').length === table.rows.length, 'a comparison has no picture');
  }
  const toggle = document.getElementById('theme'), paper = () => getComputedStyle(document.body).backgroundColor;
  const was = paper();
  toggle.click();
  check(paper() !== was, 'the other theme looks the same');
  toggle.click();
  check(paper() === was, 'the theme does not come back');
  localStorage.clear();
  const card = document.querySelector('article details');
  if (card) { card.querySelector('summary').click(); check(card.open, 'evidence does not unfold'); }
  dispatchEvent(new Event('beforeprint'));
  check(!document.querySelector('details:not([open])'), 'evidence stays folded in print');
  dispatchEvent(new Event('afterprint'));
  return wrong;
})()"""

PAINT = """new Promise(done => requestAnimationFrame(() => setTimeout(() => done({
  firstPaint: performance.getEntriesByType('paint').map(entry => entry.startTime)[0],
  loaded: performance.getEntriesByType('navigation')[0].loadEventEnd,
  elements: document.querySelectorAll('*').length }), 50)))"""


# Of many cards most are built after the page has come.
BUILT = """new Promise(done => { (function wait() {
  document.querySelector('article>noscript') ? setTimeout(wait, 20) : done(performance.now()); })(); })"""


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("page")
    parser.add_argument("--axe")
    parser.add_argument("--shots")
    options = parser.parse_args()
    program = chromium()
    if not program:
        raise SystemExit("there is no Chromium")
    url = pathlib.Path(options.page).resolve().as_uri()
    problems, figures = [], {}
    browser = Browser(program)
    try:
        for scheme in ["light", "dark"]:
            for width in [1280, 390]:
                where = f"{width} {scheme}"
                browser.open(url, width, scheme)
                figures[where] = browser.evaluate(PAINT)
                figures[where]["built"] = browser.evaluate(BUILT)
                if options.shots:
                    take(browser, pathlib.Path(options.shots) / f"{width}-{scheme}.png")
                problems += [f"{where}: scrolls sideways: {item}" for item in browser.evaluate(SCROLL)]
                problems += [f"{where}: contrast: {item}" for item in browser.evaluate(CONTRAST)]
                # Every rule at both widths and in both colours; contrast at each pair of them is told above.
                if options.axe and (width, scheme) in [(1280, "light"), (390, "dark")]:
                    problems += [f"{where}: axe: {item}" for item in axe(browser, options.axe)]
                problems += [f"{where}: {item}" for item in browser.evaluate(USE)]
                problems += [f"{where}: {item}" for item in told(browser.events, url)]
        browser.open(url, 390, "light", scripts=False)
        problems += [f"without scripts: {item}" for item in told(browser.events, url)]
    finally:
        browser.end()
    json.dump({"problems": problems, "figures": figures, "axe": bool(options.axe)}, sys.stdout, indent=1)
    print()


def axe(browser, path):
    # Cards outside the window are laid out only when they come into it; all are to be judged.
    browser.evaluate("""document.querySelectorAll('article').forEach(card => card.style.contentVisibility = 'visible')""")
    browser.evaluate(pathlib.Path(path).read_text() + ";0")
    return browser.evaluate("""axe.run({runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']})
      .then(result => result.violations.map(item => item.id + ': ' + item.help + ' ' +
        item.nodes.slice(0, 3).map(node => node.html.slice(0, 160)).join(' | ')))""")


def told(events, url):
    """What the console said, and what was asked for."""
    for event in events:
        method, values = event.get("method"), event.get("params", {})
        if method == "Network.requestWillBeSent" and not values["request"]["url"].startswith(("data:", url)):
            yield f"asked for {values['request']['url']}"
        elif method == "Runtime.exceptionThrown":
            yield f"threw {values['exceptionDetails'].get('exception', {}).get('description')}"
        elif method == "Runtime.consoleAPICalled":
            yield f"console {values['type']}"
        elif method == "Log.entryAdded":
            yield f"log {values['entry']['level']}: {values['entry']['text']}"


def take(browser, path):
    path.parent.mkdir(parents=True, exist_ok=True)
    # What lies outside the window is not painted otherwise.
    browser.evaluate("""document.querySelectorAll('article').forEach(card => card.style.contentVisibility = 'visible')""")
    shot = browser.call("Page.captureScreenshot", format="png", captureBeyondViewport=True, clip={
        "x": 0, "y": 0, "width": browser.evaluate("innerWidth"),
        "height": min(6000, browser.evaluate("document.documentElement.scrollHeight")), "scale": 1})
    path.write_bytes(base64.b64decode(shot["data"]))


if __name__ == "__main__":
    main()
