"""Listens to a page of the browser: complaints of the console, breaches of the content security policy, bytes on the way."""

from dataclasses import dataclass, field

_REPORT_BREACHES = """
addEventListener("securitypolicyviolation", (event) => {
  console.error(`policy: ${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}:${event.lineNumber}`);
});
"""


@dataclass
class Watch:
    """What was heard since the last look."""

    complaints: list[str] = field(default_factory=list)
    transferred: int = 0

    def take(self):
        """Return (complaints, bytes) and forget them."""
        heard = self.complaints, self.transferred
        self.complaints, self.transferred = [], 0
        return heard


def watch(page, *, cached=False):
    """Begin to listen; every page is loaded as if for the first time unless `cached`."""
    heard = Watch()
    page.add_init_script(_REPORT_BREACHES)
    page.on("console", lambda message: heard.complaints.append(message.text) if message.type in {"error", "warning"} else None)
    page.on("pageerror", lambda error: heard.complaints.append(str(error)))
    tools = page.context.new_cdp_session(page)
    tools.send("Network.enable")
    tools.send("Network.setCacheDisabled", {"cacheDisabled": not cached})
    tools.on("Network.loadingFinished", lambda event: _add(heard, event["encodedDataLength"]))
    return heard


def _add(heard, number):
    heard.transferred += int(number)
