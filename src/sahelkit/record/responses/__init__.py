"""How bodies answer coups: how fast, how heavily, and beside what; for small numbers of cases."""

from sahelkit.record.responses.association import association, contrast
from sahelkit.record.responses.rank import rank_among
from sahelkit.record.responses.severity import SCALES, severity, severity_ranks
from sahelkit.record.responses.waiting import waiting_times

__all__ = ["SCALES", "association", "contrast", "rank_among", "severity", "severity_ranks", "waiting_times"]
