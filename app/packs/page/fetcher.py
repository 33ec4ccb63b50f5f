"""The only resources a pack may load: the bundled fonts, by name."""

from pathlib import Path

from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse


class PackFetcher(URLFetcher):  # type: ignore[misc]  # weasyprint has no types
    """Answers `pack-font:<file name>`; anything else stops the render.

    Inside SVG, WeasyPrint swallows the error and goes on: callers look at `refused` afterwards.
    """

    def __init__(self, fonts: Path) -> None:
        super().__init__(timeout=1, allowed_protocols=(), allow_redirects=False)
        # An index made once: a URL never becomes a path.
        self._fonts = {path.name: path for path in sorted(fonts.glob("*.woff2"))}
        self.refused: list[str] = []

    def fetch(self, url: str, headers: object = None) -> URLFetcherResponse:  # noqa: ARG002 - the signature is WeasyPrint's
        """The bytes of a bundled font. Raises FatalURLFetchingError for any other URL."""
        scheme, _, name = url.partition(":")
        if scheme == "pack-font" and name in self._fonts:
            body = self._fonts[name].read_bytes()
            return URLFetcherResponse(url, body, {"Content-Type": "font/woff2"})
        self.refused.append(url[:120])
        raise FatalURLFetchingError(f"A pack may not load {url[:120]!r}.")
