"""What axe-core finds wrong with a page."""

from typing import Any

from playwright.sync_api import Page

from locks.environment import ROOT

SCRIPT = ROOT / "webui" / "node_modules" / "axe-core" / "axe.min.js"
RULES = ("wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice")

_RUN = """
async (tags) => {
  const { violations } = await window.axe.run(document, { runOnly: tags });
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ html, failureSummary }) => ({ id, html, failureSummary })));
}
"""


def violations(page: Page) -> list[str]:
    """Return each rule that the page breaks, with the place; the page must be `unguarded`."""
    if not page.evaluate("Boolean(window.axe)"):
        page.evaluate(SCRIPT.read_text())
    found: list[dict[str, Any]] = page.evaluate(_RUN, list(RULES))
    return [f"{one['id']}: {one['html']} {one['failureSummary']}" for one in found]
