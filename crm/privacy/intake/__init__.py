"""The letterbox: stopping works without keys, and what was dropped in takes effect within a second.

The portal drops messages in (`receive`); the worker takes them out (`drain`) and is the only one who asks whom an
address belongs to. So the portal needs no key, and answers alike whether it knows an address or not.

Source: Art. 12(2), 17(1), 21(2)-(4) DSGVO.
"""

from crm.privacy.intake.draining import drain
from crm.privacy.intake.lapsing import lapse
from crm.privacy.intake.letterbox import IntakeClosedError, publish_key, receive

__all__ = ["IntakeClosedError", "drain", "lapse", "publish_key", "receive"]
