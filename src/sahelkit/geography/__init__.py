"""Places: what a country is called, in which sets it stands, where it lies."""
