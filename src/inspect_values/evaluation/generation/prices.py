"""The user's price file: what a million tokens of each model cost, on which day, in what currency.

::

    date: 2026-11-01
    currency: USD
    models:
      openai/gpt-4o: {input: 2.5, output: 10}
"""

import datetime
from pathlib import Path
from typing import Any, cast

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from inspect_values.errors import DataError, validation_sentence

PRICES = "INSPECT_VALUES_PRICES"
"""Environment variable: the price file that a run's first line reads. It is no parameter of the
task, for a price must not decide which log a run goes on with."""


class Price(BaseModel):
    """The price of a million tokens of one model; what a file says beside it is passed over."""

    model_config = ConfigDict(frozen=True)

    input: float = Field(ge=0, allow_inf_nan=False)
    output: float = Field(ge=0, allow_inf_nan=False)


class Prices(BaseModel):
    """A price file."""

    model_config = ConfigDict(frozen=True)

    date: datetime.date
    currency: str = Field(min_length=1, max_length=10)
    models: dict[str, Price]


def read_prices(path: Path) -> Prices:
    """A price file.

    Raises:
        DataError: If it cannot be read, or a price is missing or negative.
    """
    try:
        content: Any = yaml.safe_load(path.read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(f"the price file '{path}' cannot be read ({error}).") from error
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        reason = " ".join(str(error).split())[:200]
        raise DataError(f"the price file '{path}' is not valid YAML: {reason}.") from error
    if not isinstance(content, dict):
        raise DataError(f"the price file '{path}' needs date, currency and models.")
    try:
        return Prices.model_validate(cast(dict[str, Any], content))
    except ValidationError as error:
        where = f"the price file '{path}'"
        raise DataError(validation_sentence(where, error, Prices.model_fields)) from error
