"""Frames in, frames out: pandas and polars, whichever is there.

Run it by `python frames.py`.
"""

from __future__ import annotations

import importlib.util

import csvq

old = {"country": ["AT", "AT", "DE"], "city": ["Wien", "Graz", "Köln"], "size": [2.0, 1.0, None]}
new = {"country": ["DE", "AT", "AT"], "city": ["Köln", "Graz", "Linz"], "size": [1.1, 1.0, 0.2]}
key = ["country", "city"]


def has(library: str) -> bool:
    """Whether a library is installed."""
    return importlib.util.find_spec(library) is not None


# Dicts of columns need no library.
print(csvq.compare(old, new, key=key).summary)

if has("polars"):
    import polars

    # A lazy frame is collected; a plan that scans a file works just as well.
    result = csvq.compare(polars.LazyFrame(old), polars.DataFrame(new), key=key)
    print("polars:", result.added.to_polars().to_dicts())
    # Whatever reads Arrow takes a table of csvq as it is.
    print("polars:", polars.DataFrame(result.removed).to_dicts())

if has("pandas"):
    import pandas

    # The levels of a named index are columns, and NaN is null.
    frame = pandas.DataFrame(old).set_index(key)
    result = csvq.compare(frame, pandas.DataFrame(new), key=key)
    print("pandas:", result.changed.to_pandas().to_dict("records"))
