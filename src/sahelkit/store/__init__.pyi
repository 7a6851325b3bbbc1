from .contents import clear as clear
from .contents import verify as verify
from .contents import where as where
from .curated import data_path as data_path
from .fetching import fetch as fetch
from .packing import export as export
from .unpacking import import_ as import_
from .upstream import fetch_source as fetch_source
