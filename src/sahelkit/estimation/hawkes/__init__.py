"""A process in which events set off events: its likelihood, its maximum, histories drawn from it."""
