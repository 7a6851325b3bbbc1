from . import codes as codes
from . import places as places
from . import shapes as shapes
