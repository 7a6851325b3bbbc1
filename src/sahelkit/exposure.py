"""Who is exposed to whose events: spatial weights, and exposure that decays with time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, cast, get_args

import numpy as np
import numpy.typing as npt
import pandas as pd

from sahelkit._types import DateLike, Floats, Places
from sahelkit.dates import parse_window, read_column
from sahelkit.errors import ModelError, OptionError, UnknownNameError, is_known
from sahelkit.frames import check_columns
from sahelkit.geography import places
from sahelkit.tables.borders import load_borders, load_distances
from sahelkit.tables.memberships import load_memberships

if TYPE_CHECKING:
    import xarray as xr

Matrix = npt.NDArray[np.float64]

__all__ = ["decayed_exposure", "spatial_weights"]

Kind: TypeAlias = Literal["land", "inverse_distance", "language", "coloniser", "organisation"]
KINDS: tuple[Kind, ...] = get_args(Kind)
ORGANISATIONS = ("ECOWAS", "UEMOA")
Unsure: TypeAlias = Literal["refuse", "leave_out"]
UNSURE: tuple[Unsure, ...] = get_args(Unsure)
NORMALISATIONS = ("column", "row", None)
_TIES = {"language": "cepii_common_official_language", "coloniser": "cepii_common_coloniser"}
# An unknown month hides the exposure after it for as long as it could still carry this share of its own weight.
_NEGLIGIBLE = 0.01


def spatial_weights(
    countries: Places,
    *,
    kind: Kind = "land",
    on: DateLike = None,
    normalise: str | None = "column",
    organisations: str | Sequence[str] | None = None,
    unsure: Unsure = "refuse",
    version: str | None = None,
) -> xr.DataArray:
    """Weights W[target, source]: how much an event in the source counts for the target.

    Parameters
    ----------
    countries : str, int or sequence of these
        Countries or place sets, as in `sahelkit.places.resolve_many`. Others count neither as source nor as target.
    kind : {"land", "inverse_distance", "language", "coloniser", "organisation"}
        1 for a land or river border; 1 over the distance between the capitals in 1,000 km; 1 for a common official
        language; 1 for a common coloniser after 1945; the number of `organisations` to which both belong (a suspended
        state is still a member; known for the study region only).
    on : date-like, optional
        Day of the borders or memberships; those last known when absent. Distances, languages and colonisers have no
        date.
    normalise : {"column", "row"} or None
        ``"column"``: each source's weights sum to 1, so that a coefficient is the number of events that one event
        sets off abroad. ``"row"``: each target's weights sum to 1, so that exposure is a mean over neighbours.
        None: as they are.
    organisations : str or sequence of str, optional
        For ``"organisation"``: which count, each once, as in `sahelkit.load_memberships`; ECOWAS and UEMOA when absent.
    unsure : {"refuse", "leave_out"}
        What becomes of memberships of which it is not known whether they held on the day: stop, or count those known
        to hold only.
    version : str, optional
        Data version; the bundled one when absent.

    Returns
    -------
    xarray.DataArray
        Dimensions ``target`` and ``source`` (ISO 3166 alpha-3 codes, in the order given), zero on the diagonal,
        without unit. A country without any tie, such as Cabo Verde under ``"land"``, keeps a row and a column of
        zeros whatever the normalisation: it neither receives nor gives; ``attrs["isolated"]`` names such countries.

    Raises
    ------
    UnknownPlaceError
        If a country is unknown or means several.
    UnknownNameError
        If the kind, the normalisation, an organisation or the version is unknown.
    OptionError
        If `organisations` is given with another kind.
    DateError
        If `on` cannot be read.
    ModelError
        If a distance or tie of a pair of countries is not known, or the memberships of a country, or whether one of
        them held on the day (with ``unsure="refuse"``).

    Warns
    -----
    CoverageWarning
        If `on` lies before 1945 (organisations: before September 1973) or after the last revision of the table.

    References
    ----------
    Stinnett, D. M., et al. (2002), as in `sahelkit.load_borders`; Mayer, T., & Zignago, S. (2011), as in
    `sahelkit.tables.load_distances`.

    Examples
    --------
    >>> w = spatial_weights(["Mali", "Burkina Faso", "Niger", "Cabo Verde"])
    >>> w.sel(source="MLI").to_series().to_dict()
    {'MLI': 0.0, 'BFA': 0.5, 'NER': 0.5, 'CPV': 0.0}
    >>> w.attrs["isolated"]
    ['CPV']
    >>> w = spatial_weights(["Mali", "Niger", "Ghana"], kind="organisation", on="2012-03-22", normalise=None)
    >>> w.sel(source="MLI").to_series().to_dict()
    {'MLI': 0.0, 'NER': 2.0, 'GHA': 1.0}
    """
    import xarray as xr

    if not is_known(kind, KINDS):
        raise UnknownNameError("kind of weight", kind, KINDS)
    if not is_known(normalise, NORMALISATIONS):
        raise UnknownNameError("normalisation", normalise, [str(name) for name in NORMALISATIONS])
    if not is_known(unsure, UNSURE):
        raise UnknownNameError("treatment of unsure memberships", unsure, UNSURE)
    if organisations is not None and kind != "organisation":
        raise OptionError(
            "organisations", organisations, f"the kind {kind!r} has none", repair="Add kind='organisation'"
        )
    codes = places.chosen(countries)
    if kind == "land":
        raw = _borders(codes, on, version)
    elif kind == "organisation":
        raw = _shared(codes, organisations, on, version, refuse=unsure == "refuse")
    else:
        raw = _from_pairs(codes, kind, version)
    lonely = [code for code, row, column in zip(codes, raw, raw.T, strict=True) if not (row.any() or column.any())]
    return xr.DataArray(
        normalised(raw, normalise),
        dims=("target", "source"),
        coords={"target": codes, "source": codes},
        name="weight",
        attrs={"kind": kind, "normalise": str(normalise), "isolated": lonely},
    )


def _borders(codes: Sequence[str], on: DateLike, version: str | None) -> Matrix:
    frame = load_borders(countries=list(codes), on=on, version=version)
    if on is None:
        frame = frame[frame["end"].isna()]
    pairs = set(zip(frame["iso3"], frame["neighbour_iso3"], strict=True))
    return np.array([[float((here, there) in pairs) for there in codes] for here in codes])


def _shared(
    codes: Sequence[str],
    organisations: str | Sequence[str] | None,
    on: DateLike,
    version: str | None,
    *,
    refuse: bool,
) -> Matrix:
    known = places.members("study")
    unknown = [code for code in codes if code not in known]
    if unknown:
        raise ModelError(
            f"the memberships of {', '.join(unknown[:5])}{' …' if len(unknown) > 5 else ''} are not known. "
            "Leave these countries out (the set 'study' has those known), or use kind='land'"
        )
    wanted = ORGANISATIONS if organisations is None else organisations
    frame = load_memberships(countries=list(codes), organisations=wanted, on=on, version=version)
    frame = frame[(frame["status"] == "member") & (frame["end"].isna() | (on is not None))]
    unsure = frame.loc[~frame["certain"], "organisation"] + " " + frame.loc[~frame["certain"], "iso3"]
    frame = frame[frame["certain"]]
    if len(unsure) and refuse:
        raise ModelError(
            f"whether these memberships held on {on} is not known: {', '.join(unsure)}. Choose other organisations= or "
            "another day, or unsure='leave_out'; load_memberships() shows the bounds"
        )
    belongs = pd.crosstab(frame["iso3"], frame["organisation"]).clip(upper=1).reindex(list(codes), fill_value=0)
    members = belongs.to_numpy(dtype=float)
    weights = members @ members.T
    np.fill_diagonal(weights, 0.0)
    return cast(Matrix, weights)


def _from_pairs(codes: Sequence[str], kind: str, version: str | None) -> Matrix:
    frame = load_distances(countries=list(codes), partners=list(codes), version=version)
    column = "cepii_capital_distance_km" if kind == "inverse_distance" else _TIES[kind]
    wide = frame.set_index(["iso3", "partner_iso3"])[column].astype("float64").unstack()
    values = wide.reindex(index=list(codes), columns=list(codes)).to_numpy(dtype=float).copy()
    np.fill_diagonal(values, 1.0)
    unknown = [f"{codes[i]}-{codes[j]}" for i, j in np.argwhere(np.isnan(values)) if i < j]
    if unknown:
        raise ModelError(
            f"the weight {kind!r} of {', '.join(unknown[:5])}{' …' if len(unknown) > 5 else ''} is not known. "
            "Leave these countries out, or use kind='land'"
        )
    weights = 1000.0 / values if kind == "inverse_distance" else values
    np.fill_diagonal(weights, 0.0)
    return cast(Matrix, weights)


def aligned(weights: xr.DataArray | None, codes: Sequence[str], *, version: str | None = None) -> Floats:
    """Ties between countries as a plain matrix in the order of their codes.

    Parameters
    ----------
    weights : xarray.DataArray, optional
        W[target, source] over these countries at least, as `spatial_weights` gives it; land borders when absent.
    codes : sequence of str
        ISO 3166 alpha-3 codes.
    version : str, optional
        Data version of the borders.

    Returns
    -------
    array, shape (n, n)

    Raises
    ------
    OptionError
        If it is no such array.
    ModelError
        If a tie is missing, negative or infinite, or a country is tied to itself.

    Examples
    --------
    >>> aligned(None, ["MLI", "GIN"]).tolist()
    [[0.0, 1.0], [1.0, 0.0]]
    """
    if weights is None:
        weights = spatial_weights(list(codes), version=version)
    if set(getattr(weights, "dims", ())) != {"target", "source"}:
        what = getattr(weights, "dims", type(weights).__name__)
        raise OptionError("weights", what, "they are a DataArray with the dimensions target and source")
    here = weights.transpose("target", "source")
    twice = [side for side in here.dims if side not in here.indexes or not here.indexes[side].is_unique]
    if twice:
        raise OptionError("weights", here.dims, f"each {twice[0]} has one label, its ISO code, and stands once")
    if here.dtype.kind not in "biuf":
        raise OptionError("weights", str(here.dtype), "they are numbers")
    unknown = [code for code in codes if code not in here["target"].values or code not in here["source"].values]
    matrix = here.reindex(target=codes, source=codes).to_numpy().astype(float)
    if not unknown:
        unknown = [
            code for code, row, column in zip(codes, matrix, matrix.T, strict=True) if np.isnan(row + column).any()
        ]
    if unknown:
        raise ModelError(f"the weights of {', '.join(unknown[:5])} are NA or missing. Give a weight for each pair")
    if (matrix < 0).any() or not np.isfinite(matrix).all() or np.diag(matrix).any():
        raise ModelError("weights must not be negative or infinite, and a country has no weight for itself")
    return np.asarray(matrix, dtype=float)


def normalised(weights: Matrix, how: str | None) -> Matrix:
    """Weights whose columns or rows sum to 1; a column or row of zeros stays so.

    Parameters
    ----------
    weights : array, shape (n, n)
        Not negative.
    how : {"column", "row"} or None
        What sums to 1.

    Examples
    --------
    >>> normalised(np.array([[0.0, 3.0, 0.0], [1.0, 0.0, 0.0], [3.0, 0.0, 0.0]]), "column").tolist()
    [[0.0, 1.0, 0.0], [0.25, 0.0, 0.0], [0.75, 0.0, 0.0]]
    """
    if how is None:
        return weights
    total = weights.sum(axis=0 if how == "column" else 1, keepdims=True)
    return cast(Matrix, np.divide(weights, total, out=np.zeros_like(weights, dtype=float), where=total > 0))


def decayed_exposure(
    events: Any,
    weights: xr.DataArray | None = None,
    *,
    start: DateLike = None,
    end: DateLike = None,
    lag: float = 12.0,
    mark: str | None = None,
) -> xr.DataArray:
    """Exposure of each country in each month to earlier events elsewhere, fading with time.

    An event d months earlier (d = 1, 2, ...) counts with the geometric weight ``(1 - r) r**(d - 1)``,
    ``r = 1 - 1 / lag``: the exponential kernel in whole months, with mean lag `lag`. Its weights sum to 1, so that
    over all later months an event gives a target W[target, source] in all. Events of the same month do not count.

    Parameters
    ----------
    events : pandas.DataFrame or xarray.DataArray
        Events with the columns ``iso3`` and ``date``, or counts with the dimensions ``iso3`` and ``month``
        (consecutive months). Events of other countries than those of `weights` are left out.
    weights : xarray.DataArray, optional
        As `spatial_weights` gives them. When absent a country is exposed to its own past events.
    start, end : date-like, optional
        First and last month. When absent: those of the counts, or from the first event to the last. Events before
        `start` count; what happened before the first event given is taken to be nothing.
    lag : float
        Mean lag in months, at least 1.
    mark : str, optional
        Column of `events` by which an event is multiplied, such as a 0/1 column for success; 1 when absent.

    Returns
    -------
    xarray.DataArray
        Dimensions ``iso3`` and ``month`` (first day of each month); unit: events per month. NA in a count means
        unknown: exposure of the countries tied to it is then NA for as long as 1 % or more of its weight is left.

    Raises
    ------
    MissingColumnsError
        If the frame lacks a column.
    OptionError
        If `lag` is below 1, or `weights` or the counts lack a dimension.
    DateError
        If a date cannot be read.
    ModelError
        If there is neither an event nor a window.

    References
    ----------
    Hawkes, A. G. (1971). Spectra of some self-exciting and mutually exciting point processes. Biometrika, 58(1),
    83-90. https://doi.org/10.1093/biomet/58.1.83

    Examples
    --------
    >>> coup = pd.DataFrame({"iso3": ["MLI"], "date": pd.to_datetime(["2012-03-22"])})
    >>> e = decayed_exposure(coup, spatial_weights(["MLI", "BFA", "NER"]), start="2012-03", end="2012-06", lag=2)
    >>> e.sel(iso3="NER").values.tolist()
    [0.0, 0.25, 0.125, 0.0625]
    """
    import xarray as xr

    if not lag >= 1:
        raise OptionError("lag", lag, "a mean lag is at least one month", repair="Type lag=12")
    if weights is not None and set(weights.dims) != {"target", "source"}:
        raise OptionError("weights", weights.dims, "they have the dimensions target and source")
    first, last = parse_window(start, end)
    counts = _as_counts(events, weights, first, last, mark)
    codes = [str(code) for code in counts["iso3"].values]
    if weights is None:
        tie = np.eye(len(codes))
    else:
        tie = weights.transpose("target", "source").reindex(target=codes, source=codes).to_numpy()
    felt = tie @ fading(np.nan_to_num(counts.to_numpy()), lag)
    unknown = np.isnan(counts.to_numpy())
    if unknown.any():
        left = (tie > 0).astype(float) @ fading(unknown.astype(float), lag) * lag
        felt = np.where(left >= _NEGLIGIBLE, np.nan, felt)
    out = xr.DataArray(
        felt,
        dims=("iso3", "month"),
        coords={"iso3": codes, "month": counts["month"].values},
        name="exposure",
        attrs={"unit": "events per month", "lag_months": float(lag)},
    )
    return out.sel(month=slice(None if first is None else first.to_period("M").start_time, last))


def fading(counts: Matrix, lag: float) -> Matrix:
    """Geometrically fading sum of the counts of earlier columns.

    Parameters
    ----------
    counts : array, shape (n, T)
    lag : float
        Mean lag in columns.

    Returns
    -------
    array, shape (n, T)

    Examples
    --------
    >>> fading(np.array([[4.0, 0.0, 0.0, 0.0]]), 2.0).tolist()
    [[0.0, 2.0, 1.0, 0.5]]
    """
    stay = 1.0 - 1.0 / lag
    out = np.zeros_like(counts, dtype=float)
    for column in range(1, counts.shape[1]):
        out[:, column] = stay * out[:, column - 1] + (1.0 - stay) * counts[:, column - 1]
    return out


def _as_counts(
    events: Any,
    weights: xr.DataArray | None,
    first: pd.Timestamp | None,
    last: pd.Timestamp | None,
    mark: str | None,
) -> xr.DataArray:
    import xarray as xr

    if isinstance(events, xr.DataArray):
        if set(events.dims) != {"iso3", "month"}:
            raise OptionError("events", events.dims, "counts have the dimensions iso3 and month")
        counts = events.transpose("iso3", "month").astype(float)
        if weights is not None:
            counts = counts.reindex(iso3=[str(code) for code in weights["target"].values])
        return counts
    events = check_columns(events, ["iso3", "date", *([mark] if mark else [])], where="decayed_exposure")
    days = read_column(events["date"], what="date", declared="D", owner=events["iso3"]).first
    events = events.assign(date=days.astype("datetime64[ns]"))
    codes = sorted(set(events["iso3"])) if weights is None else [str(code) for code in weights["target"].values]
    rows = events[events["iso3"].isin(codes) & ((events["date"] <= last) if last is not None else True)]
    ends = [*rows["date"], *(day for day in (first, last) if day is not None)]
    if not ends:
        raise ModelError("there is no event of these countries and no window. Give start= and end=")
    months = pd.period_range(min(ends).to_period("M"), max(ends).to_period("M"), freq="M")
    values = np.zeros((len(codes), len(months)))
    at = pd.PeriodIndex(rows["date"], freq="M").asi8 - months.asi8[0] if len(rows) else np.zeros(0, dtype=int)
    np.add.at(values, (pd.Index(codes).get_indexer(rows["iso3"]), at), rows[mark].to_numpy(float) if mark else 1.0)
    return xr.DataArray(
        values,
        dims=("iso3", "month"),
        coords={"iso3": codes, "month": months.to_timestamp().to_numpy().astype("datetime64[ns]")},
    )
