"""A headless Chromium by its debugging pipe: enough to open a page, click on something and read what is seen."""

import json
import os
import shutil
import subprocess
import sys
import time

FLAGS = """--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking
--disable-component-update --disable-sync --remote-debugging-pipe""".split()
# The browser reads its commands from descriptor 3 and answers on 4.
START = """import os, sys
for given, kept in zip(sys.argv[1:3], (13, 14)): os.dup2(int(given), kept)
for kept, wanted in ((13, 3), (14, 4)): os.dup2(kept, wanted)
os.execv(sys.argv[3], sys.argv[3:])"""
NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")


def find_browser():
    return next(filter(None, map(shutil.which, NAMES)), None)


class Browser:
    """One tab; every wait ends after ten seconds."""

    def __init__(self, program, profile):
        (take, self.out), (self.into, give) = os.pipe(), os.pipe()
        command = [program, *FLAGS, f"--user-data-dir={profile}", "--window-size=1000,800", "about:blank"]
        command = [sys.executable, "-c", START, str(take), str(give), *command]
        self.process = subprocess.Popen(
            command, pass_fds=(take, give), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        os.close(take), os.close(give)
        self.number, self.rest, self.session = 0, b"", None
        pages = [one for one in self.send("Target.getTargets")["targetInfos"] if one["type"] == "page"]
        self.session = self.send("Target.attachToTarget", targetId=pages[0]["targetId"], flatten=True)["sessionId"]

    def send(self, method, **given):
        self.number += 1
        message = {"id": self.number, "method": method, "params": given}
        os.write(self.out, json.dumps(message | ({"sessionId": self.session} if self.session else {})).encode() + b"\0")
        while True:
            while b"\0" not in self.rest:
                self.rest += os.read(self.into, 1 << 16) or exit("the browser closed")
            answer, _, self.rest = self.rest.partition(b"\0")
            answer = json.loads(answer)
            if answer.get("id") == self.number:
                if "navigated" in str(answer.get("error")):  # the page was left while it was asked: `until` asks again
                    return {"result": {}}
                assert "error" not in answer, answer
                return answer["result"]

    def value(self, script):
        return self.send("Runtime.evaluate", expression=script, returnByValue=True)["result"].get("value")

    def until(self, script):
        for _ in range(200):
            found = self.value(script)
            if found:
                return found
            time.sleep(0.05)
        raise AssertionError(f"never true: {script}")

    def open(self, address):
        self.send("Page.navigate", url=address)
        self.until("document.readyState == 'complete' && location.href != 'about:blank'")

    def click(self, selector):
        """With the mouse, on what is seen; the address that is then open."""
        before = self.value("location.href")
        place = "(e => { e.scrollIntoView({block: 'center'}); const r = e.getClientRects()[0]; "
        place += "return [r.x + r.width / 2, r.y + r.height / 2]; })"
        x, y = self.until(f"{place}(document.querySelector({json.dumps(selector)}))")
        for kind in ("mousePressed", "mouseReleased"):
            self.send("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", clickCount=1)
        self.until(f"location.href != {json.dumps(before)} && document.readyState == 'complete' && location.href")
        return self.value("location.href")

    def type(self, selector, text):
        self.value(f"document.querySelector({json.dumps(selector)}).focus()")
        self.send("Input.insertText", text=text)

    def close(self):
        self.send("Browser.close")
        self.process.wait(10)
        os.close(self.out), os.close(self.into)
