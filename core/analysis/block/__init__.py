"""Block: the residual stream from sub-layer to sub-layer, normalisation step by step, what each part costs."""
