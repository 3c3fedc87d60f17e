"""The condition that an entry is of some of the acts, as a statement that is the same for any number of them."""

from crm.db import among
from crm.ledger import tables

_ACTION = tables.entry.c.action

# What the parameter `actions` names. The first reads the index of acts, and with it the entries about everybody. The second
# concatenates with nothing, so that this index is not taken where the people are named.
IS_OF_ACTS = among(_ACTION, "actions")
IS_OF_ACTS_HERE = among(_ACTION.concat(""), "actions")
