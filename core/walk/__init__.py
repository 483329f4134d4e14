"""One query’s way through attention, as a board draws it: with numbers made by hand, and with a model’s own."""
