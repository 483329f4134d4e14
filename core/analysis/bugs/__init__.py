"""Ten famous mistakes: each a function that runs a model with the mistake and without it, and measures both."""
