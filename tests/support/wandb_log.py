"""W&B's transaction logs, as wandb-core writes them."""

import struct
import zlib
from collections.abc import Iterable

HEADER = b":W&B" + struct.pack("<HB", 0xBEE1, 0)
BLOCK = 32768


def log_file(records: Iterable[bytes]) -> bytes:
    """The records in LevelDB's log format."""
    data = bytearray(HEADER)
    for record in records:
        begun = False
        while True:
            room = BLOCK - len(data) % BLOCK
            if room < 7:
                data += bytes(room)
                room = BLOCK
            part, record = record[: room - 7], record[room - 7 :]
            kind = {(0, 1): 1, (0, 0): 2, (1, 0): 3, (1, 1): 4}[begun, not record]
            checksum = zlib.crc32(bytes([kind]) + part)
            data += struct.pack("<IHB", checksum, len(part), kind) + part
            begun = True
            if not record:
                break
    return bytes(data)
