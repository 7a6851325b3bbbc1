from .base import Result as Result
