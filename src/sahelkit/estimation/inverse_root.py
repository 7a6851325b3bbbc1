"""The inverse square root that CR2 needs on the scale of the outcome, without a matrix as large as a cluster."""

from __future__ import annotations

import numpy as np

from sahelkit._types import Floats

# Rows whose variance is this far below the largest have nothing to adjust: their leverage is rounding error.
_NOTHING = 1e-12
# Up to this many rows, of variances not further apart than this, the matrix itself is no dearer, and as exact.
_SMALL, _ALIKE = 60, 1e-3
_DIGITS = 24.0  # minus the logarithm of the error of the quadrature: 4e-11


def inverse_root(variance: Floats, rows: Floats, *, full: Floats) -> Floats:
    """``(V (I - QQ') V)**-1/2 Q`` for a diagonal V and few columns Q, shape (n, k).

    The root is an integral over t of ``(V (I - QQ') V + t**2 I)**-1``. Its trapezoidal sum in the variable in which
    the integrand is periodic converges geometrically, and each term is a diagonal plus k columns. Costs ``n k**2``
    some forty times over, where the roots of an n x n matrix would cost ``n**3``.

    Parameters
    ----------
    variance : array, shape (n,)
        Diagonal of V; not negative.
    rows : array, shape (n, k)
        Q; no eigenvalue of ``Q'Q`` exceeds 1.
    full : array, shape (k, d)
        Eigenvectors of ``Q'Q`` whose eigenvalue is 1, where the matrix has no inverse; its root is then the
        pseudo-inverse. Empty, of shape (k, 0), as a rule.

    References
    ----------
    Hale, N., Higham, N. J., & Trefethen, L. N. (2008). Computing A^alpha, log(A), and related matrix functions by
    contour integrals. SIAM Journal on Numerical Analysis, 46(5), 2505-2523. doi:10.1137/070700607

    Examples
    --------
    >>> v, q = np.array([1.0, 2.0]), np.array([[0.6], [0.0]])
    >>> inverse_root(v, q, full=np.empty((1, 0))).round(4).tolist()  # 0.6 / sqrt(1 - 0.36)
    [[0.75], [0.0]]
    """
    largest = float(variance.max())
    spread = np.maximum(variance / largest, _NOTHING)  # the root is of degree -1 in V
    kept = np.where(variance[:, None] > _NOTHING * largest, rows, 0.0)
    closed = np.linalg.qr((kept / spread[:, None]) @ full)[0]  # where the matrix is 0
    if len(variance) <= _SMALL and spread.min() > _ALIKE:
        values, vectors = np.linalg.eigh(spread[:, None] * (np.eye(len(kept)) - kept @ kept.T) * spread)
        lost = full.shape[1]
        return np.asarray((vectors[:, lost:] / np.sqrt(values[lost:])) @ (vectors[:, lost:].T @ kept)) / largest
    wanted = kept - closed @ (closed.T @ kept)
    others = np.column_stack([full, np.zeros((len(full), 0))])
    share = np.linalg.eigvalsh(kept.T @ kept - others @ others.T)
    least = float(spread.min()) ** 2 * max(1.0 - float(share.max()), 1e-14)
    wide = np.column_stack([kept * spread[:, None], closed])
    signs = np.concatenate([np.full(rows.shape[1], -1.0), np.ones(closed.shape[1])])
    total = np.zeros_like(wanted)
    for where, weight in zip(*_nodes(least, 1.0), strict=True):
        inverse = 1.0 / (spread**2 + where)
        scaled = wide * inverse[:, None]
        inner = np.diag(signs) + wide.T @ scaled
        total += weight * (wanted * inverse[:, None] - scaled @ np.linalg.solve(inner, scaled.T @ wanted))
    return np.asarray(total - closed @ (closed.T @ total)) / largest


def _nodes(least: float, most: float) -> tuple[Floats, Floats]:
    """Shifts and weights with ``sum(weight / (x + shift))`` near ``x**-1/2`` for x between `least` and `most`."""
    from scipy.special import ellipj, ellipkm1

    ratio = least / most
    period = float(ellipkm1(ratio))
    count = 2 * int(np.ceil((_DIGITS * (6.0 - np.log(ratio))) / (4 * np.pi**2)))
    sn, cn, dn, _ = ellipj((np.arange(count // 2) + 0.5) * period / count, 1.0 - ratio)
    near, slope = np.sqrt(least) * sn / cn, np.sqrt(least) * dn / cn**2
    # The other half of the period mirrors this one, which spares the functions where they lose digits.
    far = np.sqrt(least * most) / near
    where = np.concatenate([near, far]) ** 2
    weight = np.concatenate([slope, slope * far / near]) * (2 / np.pi) * period / count
    return where, weight
