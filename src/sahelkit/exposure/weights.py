"""Spatial weights: how much an event in one country counts for another."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal, TypeAlias, cast, get_args

import numpy as np
import pandas as pd

from sahelkit._types import DateLike, Floats, Places
from sahelkit.errors import ModelError, OptionError, UnknownNameError, is_known
from sahelkit.geography import places
from sahelkit.tables.borders import load_borders, load_distances
from sahelkit.tables.memberships import load_memberships

if TYPE_CHECKING:
    import xarray as xr

Kind: TypeAlias = Literal["land", "inverse_distance", "language", "coloniser", "organisation"]
KINDS: tuple[Kind, ...] = get_args(Kind)
ORGANISATIONS = ("ECOWAS", "UEMOA")
Unsure: TypeAlias = Literal["refuse", "leave_out"]
UNSURE: tuple[Unsure, ...] = get_args(Unsure)
NORMALISATIONS = ("column", "row", None)
_TIES = {"language": "cepii_common_official_language", "coloniser": "cepii_common_coloniser"}


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


def _borders(codes: Sequence[str], on: DateLike, version: str | None) -> Floats:
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
) -> Floats:
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
    return cast(Floats, weights)


def _from_pairs(codes: Sequence[str], kind: str, version: str | None) -> Floats:
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
    return cast(Floats, weights)


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


def normalised(weights: Floats, how: str | None) -> Floats:
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
    return cast(Floats, np.divide(weights, total, out=np.zeros_like(weights, dtype=float), where=total > 0))
