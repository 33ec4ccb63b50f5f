"""A view drawn as HTML and as one PDF that is PDF/A-3a and PDF/UA-1."""

import gc
import hashlib
import mimetypes
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from app.controls.catalogue import TEMPLATES
from app.errors import AppError
from app.packs.legible import FONTS, covered_by_fonts, legible
from app.packs.page import charts
from app.packs.page.pdfua import claim_pdfua
from app.packs.tables.workbook import XLSX_TYPE
from app.packs.view import words
from app.packs.view.pack import PackView


class PackDrawingError(AppError):
    """The pack could not be drawn as it must be."""

    code = "pack_drawing"


def render_html(view: PackView) -> str:
    """The pack as one HTML document; every text from outside is escaped and legible."""
    return _environment().get_template("pack.html.j2").render(pack=view)


def render_pdf(view: PackView, attachments: Mapping[str, bytes]) -> bytes:
    """The pack as PDF with its attachments; equal arguments give equal bytes on one machine.

    `attachments` are those the view was built with. Raises PackDrawingError when they differ from
    the digests the view prints, or when the templates ask for anything but bundled fonts.
    """
    from weasyprint import Attachment

    _check_attachments(view, attachments)
    mimetypes.add_type(XLSX_TYPE, ".xlsx")  # what a machine knows of it differs
    html = render_html(view)
    at = view.issue.generated_at
    attached = [
        Attachment(
            string=attachments[file.name],
            name=file.name,
            description=file.says,
            created=at,
            modified=at,
            relationship="Data",
        )
        for file in view.attached
    ]
    return _drawn(html, _identifier(html, view.issue.pack_id), attached)


def render_anchors(anchors: Any) -> bytes:
    """The trust anchors (`app.services.reading.anchors`) as a PDF of one page for people.

    Raises PackDrawingError when the template asks for anything but bundled fonts.
    """
    html = _environment().get_template("anchors.html.j2").render(anchors=anchors)
    return _drawn(html, _identifier(html, anchors.origin), [])


def _drawn(html: str, identifier: bytes, attached: Sequence[Any]) -> bytes:
    from weasyprint import CSS, HTML
    from weasyprint.text.fonts import FontConfiguration

    from app.packs.page.fetcher import PackFetcher

    fetcher = PackFetcher(FONTS)
    fonts = FontConfiguration()
    style = (TEMPLATES / "pack" / "pack.css").read_text("utf-8")
    source = HTML(string=html, url_fetcher=fetcher)
    with _no_collection(), warnings.catch_warnings():
        # WeasyPrint 70 leaves closing its colour profile to the garbage collector.
        warnings.filterwarnings("ignore", r"unclosed file .*sRGB2014\.icc", ResourceWarning)
        made: bytes = source.write_pdf(
            stylesheets=[CSS(string=style, url_fetcher=fetcher, font_config=fonts)],
            font_config=fonts,
            finisher=claim_pdfua,
            pdf_variant="pdf/a-3a",
            pdf_identifier=identifier,
            attachments=attached,
        )
    if fetcher.refused:
        raise PackDrawingError(f"The pack's templates asked for {fetcher.refused[0]!r}.")
    return made


@contextmanager
def _no_collection() -> Iterator[None]:
    """Layout makes millions of objects that live to its end: walking them costs a quarter of it."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def _identifier(html: str, name: str) -> bytes:
    """Identity of the content: the document with the digests of its attachments in it."""
    return hashlib.sha256(f"{name}\n{html}".encode()).digest()[:16]


def _check_attachments(view: PackView, attachments: Mapping[str, bytes]) -> None:
    given = {name: hashlib.sha256(data).hexdigest() for name, data in attachments.items()}
    if given != {file.name: file.sha256 for file in view.attached}:
        raise PackDrawingError("The attachments are not those the pack was built with.")


def _environment() -> Environment:
    covered = covered_by_fonts()

    def shown(value: Any) -> Any:
        if isinstance(value, Markup) or not isinstance(value, str):
            return value
        return legible(value, covered)

    environment = Environment(
        loader=FileSystemLoader(TEMPLATES / "pack"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=shown,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "day": words.day,
        "short_day": words.short_day,
        "moment": words.moment,
        "stamped": words.stamped,
        "n": words.number,
        "anchor": words.anchor,
        "sentence": words.sentence,
        "short": words.short,
    }
    environment.globals |= {
        "answers_bar": charts.answers_bar,
        "coverage_calendar": charts.coverage_calendar,
        "in_a_row": charts.in_a_row,
        "legend_cell": charts.legend_cell,
        "trend_columns": charts.trend_columns,
        "state_class": words.STATE_CLASS,
        "ending_class": words.ENDING_CLASS,
        "night_words": words.NIGHT_WORDS,
        "span": words.span,
        "nights_span": words.nights_span,
    }
    return environment
