"""Is the running installation set up safely? Processes report about themselves, `examine` looks at them and the machine.

Source: Art. 32(1)(d) DSGVO (regular testing of the measures).
"""

from crm.services.health.examination import examine, is_anything_wrong
from crm.services.health.findings import Finding, State
from crm.services.health.reports import ProcessReport

__all__ = ["Finding", "ProcessReport", "State", "examine", "is_anything_wrong"]
