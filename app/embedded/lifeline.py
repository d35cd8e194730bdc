"""Become another program that ends when its parent does.

Run as a script: `lifeline.py SIGNAL PARENT UID GID PROGRAM ARG...`, with UID -1 to keep the account. It is a program of
its own because the other way, `preexec_fn`, runs Python between fork and exec and can deadlock a process with threads.
"""

import ctypes
import os
import sys
from typing import Final

PR_SET_PDEATHSIG: Final = 1  # linux/prctl.h


def main(argv: list[str]) -> None:
    """Drop to the account, ask the kernel for `SIGNAL` at the parent's death, then exec."""
    at_death, parent, uid, gid = (int(word) for word in argv[1:5])
    if uid >= 0:
        os.setgroups([])
        os.setgid(gid)
        os.setuid(uid)
    if sys.platform == "linux":
        # After the change of account, which clears it; before the question, or a death in between goes unseen.
        if ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, at_death, 0, 0, 0) != 0:
            raise OSError(ctypes.get_errno(), "prctl(PR_SET_PDEATHSIG)")
        if os.getppid() != parent:
            sys.exit("the parent is gone")
    os.execv(argv[5], argv[5:])  # noqa: S606 - becoming that program is the purpose


if __name__ == "__main__":
    main(sys.argv)
