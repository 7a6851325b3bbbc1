from .events import Events as Events
from .events import read_events as read_events
from .layouts import LAYOUTS as LAYOUTS
from .layouts import Layout as Layout
from .layouts import guess_layout as guess_layout
from .reading import Source as Source
from .reading import open_source as open_source
