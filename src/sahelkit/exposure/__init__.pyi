from .decay import decayed_exposure as decayed_exposure
from .weights import spatial_weights as spatial_weights
