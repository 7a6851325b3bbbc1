"""Notebooks: recorded findings and figures inside them; listing, copying and reproducing them from outside.

Inside a notebook
    ``finding("mali_attempts_pt", 8, text_en=..., text_fr=...)`` records a headline number, ``show(fig,
    caption_en=...)`` displays a figure with its caption, ``effort()`` says whether the quick or the full computation
    is wanted.
Outside
    `notebooks` lists what is shipped, `copy_notebooks` makes a working copy, `reproduce` runs them and compares every
    finding with ``notebooks/findings.toml``.

A notebook says what it is in its metadata, ``{"sahelkit": {"title": ..., "lang": "en" | "fr", "answers": ...}}``;
what is not there is read from its first cell (``# title``, then the first paragraph). The pages made from notebooks
load nothing from the network, so formulas are written in plain characters, not in TeX.
"""

from __future__ import annotations

from sahelkit._door import open_room

__getattr__, __dir__, __all__ = open_room(__name__, __file__)
