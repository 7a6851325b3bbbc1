from .events import Events as Events
from .events import read_events as read_events
