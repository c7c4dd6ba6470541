"""chat for pipes: one command and its answer, or commands line by line, without a terminal.

What is said goes to standard output, what goes wrong to standard error, and how it ended is the
exit status (`client.pipes.status`). Nothing here asks anything of anybody.
"""
