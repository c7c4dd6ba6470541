"""All planted bugs. Each breaks a promise of server, client or page, by a small change.

To add one: a row in the part that it belongs to, with a text of the file that stands there once.
`make mutants ARGS="words of its name"` says whether the tests that the row names notice it.
"""

from tests.mutants import (
    bounds,
    client,
    cluster,
    delivery,
    durability,
    media,
    page,
    permissions,
    posting,
    protocols,
)

MUTANTS = (
    *durability.MUTANTS,
    *posting.MUTANTS,
    *permissions.MUTANTS,
    *bounds.MUTANTS,
    *delivery.MUTANTS,
    *protocols.MUTANTS,
    *client.MUTANTS,
    *media.MUTANTS,
    *page.MUTANTS,
    *cluster.MUTANTS,
)
