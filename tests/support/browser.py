"""Drives a headless Chromium by ChromeDriver over the W3C WebDriver protocol, as far as tests of pages need it."""

import base64
import contextlib
import os
import re
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

KEYS = {
    "Tab": "\ue004",
    "Enter": "\ue007",
    "Escape": "\ue00c",
    "Delete": "\ue017",
    "ArrowLeft": "\ue012",
    "ArrowUp": "\ue013",
    "ArrowRight": "\ue014",
    "ArrowDown": "\ue015",
}
_ELEMENT = "element-6066-11e4-a52e-4f735466cecf"
_PATIENCE_S = 20.0


def missing_programs() -> list[str]:
    """Returns which of the two programs are not installed."""
    return [name for name in ("chromium", "chromedriver") if shutil.which(name) is None]


class Browser:
    """One browser window.

    Args:
        session: The address of a WebDriver session.
        client: The HTTP client that calls it.
    """

    def __init__(self, session: str, client: httpx.Client):
        self._session = session
        self._client = client

    def open(self, url: str) -> None:
        self._post("url", url=url)

    def run(self, script: str, *arguments: Any) -> Any:
        """Runs the body of a JavaScript function and returns what it returns."""
        return self._post("execute/sync", script=script, args=list(arguments))

    def texts(self, selector: str) -> list[str]:
        """Returns the visible text of each such element."""
        return self.run("return [...document.querySelectorAll(arguments[0])].map((each) => each.innerText)", selector)

    def text(self, selector: str) -> str:
        """Returns the visible text of the only such element."""
        (text,) = self.texts(selector)
        return text

    def click(self, selector: str) -> None:
        """Clicks the first such element. It tries again if the page replaces the element meanwhile."""

        def is_clicked() -> bool:
            element = self._post("element", using="css selector", value=selector)[_ELEMENT]
            answer = self._client.post(f"{self._session}/element/{element}/click", json={})
            if "stale element" in str(answer.json()["value"]):
                return False
            _value(answer)
            return True

        self.wait_for(is_clicked, f"a click on {selector}")

    def type(self, text: str) -> None:
        """Types into the element that has the focus."""
        actions = [{"type": kind, "value": letter} for letter in text for kind in ("keyDown", "keyUp")]
        self._post("actions", actions=[{"type": "key", "id": "keyboard", "actions": actions}])

    def press(self, *names: str) -> None:
        """Presses keys of `KEYS`, one after the other."""
        for name in names:
            self.type(KEYS[name])

    def wait_for(self, happens: Callable[[], Any], what: str = "") -> Any:
        """Calls a function until it returns something true, and returns that."""
        end = time.monotonic() + _PATIENCE_S
        while not (found := happens()):
            assert time.monotonic() < end, f"did not happen: {what or happens}\n{self.text('body')}"
            time.sleep(0.03)
        return found

    def screenshot(self, path: Path, is_whole: bool = False) -> None:
        """Writes a PNG of the visible part, or of the whole page."""
        picture = self.devtools("Page.captureScreenshot", format="png", captureBeyondViewport=is_whole)
        path.write_bytes(base64.b64decode(picture["data"]))

    def become(self, width: int, height: int, is_dark: bool = False, is_phone: bool = False) -> None:
        """Emulates a device with such a screen."""
        self.devtools(
            "Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=is_phone
        )
        self.devtools("Emulation.setTouchEmulationEnabled", enabled=is_phone)
        scheme = {"name": "prefers-color-scheme", "value": "dark" if is_dark else "light"}
        still = {"name": "prefers-reduced-motion", "value": "reduce"}
        self.devtools("Emulation.setEmulatedMedia", features=[scheme, still])

    def devtools(self, command: str, **parameters: Any) -> Any:
        """Sends a command of the DevTools protocol, which can do more than WebDriver."""
        return self._post("goog/cdp/execute", cmd=command, params=parameters)

    def _post(self, command: str, **fields: Any) -> Any:
        return _value(self._client.post(f"{self._session}/{command}", json=fields))


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    """A browser of the module's own."""
    if missing := missing_programs():
        pytest.skip(f"the page needs a browser; not installed: {', '.join(missing)}")
    with headless_chromium(tmp_path_factory.mktemp("browser")) as browser:
        browser.become(1280, 1000)
        yield browser


@contextlib.contextmanager
def headless_chromium(folder: Path, *flags: str) -> Iterator[Browser]:
    """Runs a browser while the block runs.

    Args:
        folder: The folder of the browser's own files.
        flags: Further options of Chromium.
    """
    disabled = ("gpu", "dev-shm-usage", "background-networking", "component-update", "quic", "sync")
    arguments = ["--headless=new", "--no-first-run", "--no-proxy-server", *(f"--disable-{each}" for each in disabled)]
    arguments += [f"--user-data-dir={folder}", "--window-size=1280,1000", *flags]
    if os.geteuid() == 0:
        arguments.append("--no-sandbox")  # Chromium's sandbox does not run as root.
    driver, port = _started_driver()
    try:
        options = {"binary": shutil.which("chromium"), "args": arguments}
        wanted = {"capabilities": {"alwaysMatch": {"browserName": "chrome", "goog:chromeOptions": options}}}
        with httpx.Client(timeout=60, trust_env=False) as client:
            sessions = f"http://127.0.0.1:{port}/session"
            session = f"{sessions}/{_value(client.post(sessions, json=wanted))['sessionId']}"
            try:
                yield Browser(session, client)
            finally:
                client.delete(session)
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(driver.pid, signal.SIGTERM)
        driver.wait(10)
        driver.stdout.close()


def _started_driver() -> tuple[subprocess.Popen, str]:
    """Starts a ChromeDriver and returns it with its port. It retries if another program takes the port first."""
    command = ["chromedriver", "--port=0"]
    for _ in range(5):
        driver = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, start_new_session=True)
        started = (re.search(r"started successfully on port (\d+)", line) for line in driver.stdout)
        port = next((found.group(1) for found in started if found), None)
        if port:
            return driver, port
        driver.wait(10)
        driver.stdout.close()
    raise AssertionError("ChromeDriver does not start")


def _value(response: httpx.Response) -> Any:
    value = response.json()["value"]
    assert response.is_success, value
    return value
