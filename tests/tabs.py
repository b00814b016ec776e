"""A browser's tabs, which tests use one after another: a page costs half as much in a tab that had one before."""

from collections import defaultdict

from playwright.sync_api import Browser, BrowserContext, Error, Page


class Tabs:
    """The tabs of a browser. One that is taken is as new, but that its process has compiled the app's scripts."""

    def __init__(self, browser: Browser, patience: float) -> None:
        """Its pages wait for what is to come for `patience` milliseconds."""
        self._browser = browser
        self._patience = patience
        self._contexts: dict[str, BrowserContext] = {}
        self._free: dict[BrowserContext, list[Page]] = defaultdict(list)

    def alone(self, **options: object) -> Page:
        """A tab with a context of its own, which is not given back but closed."""
        return self._new_context(**options).new_page()

    def _new_context(self, **options: object) -> BrowserContext:
        context = self._browser.new_context(**options)  # type: ignore[arg-type]
        context.set_default_timeout(self._patience)
        return context

    def take(self, visitor: int, /, **options: object) -> Page:
        """A tab with these options, without cookies. One `visitor`'s with the same options share their storage."""
        key = repr((visitor, sorted(options.items())))
        if key not in self._contexts:
            self._contexts[key] = self._new_context(**options)
        self._contexts[key].clear_cookies()
        free = self._free[self._contexts[key]]
        return free.pop() if free else self._contexts[key].new_page()

    def give_back(self, page: Page) -> None:
        """Leave a tab to the next test, without what its page kept; closed where that cannot be had."""
        try:
            page.evaluate("sessionStorage.clear(); localStorage.clear()")
            page.goto("about:blank")
        except Error:
            page.close()
        else:
            self._free[page.context].append(page)
