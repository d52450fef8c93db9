"""What is asked and answered, as JSON: names and members as the contract of `/v2` has them.

In answers every member is there, null where there is no value: published clients raise at one that is
missing. Keys are texts in answers; in requests they may be numbers as well.
"""
