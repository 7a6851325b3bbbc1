"""How bodies answer coups: how fast, how heavily, and beside what; for small numbers of cases."""

from sahelkit.models.responses.association import association, contrast
from sahelkit.models.responses.rank import rank_among
from sahelkit.models.responses.severity import SCALES, severity, severity_ranks
from sahelkit.models.responses.waiting import waiting_times

__all__ = ["SCALES", "association", "contrast", "rank_among", "severity", "severity_ranks", "waiting_times"]
