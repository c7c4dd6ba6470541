"""How long the page's proofs by chance are: short in the suite, long in `make page-proof`."""

import os

SEED = os.environ.get("PROOF_SEED", "1")
"""The chance of a proof; the same seed plays the same steps."""
IS_LONG = "PROOF_SEED" in os.environ
