"""Draw page states and visit them: `python -m tests.states --seed 1 --count 15000 --workers 2`.

A visit opens a page in a drawn state, presses some of its controls and may go on to another page: two to three page
states a visit. Every shipped model is drawn, and models that are broken on purpose. Prints the seed, how many states
were looked at, and each exception with the addresses that give it; the status is 1 if there is any. `--only N` makes
one visit again.
"""

import argparse
import sys
import tempfile
import time
from collections import defaultdict
from pathlib import Path

from tests.states.sharing import prepare, share_out, visit_some


def main() -> int:
    """Run the command."""
    parser = argparse.ArgumentParser(prog="python -m tests.states", description=__doc__.splitlines()[0])
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--only", type=int, help="the number of one state to visit again, with its traceback")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        prepare(folder)
        from tests.states.models import lay_out

        lay_out(Path(folder))
        began = time.monotonic()
        if asked.only is not None:
            checked, broken = visit_some(asked.seed, asked.only, asked.only + 1)
        else:
            checked, broken = share_out(asked.seed, asked.count, asked.workers, folder)
    tell(asked, checked, broken, time.monotonic() - began)
    return 1 if broken else 0


def tell(asked: argparse.Namespace, checked: int, broken: list, seconds: float) -> None:
    """Print what was found, equal exceptions together."""
    alike = defaultdict(list)
    for each in sorted(broken, key=lambda each: each.number):
        place = [line for line in each.traceback.splitlines() if "File" in line or "core/" in line or "pages/" in line]
        alike[each.raised[:120], place[-1].strip() if place else ""].append(each)
    for (raised, place), states in alike.items():
        print(f"\n{len(states)} × {raised}\n    {place}")
        for each in states[:3]:
            address = f"{each.state.address} {' '.join(each.presses)}"
            print(f"    --only {each.number}  {address if len(address) < 700 else address[:700] + '…'}")
        if asked.only is not None:
            print(states[0].traceback)
    visits = asked.count if asked.only is None else 1
    print(
        f"\n{visits} visits drawn with seed {asked.seed}: {checked} page states, {len(broken)} broken ({seconds:.0f} s)"
    )


if __name__ == "__main__":
    sys.exit(main())
