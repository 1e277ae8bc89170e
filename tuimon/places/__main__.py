"""``python -m tuimon.places PLACE``: the process that keeps the copy of a place (`PlaceLink`)."""

import json
import logging
import sys

from tuimon.places.fetcher import keep
from tuimon.places.remote_place import PlaceError, RemotePlace

if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: python -m tuimon.places PLACE")
    logging.basicConfig(format="%(asctime)s %(name)s %(message)s")
    try:
        keep(RemotePlace(*json.loads(sys.argv[1])))
    except (PlaceError, OSError) as error:
        sys.exit(str(error))
