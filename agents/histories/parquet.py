"""Parquet rows; the only place that knows pyarrow, which only the extra ``analysis`` brings."""

from collections.abc import Iterator, Sequence
from typing import IO, Any

import msgspec

from agents.errors import WrongUse
from agents.histories.mapping import Column, Mapping
from agents.histories.rows import Row, positions

_BATCH = 10_000


def read_parquet(file: IO[bytes], mapping: Mapping, wanted: Sequence[Column]) -> Iterator[Row]:
    """Rows of a Parquet file; the original bytes of a row are its values as JSON.

    Raises:
        WrongUse: pyarrow is not installed, the file is no Parquet file, or a wanted column is not there.

    """
    del mapping
    opened = _open(file)
    names = list(opened.schema_arrow.names)
    positions(wanted, names, len(names))
    number = 0
    for batch in opened.iter_batches(batch_size=_BATCH):
        columns = batch.to_pydict()
        for at in range(batch.num_rows):
            number += 1
            raw = msgspec.json.encode({name: columns[name][at] for name in names}, enc_hook=str)
            yield Row(number, [columns[str(column)][at] for column in wanted], raw)


def _open(file: IO[bytes]) -> Any:
    try:
        from pyarrow import ArrowInvalid, parquet  # noqa: PLC0415 - only where a Parquet file is read
    except ImportError as error:
        raise WrongUse("Parquet needs the extra analysis: pip install 'promostream[analysis]'") from error
    try:
        return parquet.ParquetFile(file)
    except ArrowInvalid as error:
        raise WrongUse(f"not a Parquet file ({error}); name its format in the mapping: csv or jsonl") from error
