from .builder import Panel as Panel
from .builder import panel as panel
from .covered import Coverage as Coverage
from .covered import coverage as coverage
from .realtime import real_time as real_time
from .response_context import add_context as add_context
from .response_context import fellow_members as fellow_members
from .responses import response_cases as response_cases
