"""The call screen: who calls, how we know, what they owe and what is open. Nothing else is shown."""
