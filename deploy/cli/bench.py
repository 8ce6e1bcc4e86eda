"""`alurwarta bench`: how far from the machine's limit, as ratios in one run."""

import typer

app = typer.Typer(no_args_is_help=True, help="Measures, always as a ratio to a floor in the same run.")
