"""Rows of one's own: a file, or a frame of pandas or Polars, which is written to one."""

from __future__ import annotations

import datetime
import decimal
import enum
import numbers
import os
import re
import uuid
import warnings
from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from .program import file_of

#: Calls between the user's line and a warning here.
_STACK = 8

#: Dates and durations in a column of objects.
_DATES = (datetime.date, np.datetime64)
_DURATIONS = (datetime.timedelta, np.timedelta64)

#: What else may stand there: the text of another object, such as a function, may be different in each process.
_CELLS = (str, numbers.Real, np.bool_, decimal.Decimal, datetime.time, enum.Enum, uuid.UUID, *_DATES, *_DURATIONS)


@dataclass(frozen=True)
class FrameText:
    """A frame as a CSV file has it, and what the file can't say of it."""

    #: A header, then a line for each row; dates are days.
    text: str
    #: Columns whose values are texts, categories or truth values, though they may look like numbers.
    categorical: list[str]
    #: What the frame calls each row.
    index: Any


def text_of(rows: Any, lists: Container[str] | None = None) -> FrameText:
    """A frame's text.

    Dates and times become days since 1970-01-01, durations days, lists texts such as ``39,12``.

    :param lists: columns that may have lists; by default all
    :raises TypeError: it is no frame
    :raises ValueError: a column has what no cell of a file can hold
    """
    convert = _of_pandas if hasattr(rows, "to_csv") else _of_polars if hasattr(rows, "write_csv") else None
    if convert is None or not hasattr(type(rows), "columns"):
        raise TypeError(f"rows: expected a file, or a frame of pandas or Polars, got {type(rows).__name__}")
    if not len(rows) or not len(rows.columns):
        raise ValueError("rows: expected rows, got a frame without any")
    try:
        made = convert(rows, (lambda name: True) if lists is None else lists.__contains__)
        made.text.encode()
    except UnicodeEncodeError as error:
        raise ValueError(f"rows: a name or a text has half a character, {error.object[error.start]!r}; replace it") from None
    if "\0" in made.text:
        raise ValueError("rows: a name or a text has NUL, '\\0'; replace it")
    return made


def written(frame: FrameText, folder: Path) -> str:
    """The path of a file of the frame's content, which the same frame finds again."""
    return os.fspath(file_of(frame.text, folder, "rows", ".csv"))


def _of_pandas(rows: Any, may_list: Callable[[str], bool]) -> FrameText:
    import pandas as pd

    if rows.columns.nlevels > 1:
        raise ValueError("rows: columns have several levels; give each a plain name")
    names = [str(name) for name in rows.index.names if name is not None]
    if names:
        warnings.warn(f"rows: the index {', '.join(names)} is left out; rows.reset_index() makes it a column", stacklevel=_STACK - 1)
    table = rows.reset_index(drop=True)
    table.columns = [str(name) for name in table.columns]
    columns = [table.iloc[:, i] for i in range(table.shape[1])]
    dates: list[str] = []
    for i, (name, column) in enumerate(zip(table.columns, columns, strict=True)):
        if isinstance(column.dtype, pd.ArrowDtype):
            columns[i] = column = _without_arrow(column)
        kind = column.dtype
        if isinstance(kind, pd.PeriodDtype):
            column = column.dt.to_timestamp()
        if kind == object:
            if any(map(_is_nested, column)):
                columns[i] = column = column.map(_list_text(name, may_list))
            column = _times(name, column)
        if column.dtype.kind == "M":
            columns[i] = _days(column)
            dates.append(name)
        elif column.dtype.kind == "m":
            columns[i] = column / pd.Timedelta(days=1)
            dates.append(name)
        elif column.dtype.kind == "c":
            raise ValueError(f"rows: column {name!r} has complex numbers; give their parts a column each")
    _tell_dates(dates)
    _tell_spaces({name: _texts(column) for name, column in zip(table.columns, columns, strict=True)})
    texts = {name for name, column in zip(table.columns, columns, strict=True) if _has_texts(column)}
    text = pd.concat(columns, axis=1).to_csv(index=False, lineterminator="\n") if columns else table.to_csv(index=False)
    return FrameText(text, [name for name in table.columns if name in texts], rows.index)


def _without_arrow(column: Any) -> Any:
    """A column of Arrow's texts, categories, lists and the like as one that pandas had before; of numbers as it is."""
    if column.dtype.kind in "biuf":
        return column
    return column.astype("category" if hasattr(column.dtype.pyarrow_dtype, "index_type") else object)


def _times(name: str, column: Any) -> Any:
    """A column of objects: dates, which may be of several time zones, and durations become those of pandas."""
    import pandas as pd

    cells = column.dropna()
    for cell in cells:
        if not isinstance(cell, (*_CELLS, pd.Interval, pd.Period)):
            raise ValueError(f"rows: column {name!r} has {type(cell).__name__} values; leave it out, or make them numbers or texts")
    for kinds, what in ((_DATES, "dates"), (_DURATIONS, "durations")):
        if not any(isinstance(cell, kinds) for cell in cells):
            continue
        number = next((cell for cell in cells if isinstance(cell, (numbers.Real, np.bool_)) and not isinstance(cell, kinds)), None)
        try:
            if number is not None:
                raise ValueError(repr(number))
            return pd.to_datetime(column, utc=True) if kinds is _DATES else pd.to_timedelta(column)
        except (TypeError, ValueError) as error:
            raise ValueError(f"rows: column {name!r} has {what}, and what is none: {error}") from None
    return column


def _days(column: Any) -> Any:
    """Days since 1970-01-01 of a column of times."""
    import pandas as pd

    start = pd.Timestamp(0, tz=getattr(column.dtype, "tz", None))
    try:
        return (column - start) / pd.Timedelta(days=1)
    except pd.errors.OutOfBoundsDatetime:  # years beyond those of nanoseconds, 1677 to 2262
        return (column - start.as_unit("s")) / pd.Timedelta(days=1)


def _texts(column: Any) -> Iterable[Any]:
    """The different values of a column of pandas that may have texts."""
    kind = column.dtype
    if kind.name == "category":
        return list(kind.categories)
    return list(column.dropna().unique()) if kind == object or kind.name in ("string", "str") else []


def _has_texts(column: Any) -> bool:
    """Whether a column of pandas has texts or categories of which one looks like a number."""
    kind = column.dtype
    if kind == object:
        values = [cell for cell in column.dropna().unique().tolist() if isinstance(cell, str)]
        return len(values) > 0 and all(isinstance(cell, (str, bool)) for cell in column.dropna()) and any(map(_is_numeric, values))
    if kind.name in ("category", "string", "str"):
        values = kind.categories if kind.name == "category" else column.dropna().unique()
        return any(_is_numeric(value) for value in values)
    return False


def _is_numeric(value: Any) -> bool:
    """Whether the program may read a value as a number."""
    if isinstance(value, str) and value.strip()[:2].lower() in ("0x", "0o", "0b"):
        return True
    try:
        float(value)
    except (TypeError, ValueError):
        return False
    return True


def _of_polars(rows: Any, may_list: Callable[[str], bool]) -> FrameText:
    import polars as pl

    texts: list[str] = []
    dates: list[str] = []
    made = rows
    for name, kind in rows.schema.items():
        if kind.is_nested():
            text = _list_text(name, may_list)
            cells = pl.Series(name, [text(cell) for cell in rows[name].to_list()], dtype=pl.String)
            made = made.with_columns(cells)
        if kind in (pl.Binary, pl.Object):
            raise ValueError(f"rows: column {name!r} has {kind} values; leave it out, or make them numbers or texts")
        if kind in (pl.Date, pl.Datetime):
            made = made.with_columns(pl.col(name).cast(pl.Datetime("us")).dt.epoch("us") / 86_400e6)
            dates.append(name)
        elif kind in (pl.Duration, pl.Time):
            made = made.with_columns(pl.col(name).cast(pl.Duration("us")).dt.total_microseconds() / 86_400e6)
            dates.append(name)
        elif kind in (pl.String, pl.Categorical, pl.Enum) and any(_is_numeric(value) for value in rows[name].unique().drop_nulls().to_list()):
            texts.append(name)
    _tell_dates(dates)
    _tell_spaces({name: rows[name].unique().to_list() for name, kind in rows.schema.items() if kind in (pl.String, pl.Categorical, pl.Enum)})
    return FrameText(str(made.write_csv()), texts, range(rows.height))


def _tell_dates(names: list[str]) -> None:
    if names:
        warnings.warn(f"rows: {', '.join(names)}: dates are read as days since 1970-01-01, durations as days", stacklevel=_STACK)


def _tell_spaces(texts: Mapping[str, Iterable[Any]]) -> None:
    """Warns of texts that the program reads as others."""
    for name, values in texts.items():
        spaced = [value for value in values if isinstance(value, str) and value != value.strip()]
        if "" in values or any(not value.strip() for value in spaced):
            warnings.warn(f"rows: {name}: empty texts are read as gaps", stacklevel=_STACK)
        if any(value.strip() for value in spaced):
            warnings.warn(f"rows: {name}: spaces around texts are left out, as in {spaced[0]!r}", stacklevel=_STACK)


def _is_nested(cell: Any) -> bool:
    return isinstance(cell, (list, tuple, set, dict)) or bool(getattr(cell, "shape", ()))


def _list_text(name: str, may_list: Callable[[str], bool]) -> Callable[[Any], Any]:
    """What makes a text of each list of a column; raises ValueError where it has none, or may not."""

    def text(cell: Any) -> Any:
        if not _is_nested(cell):
            return cell
        if isinstance(cell, dict) or len(getattr(cell, "shape", ())) > 1:
            raise ValueError(f"rows: column {name!r} has {type(cell).__name__} values; give each of their parts a column")
        if not may_list(name):
            raise ValueError(f"rows: column {name!r} has lists; give lists={name!r}, or leave it out")
        values = [str(value) for value in (sorted(cell, key=str) if isinstance(cell, set) else cell)]
        apart = next((value for value in values if re.search("[,;|]", value)), None)
        if apart is not None:
            raise ValueError(f"rows: column {name!r}: {apart!r} would be several values of a list; leave out its comma, semicolon or bar")
        return ",".join(values)

    return text


def in_words_of_frame(said: str, frame: FrameText) -> str:
    """What the program says of the file, said of the frame: ``rows: index 17`` in the place of its line."""

    def place(found: re.Match[str]) -> str:
        return "rows" if found[1] is None else f"rows: index {_index_of(frame, int(found[1]))!r}"

    return re.sub(r"[^\s,;'\"]*rows_[0-9a-f]{8}\.csv(?::(\d+))?", place, said)


def _index_of(frame: FrameText, line: int) -> Any:
    """What the frame calls the row that ends at a line of its text."""
    row = next((n for n, last in enumerate(_last_lines(frame.text)) if last >= line), 1)
    found = frame.index[row - 1]
    return found.item() if hasattr(found, "item") else found


def _last_lines(text: str) -> Iterator[int]:
    is_quoted, number = False, 0
    for line in text.split("\n"):
        number += 1 + line.count("\r")  # the program counts each
        is_quoted ^= line.count('"') % 2 == 1
        if not is_quoted:
            yield number
