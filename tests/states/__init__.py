"""Page states drawn at random, to find those that break a page: `python -m tests.states --seed 1 --count 1000`."""
