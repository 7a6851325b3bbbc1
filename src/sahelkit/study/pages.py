"""The HTML page of one executed notebook: one file that loads nothing from anywhere."""

from __future__ import annotations

import logging
from functools import cache
from typing import Any

from sahelkit._types import Lang
from sahelkit.study.execute import Executed
from sahelkit.study.words import WORDS


@cache
def environment() -> Any:
    """The templates that lie beside this module."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    return Environment(
        loader=PackageLoader("sahelkit.study"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def duration(seconds: float, lang: Lang = "en") -> str:
    """A time as people say it.

    Examples
    --------
    >>> duration(185.2), duration(4.23, "fr")
    ('3 min 05 s', '4,2 s')
    """
    if seconds < 59.5:
        text = f"{seconds:.0f} s" if seconds >= 10 else f"{seconds:.1f} s"
        return text.replace(".", ",") if lang == "fr" else text
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest:02d} s"


def notebook_page(done: Executed, *, lang: Lang) -> str:
    """The whole page as text; `lang` is the language of the words around the notebook."""
    from markupsafe import Markup
    from nbconvert import HTMLExporter
    from pygments.formatters import HtmlFormatter

    logging.getLogger("traitlets").setLevel(logging.ERROR)  # figures without captions: said in the report's own way
    # The template "basic" is the bare notebook. The usual ones load scripts for formulas and widgets from the network.
    body, _ = HTMLExporter(template_name="basic", exclude_anchor_links=True).from_notebook_node(done.tree)
    words = WORDS[lang]
    page: str = (
        environment()
        .get_template("notebook.html.j2")
        .render(
            notebook=done.notebook,
            body=Markup(body),
            code_css=Markup(HtmlFormatter(style="friendly").get_style_defs(".highlight")),
            failure=done.failure,
            time=duration(done.seconds, lang),
            lang=lang,
            words=words,
        )
    )
    return page
