"""Room and durability for files, by what the system has.

Linux has calls of its own for both. macOS has neither `posix_fallocate` nor `fdatasync`, and its
`fsync` leaves the bytes in the drive's cache, where a power failure loses them: what reaches the
medium there is `F_FULLFSYNC` (fcntl(2)).
"""

import errno
import fcntl
import os

NO_SUCH_CALL = frozenset({errno.EINVAL, errno.ENOTSUP, errno.ENOTTY})
"""What a file system answers that does not know F_FULLFSYNC, such as one on a network."""
_ZEROS = bytes(1024 * 1024)


def allocate(fd: int, size: int) -> None:
    """Reserve real room for a file of `size` bytes; new bytes read as zeros."""
    if hasattr(os, "posix_fallocate"):
        os.posix_fallocate(fd, 0, size)
    else:
        _write_zeros(fd, size)


def datasync(fd: int) -> None:
    """Make a file's bytes durable, and its size as far as reading them needs it."""
    if hasattr(os, "fdatasync"):
        os.fdatasync(fd)
    else:
        sync(fd)


def sync(fd: int) -> None:
    """Make a file and all that is known about it durable, or the names in a folder."""
    if not hasattr(fcntl, "F_FULLFSYNC"):
        os.fsync(fd)
        return
    try:
        fcntl.fcntl(fd, fcntl.F_FULLFSYNC)
    except OSError as error:
        if error.errno not in NO_SUCH_CALL:
            raise
        os.fsync(fd)


def _write_zeros(fd: int, size: int) -> None:
    """Let a file grow by bytes that are really written, so that there is room for them."""
    end = os.fstat(fd).st_size
    while end < size:
        end += os.pwrite(fd, memoryview(_ZEROS)[: size - end], end)
