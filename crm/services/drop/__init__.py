"""The drop mailbox (Ablagepostfach): mail that staff put there becomes notes of the people it went to or came from.

`fetching` empties the mailbox; `filing` decides about one mail, in one transaction; `conversation` says whom it is about.
"""
