"""A complete encoder–decoder Transformer, from scratch in PyTorch, made to be looked at.

Nothing in here imports streamlit: everything can be used from a notebook or a script.

Dimension letters, the same in every docstring:

    B  batch                     H  heads
    S  source length             D  model width
    T  target length             d  width of one head
    Q  query length              F  feed-forward width
    K  key length                V  vocabulary size
"""
