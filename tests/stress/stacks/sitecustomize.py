"""Let a server write what its threads are doing into the file `STACKS` when it gets the signal SIGUSR1.

Python imports this module by itself where its folder is on PYTHONPATH. The file begins with the server's process id.
"""

import faulthandler
import os
import signal

try:
    stacks = os.open(os.environ["STACKS"], os.O_CREAT | os.O_EXCL | os.O_WRONLY)
except FileExistsError:  # this is a process that the server has started
    pass
else:
    os.write(stacks, f"{os.getpid()}\n".encode())
    faulthandler.register(signal.SIGUSR1, file=stacks)
