"""What the ledger calls things that happen: `subject:verb-past`. `config/log_classes.toml` gives each its class."""

from enum import StrEnum
from typing import Final

# The results of examinations: log:verified, people:examined.
SOUND: Final = "sound"
BROKEN: Final = "broken"


class Action(StrEnum):
    """Every act that leaves an entry."""

    # people
    PERSON_COLLECTED = "person:collected"
    PERSON_MERGED = "person:merged"
    PERSON_DISCLOSED = "person:disclosed"
    PEOPLE_LISTED = "people:listed"
    PEOPLE_INDEXED = "people:indexed"
    PEOPLE_MATCHED = "people:matched"
    PEOPLE_EXAMINED = "people:examined"
    PERSON_RECTIFIED = "person:rectified"
    PERSON_ASSIGNED = "person:assigned"
    NOTE_WRITTEN = "note:written"
    # companies
    COMPANY_CREATED = "company:created"
    COMPANY_CHANGED = "company:changed"
    COMPANY_DISCLOSED = "company:disclosed"
    # what may be done
    GROUND_STARTED = "ground:started"
    GROUND_ENDED = "ground:ended"
    CONSENT_GIVEN = "consent:given"
    CONSENT_WITHDRAWN = "consent:withdrawn"
    CONSENT_TAKEN_OVER = "consent:taken_over"
    OBJECTION_RAISED = "objection:raised"
    RESTRICTION_IMPOSED = "restriction:imposed"
    RESTRICTION_LIFTED = "restriction:lifted"
    OBJECTION_CORRECTED = "objection:corrected"
    OBJECTION_LIFTED = "objection:lifted"
    OBJECTION_LINK_ISSUED = "objection:link_issued"
    OBJECTION_RECEIVED = "objection:received"
    INTAKE_SET_ASIDE = "intake:set_aside"
    INTAKE_FORGOTTEN = "intake:forgotten"
    NOTICE_GIVEN = "notice:given"
    ORIGIN_STATED = "origin:stated"
    ADDRESS_SUPPRESSED = "address:suppressed"
    ADDRESS_KEPT = "address:kept"
    ADDRESS_RELEASED = "address:released"
    # requests of people
    REQUEST_RECEIVED = "request:received"
    REQUEST_CONFIRMED = "request:confirmed"
    REQUEST_LAPSED = "request:lapsed"
    REQUEST_OPENED = "request:opened"
    REQUEST_ASSIGNED = "request:assigned"
    REQUEST_IDENTITY_NOTED = "request:identity_noted"
    REQUEST_READ = "request:read"
    REQUESTS_LISTED = "requests:listed"
    REQUEST_EXTENDED = "request:extended"
    REQUEST_DECIDED = "request:decided"
    REQUEST_APPROVED = "request:approved"
    REQUEST_STOPPED = "request:stopped"
    REQUEST_ADVANCED = "request:advanced"
    REQUEST_HELD_BACK = "request:held_back"
    REQUEST_ANSWERED = "request:answered"
    REQUEST_CLOSED = "request:closed"
    # forgetting
    ERASURE_ORDERED = "erasure:ordered"
    ERASURE_KEY_DESTROYED = "erasure:key_destroyed"
    LISTS_LEFT = "erasure:lists_left"
    ERASURE_COMPLETED = "erasure:completed"
    DOCUMENT_FILED = "document:filed"
    DOCUMENT_DISCLOSED = "document:disclosed"
    DOCUMENT_ERASED = "document:erased"
    NOTE_ERASED = "note:erased"
    RETENTION_PLANNED = "retention:planned"
    RETENTION_RUN = "retention:run"
    RETENTION_ASKED = "retention:asked"
    RETENTION_CONFIRMED = "retention:confirmed"
    PERSON_KEPT = "person:kept"
    PERSON_KEEP_ENDED = "person:keep_ended"
    # mail
    MAIL_WRITTEN = "mail:written"
    MAIL_HANDED_OVER = "mail:handed_over"
    MAIL_GIVEN_UP = "mail:given_up"
    MAIL_FORGOTTEN = "mail:forgotten"
    # the log itself
    LOG_READ = "log:read"
    LOG_VERIFIED = "log:verified"
    LOG_EXPORTED = "log:exported"
    # the installation
    KEYS_SWEPT = "keys:swept"
    POLICY_LOADED = "policy:loaded"
    IMPORT_STARTED = "import:started"
    IMPORT_FINISHED = "import:finished"
    # accounts of staff
    ACCOUNT_CREATED = "account:created"
    ACCOUNT_LISTED = "account:listed"
    ACCOUNT_ROLES_CHANGED = "account:roles_changed"
    ACCOUNT_DISABLED = "account:disabled"
    ACCOUNT_ENABLED = "account:enabled"
    ACCOUNT_START_PASSWORD_ISSUED = "account:start_password_issued"  # noqa: S105 - the name of an act
    ACCOUNT_PASSWORD_CHANGED = "account:password_changed"  # noqa: S105 - the name of an act
    ACCOUNT_PASSWORD_REHASHED = "account:password_rehashed"  # noqa: S105 - the name of an act
    ACCOUNT_SECOND_FACTOR_ENROLLED = "account:second_factor_enrolled"
    ACCOUNT_SECOND_FACTOR_RESET = "account:second_factor_reset"
    ACCOUNT_NOTICE_CONFIRMED = "account:notice_confirmed"
    ACCOUNT_ROLE_CHOSEN = "account:role_chosen"
    # sign-ins
    ACCOUNT_PASSWORD_ACCEPTED = "account:password_accepted"  # noqa: S105 - the name of an act
    ACCOUNT_SIGNED_IN = "account:signed_in"
    ACCOUNT_SIGNIN_FAILED = "account:signin_failed"
    ACCOUNT_LOCKED = "account:locked"
    ACCOUNT_SIGNED_OUT = "account:signed_out"
    SIGN_INS_FORGOTTEN = "sign_ins:forgotten"
    ACCOUNT_SIGNED_OUT_EVERYWHERE = "account:signed_out_everywhere"
