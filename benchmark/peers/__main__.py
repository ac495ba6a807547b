"""Run one peer: `python benchmark/peers NAME RAW_DIRECTORY AS_OF RESULT.parquet`."""

import importlib
import sys
from datetime import datetime
from pathlib import Path

if __name__ == "__main__":
    name, raw, as_of, result = sys.argv[1:]
    importlib.import_module(name).score(Path(raw), datetime.fromisoformat(as_of), Path(result))
