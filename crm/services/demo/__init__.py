"""The demonstration: invented German people and companies in every state, the same at every start."""

from crm.services.demo.seed import Seeded, seed

__all__ = ["Seeded", "seed"]
