"""Accounts of staff: who may sign in, how it is proven, what each may do.

`authentication` signs in, `signins` carries it from request to request, `users` and `user_changes` are for the
administration, `own_account` for everybody, `throttle` slows guessing down, `demo` is for the demonstration.
"""

from crm.services.accounts.users import create_first_admin

__all__ = ["create_first_admin"]
