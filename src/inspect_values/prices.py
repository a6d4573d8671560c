"""The user's price file: what a model's tokens cost, at a date.

Inspect's model data holds no prices, and a price of last year is a wrong number that looks right.
So prices come from a file that the user names, with its date::

    date: 2026-11-20
    currency: USD
    prices: # for a million tokens
      openai/gpt-5.6-sol: {input: 2.0, output: 12.0, cache_read: 0.2}
      anthropic/claude-opus-5-5: {input: 5.0, output: 25.0, cache_read: 0.5, cache_write: 6.25}
"""

from datetime import date
from pathlib import Path
from typing import Annotated, Any, cast

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from inspect_values.errors import DataError, suggest, validation_sentence
from inspect_values.yaml_text import read_yaml

MOST_BYTES = 1_000_000
EXAMPLE = "{input: 2.0, output: 12.0, cache_read: 0.2, cache_write: 2.5}"

Amount = Annotated[float, Field(ge=0, le=1_000_000, allow_inf_nan=False)]


class Price(BaseModel):
    """What a million tokens of one model cost."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    input: Amount
    output: Amount
    cache_read: Amount | None = None
    """Input that was read from the provider's cache; by default as dear as any input."""

    cache_write: Amount | None = None
    """Input that was written to the provider's cache; by default as dear as any input."""


class Prices(BaseModel):
    """A price file."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    date: date
    """The day at which these prices were the providers'."""

    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
    """Such as USD or EUR; all prices of a file are in one currency."""

    source: str = ""
    """Where they come from."""

    prices: dict[str, Price] = Field(min_length=1)
    """Full name of a model, as given to `--model` → its price."""

    @property
    def label(self) -> str:
        """How the prices are named on screen."""
        return f"prices of {self.date.isoformat()} in {self.currency}"


def read_prices(path: Path) -> Prices:
    """Read a price file.

    Raises:
        DataError: If it cannot be read, or does not say what is needed.
    """
    try:
        if path.stat().st_size > MOST_BYTES:
            raise DataError(f"the price file '{path}' is larger than {MOST_BYTES} bytes.")
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(f"the price file '{path}' cannot be read ({error}).") from error
    content = read_yaml(text, f"the price file '{path}'")
    if not isinstance(content, dict):
        raise DataError(f"the price file '{path}' holds no date, currency and prices.")
    try:
        return Prices.model_validate(cast(dict[str, Any], content))
    except ValidationError as error:
        fields = [*Prices.model_fields, *Price.model_fields]
        raise DataError(
            f"{validation_sentence(f'the price file {path}', error, fields)} The price of a model "
            f"looks like this: {EXAMPLE}."
        ) from error


def missing(prices: Prices, models: list[str]) -> str:
    """A sentence that names the models without a price; empty if every one has one."""
    gone = [name for name in dict.fromkeys(models) if name not in prices.prices]
    if not gone:
        return ""
    near = "; ".join(f"'{name}' ({suggest(name, prices.prices)})" for name in gone)
    return f"the {prices.label} hold none for {near}."
