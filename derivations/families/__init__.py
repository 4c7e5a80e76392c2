"""One module per family of models: its invariants, the moments of a batch, its sampler."""
