"""Whether a yearly series stands in the years that it describes: a second copy of it, made by others, tells."""

from __future__ import annotations

import numpy as np
import pandas as pd

from sahelkit.errors import TableError

LAGS = (-2, -1, 0, 1, 2)
# Changes in common, at every lag, before a place is asked.
LEAST_CHANGES = 10
# Places that must answer; fewer say nothing.
LEAST_PLACES = 20
# By how much agreement at lag 0 must exceed that at any other lag. A copy that cannot tell is no evidence.
LEAD = 0.05
# One place alone is taken to be shifted if it agrees this well at another lag, and this much worse at lag 0.
ONE_PLACE = (0.8, 0.3)
# A copy in the same unit lies this close to ours in most places, in changes from one year to the next.
SAME_UNIT = 0.5
# One place is taken to be shifted if its values lie at most this share of the distance at lag 0 from the copy's at
# another lag, and the gain is this much of a year's change.
CLOSER = (1 / 3, 0.5)


def _yearly(frame: pd.DataFrame) -> pd.DataFrame:
    years = range(int(frame.columns.min()), int(frame.columns.max()) + 1)
    values = frame.reindex(columns=years).to_numpy(dtype=float, na_value=np.nan)
    return pd.DataFrame(values, index=frame.index, columns=years)


def _correlations(one: pd.DataFrame, other: pd.DataFrame) -> pd.Series:
    """Correlation of two frames row by row, over the years that both know."""
    known = one.notna() & other.notna()
    x, y = one.where(known), other.where(known)
    x, y = x.sub(x.mean(axis=1), axis=0), y.sub(y.mean(axis=1), axis=0)
    spread = np.sqrt((x**2).sum(axis=1) * (y**2).sum(axis=1))
    return ((x * y).sum(axis=1) / spread.where(spread > 0)).where(known.sum(axis=1) >= LEAST_CHANGES)


def _alike(changes: pd.DataFrame) -> bool:
    """Whether neighbouring changes resemble one another so much that they date nothing."""
    return bool(_correlations(changes, changes.shift(axis=1)).median() > 0.5)


def _ranked_changes(ours: pd.DataFrame, copy: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    one, other = _yearly(ours).diff(axis=1), _yearly(copy).diff(axis=1)
    if _alike(one.rank(axis=1)) or _alike(other.rank(axis=1)):
        one, other = one.diff(axis=1), other.diff(axis=1)
    years = one.columns.union(other.columns)
    return one.rank(axis=1).reindex(columns=years), other.rank(axis=1).reindex(columns=years)


def _by_lag(ours: pd.DataFrame, copy: pd.DataFrame) -> pd.DataFrame:
    found = {lag: _correlations(ours.shift(-lag, axis=1), copy) for lag in LAGS}
    return pd.DataFrame(found).dropna()


def agreement(ours: pd.DataFrame, copy: pd.DataFrame) -> pd.DataFrame:
    """Agreement of a yearly series with a second copy of it, by place and lag.

    Levels of any two series that grow agree at every lag, and one wild year decides an ordinary correlation. So
    agreement is the rank correlation of changes from year to year within a place: no unit, no level and no outlier
    enters. Where neighbouring changes are alike (population, mortality), changes of changes are compared.

    Parameters
    ----------
    ours, copy : pandas.DataFrame
        Values, places by years.

    Returns
    -------
    pandas.DataFrame
        Places by lags, -2 to 2; lag 1 means that our series stands one year later than the copy. Places that have
        too few changes in common, or none at all, have no row.

    Examples
    --------
    >>> import numpy as np
    >>> import pandas as pd
    >>> from sahelkit.build.dating import agreement
    >>> draws = np.random.default_rng(1).normal(size=(30, 40))
    >>> copy = pd.DataFrame(draws, columns=range(1980, 2020))
    >>> late = copy.rename(columns=lambda year: year + 1)
    >>> agreement(late, copy).median().idxmax()
    1
    """
    return _by_lag(*_ranked_changes(ours, copy))


def _distances(ours: pd.DataFrame, copy: pd.DataFrame) -> pd.DataFrame:
    """Median distance of the values at each lag, places by lags, in the place's median change from year to year."""
    one, other = _yearly(ours), _yearly(copy)
    years = one.columns.union(other.columns)
    one, other = one.reindex(columns=years), other.reindex(columns=years)
    gaps = np.stack([(one.shift(-lag, axis=1) - other).abs().to_numpy() for lag in LAGS])
    known = ~np.isnan(gaps).any(axis=0)
    change = one.diff(axis=1).abs().median(axis=1)
    asked = (known.sum(axis=1) >= LEAST_CHANGES) & (change > 0).to_numpy()
    medians = np.nanmedian(np.where(known, gaps, np.nan)[:, asked], axis=2)
    return pd.DataFrame(medians.T, index=one.index[asked], columns=list(LAGS)).div(change[asked], axis=0)


def _check_values(dataset: str, series: str, copy_name: str, ours: pd.DataFrame, copy: pd.DataFrame) -> None:
    """Stop at one place whose values are the copy's of another year; only a copy in the same unit can tell."""
    by_lag = _distances(ours, copy)
    if by_lag.empty or by_lag[0].median() > SAME_UNIT:
        return
    share, gain = CLOSER
    best = by_lag.drop(columns=0).min(axis=1)
    for place, distances in by_lag[(best <= share * by_lag[0]) & (by_lag[0] - best >= gain)].iterrows():
        figures = ", ".join(f"{lag:+d}: {value:.2f}" for lag, value in distances.items())
        why = f"distance by lag, in changes of a year, is {figures}, and must be least at lag 0"
        stands = f"{series} of {place} stands {_years(int(distances.idxmin()))} against {copy_name}"
        raise TableError(dataset, f"{stands}: {why}", repair=RIGHT_YEAR)


def _spans(one: pd.DataFrame, other: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Agreement over all years and over each half of them: a series may be shifted from some year on."""
    both = (one.notna() & other.notna()).sum()
    middle = int(both.index[both.cumsum() * 2 >= both.sum()][0])
    pieces = {"": other, f" to {middle}": other.loc[:, :middle], f" after {middle}": other.loc[:, middle + 1 :]}
    return {span: _by_lag(one, piece.reindex(columns=one.columns)) for span, piece in pieces.items()}


def check_dating(dataset: str, series: str, copy_name: str, ours: pd.DataFrame, copy: pd.DataFrame) -> pd.Series:
    """Agreement of a series with its second copy at each lag, the median over places; it must be best at lag 0.

    All years, each half of them, and each place alone are asked; a half that too few places can answer is left out.
    Changes of one smooth series say little, so a copy in the same unit is also held against the values, place by place.

    Parameters
    ----------
    dataset, series, copy_name : str
        Names for the message.
    ours, copy : pandas.DataFrame
        Values, places by years.

    Returns
    -------
    pandas.Series
        Agreement by lag, over all years.

    Raises
    ------
    TableError
        If agreement is best at another lag, if lag 0 does not lead by ``LEAD``, if one place alone is shifted, or
        if fewer than ``LEAST_PLACES`` places have enough changes in common.

    Examples
    --------
    >>> import numpy as np
    >>> import pandas as pd
    >>> from sahelkit.build.dating import check_dating
    >>> draws = np.random.default_rng(1).normal(size=(30, 40))
    >>> copy = pd.DataFrame(draws, columns=range(1980, 2020))
    >>> float(check_dating("toy", "deaths", "registers", copy, copy)[0])
    1.0
    """
    places = ours.index.intersection(copy.index)
    one, other = _ranked_changes(ours.loc[places], copy.loc[places])
    spans = _spans(one, other)
    every = spans[""]
    if len(every) < LEAST_PLACES:
        why = f"only {len(every)} places have {LEAST_CHANGES} changes in common"
        raise TableError(dataset, f"{copy_name} cannot date {series}: {why}", repair=OTHER_COPY)
    asked = {span: found.median() for span, found in spans.items() if len(found) >= LEAST_PLACES}
    wrong = {span: by_lag for span, by_lag in asked.items() if by_lag[0] - by_lag.drop(0).max() < LEAD}
    if wrong:
        # The part that is shifted agrees best at its lag; the whole is named where every part is wrong.
        span = "" if len(wrong) == len(asked) else max(wrong, key=lambda span: float(wrong[span].max()))
        raise _refusal(dataset, series + span, copy_name, wrong[span])
    enough, more = ONE_PLACE
    # Two series that move once each agree perfectly at some lag, by chance.
    lively = (one.nunique(axis=1) >= LEAST_CHANGES) & (other.nunique(axis=1) >= LEAST_CHANGES)
    best = every.max(axis=1)
    for place in every.index[lively[every.index] & (best >= enough) & (best - every[0] >= more)]:
        raise _refusal(dataset, f"{series} of {place}", copy_name, every.loc[place])
    _check_values(dataset, series, copy_name, ours.loc[places], copy.loc[places])
    return every.median()


OTHER_COPY = "Take another copy, or list the series as one that no copy dates"
RIGHT_YEAR = "Find out which of the two stands in the wrong year, and move that one when it is read"


def _refusal(dataset: str, series: str, copy_name: str, by_lag: pd.Series) -> TableError:
    best = int(by_lag.idxmax())
    figures = ", ".join(f"{lag:+d}: {value:.3f}" for lag, value in by_lag.items())
    if best == 0:
        why = f"agreement at lag 0 leads by less than {LEAD} ({figures})"
        return TableError(dataset, f"{copy_name} cannot date {series}: {why}", repair=OTHER_COPY)
    why = f"agreement by lag is {figures}, and must be best at lag 0"
    return TableError(dataset, f"{series} stands {_years(best)} against {copy_name}: {why}", repair=RIGHT_YEAR)


def _years(lag: int) -> str:
    return f"{abs(lag)} year{'s' if abs(lag) > 1 else ''} {'late' if lag > 0 else 'early'}"
