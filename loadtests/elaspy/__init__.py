"""The outside oracle: ELASPY's Utrecht ambulance cases, answered by our own dispatch and compared call by call.

The world here is written from the rules its data came with, not from its code (GPL-3). Times are minutes.
"""
