"""The commands behind the tables: `python -m core.experiments.NAME`; with `--write` a table is kept as evidence."""
