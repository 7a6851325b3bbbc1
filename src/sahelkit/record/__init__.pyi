from . import responses as responses
from .agreement import coder_agreement as coder_agreement
from .captures import CaptureLags as CaptureLags
from .captures import capture_lags as capture_lags
from .group_reach import GroupReach as GroupReach
from .group_reach import group_reach as group_reach
from .place_history import place_history as place_history
from .standing import standing as standing
