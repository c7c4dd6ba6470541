"""Attack a server: python -m bench.hostile [--quick] [attack …]

Each attack alone, then all together, by twenty hostile peers against twenty honest ones. Prints a
table. A full run of everything writes it into docs/security.md as well. The exit status is 1 if a
server did not live through an attack, or an exception reached its net.
"""

import argparse
import sys
from collections.abc import Sequence

from bench.hostile.attacks import ATTACKS
from bench.hostile.page import outcome_table, write_page
from bench.hostile.run import Outcome, run_attack
from bench.process import describe_machine
from bench.servers import SCRATCH
from bench.texts import VerificationError

FULL_S, QUICK_S = 6.0, 2.0
NOBODY, TOGETHER = "nobody", "together"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m bench.hostile", description="Attack chatd.")
    parser.add_argument("attacks", nargs="*", metavar="ATTACK", help=", ".join(ATTACKS))
    parser.add_argument("--quick", action="store_true", help="two seconds for each attack")
    options = parser.parse_args(arguments)
    if unknown := set(options.attacks) - set(ATTACKS):
        parser.error(f"no attack: {', '.join(sorted(unknown))}; there are {', '.join(ATTACKS)}")
    SCRATCH.mkdir(exist_ok=True)
    rounds = {NOBODY: (), **{name: (name,) for name in options.attacks or ATTACKS}}
    if not options.attacks:
        rounds[TOGETHER] = tuple(ATTACKS)
    outcomes, failures = _run(rounds, QUICK_S if options.quick else FULL_S)
    print(outcome_table(outcomes))
    for failure in failures:
        print(failure)
    if not options.quick and not options.attacks and not failures:
        write_page(outcomes, describe_machine(SCRATCH))
    return 1 if failures or any(outcome.internal_errors for outcome in outcomes) else 0


def _run(rounds: dict[str, tuple[str, ...]], seconds: float) -> tuple[list[Outcome], list[str]]:
    outcomes, failures = [], []
    for name, attacks in rounds.items():
        print(f"attack: {name}", file=sys.stderr, flush=True)
        try:
            outcomes.append(run_attack(name, attacks, seconds))
        except (VerificationError, OSError, RuntimeError) as error:
            failures.append(f"{name}: {error}")
    return outcomes, failures


if __name__ == "__main__":
    sys.exit(main())
