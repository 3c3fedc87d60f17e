"""The desk of the privacy coordination: requests of people, from receipt to answer."""
