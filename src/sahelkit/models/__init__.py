"""Models: numbers in, frozen results out. No file is read here."""
