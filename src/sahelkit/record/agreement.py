"""How far coders of the same kind of event agree."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from sahelkit.columns import read_columns
from sahelkit.frames import FrameLike

_LISTED = ("success", "failure")


def coder_agreement(coups: FrameLike, coders: Sequence[str]) -> pd.DataFrame:
    """Count, for each pair of coders, the events that both list among those that either lists.

    Only events that both coders cover are counted, so that a coder is not blamed for what it never looked at. Plots
    do not count as listed. There is no count of non-events, hence no chance-corrected kappa: the share is the
    Jaccard index of the two lists.

    Parameters
    ----------
    coups : pandas.DataFrame
        One row per event with ``<coder>_outcome`` for each coder: success, failure, plot, absent or not_covered.
    coders : sequence of str
        Column prefixes.

    Returns
    -------
    pandas.DataFrame
        One row per ordered pair: ``coder_a, coder_b, n_either, n_both, n_same_outcome, share, share_same_outcome``.
        The shares are NA where the pair has no common event to count.

    Raises
    ------
    MissingColumnsError
        If a coder has no outcome column.

    Examples
    --------
    >>> events = pd.DataFrame(
    ...     {"a_outcome": ["success", "failure", "absent"], "b_outcome": ["success", "success", "failure"]}
    ... )
    >>> pair = coder_agreement(events, ["a", "b"]).query("coder_a == 'a' and coder_b == 'b'").iloc[0]
    >>> int(pair["n_either"]), int(pair["n_both"]), int(pair["n_same_outcome"])
    (3, 2, 1)
    """
    needed = [f"{coder}_outcome" for coder in coders]
    coups = read_columns(coups, where="coder_agreement", texts=needed, repair="Use load_coups(rule='any')")
    rows = []
    for a in coders:
        for b in coders:
            left, right = (coups[f"{coder}_outcome"].astype(object) for coder in (a, b))
            both_cover = (left != "not_covered") & (right != "not_covered")
            lists_a, lists_b = left.isin(_LISTED) & both_cover, right.isin(_LISTED) & both_cover
            either, both = int((lists_a | lists_b).sum()), int((lists_a & lists_b).sum())
            same = int((lists_a & lists_b & (left == right)).sum())
            rows.append(
                {
                    "coder_a": a,
                    "coder_b": b,
                    "n_either": either,
                    "n_both": both,
                    "n_same_outcome": same,
                    "share": both / either if either else float("nan"),
                    "share_same_outcome": same / both if both else float("nan"),
                }
            )
    return pd.DataFrame(rows)
