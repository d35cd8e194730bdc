"""`auxilio doctor`: what is wrong, and what to do about it, for somebody who is tired and in a hurry.

It looks by itself, starts nothing, changes nothing, and needs nothing to be well: every check has a time-out of its own
in `table.py`, all run at once, and what one cannot see because another thing is down it says in one line. What it says
holds no password and nothing personal: it reads counts, ages, kinds and hashes.
"""
