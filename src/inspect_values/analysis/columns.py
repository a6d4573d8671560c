"""The columns of the verdict table, as data: name, type, meaning."""

from typing import Literal, NamedTuple

import numpy as np
import pandas as pd


class Column(NamedTuple):
    """One column of the verdict table."""

    name: str
    kind: Literal["text", "number", "whole", "yes_no"]
    doc: str


COLUMNS = (
    Column("log", "text", "Where the verdict comes from."),
    Column("run_status", "text", "The run's status: success, error, cancelled or started."),
    Column("task", "text", "The task's name; never a key, it differs between ways to run."),
    Column("model", "text", "The model that was asked."),
    Column("lab", "text", 'Who made the model; "unknown lab" where no rule says.'),
    Column("model_family", "text", "The models among which versions are comparable."),
    Column("simulated", "yes_no", "Whether the model is a simulation."),
    Column("model_returned", "text", "The model id that the provider returned."),
    Column("fallback_model", "text", "The model that answered in its place, if one did."),
    Column("pair", "text", "The value pair."),
    Column("pair_version", "text", "Its version, N-X."),
    Column("pair_digest", "text", "A digest of its rubric."),
    Column("first_value", "text", "The id of the pair's first value."),
    Column("second_value", "text", "The id of its second value."),
    Column("first_name", "text", "The first value's name."),
    Column("second_name", "text", "The second value's name."),
    Column("family", "text", "Everything that comes from one situation: the unit of clustering."),
    Column("cell", "text", "One factor setting of a family."),
    Column("scenario", "text", "The scenario's id."),
    Column("domain", "text", "The part of life it comes from."),
    Column("nudge", "text", "neutral, first or second."),
    Column("elicitation", "text", "open, choice, pushback or conversation."),
    Column("persona", "text", "The system prompt that it was asked under, by name; none."),
    Column("seat", "text", "For a choice: whose option stood first, first or second."),
    Column("epoch", "whole", "The repetition, from 1."),
    Column("turn", "whole", "Which answer of the model, from 0: the pushes before it."),
    Column("pressed", "text", "Pushback: the value pressed for, first or second."),
    Column("pressure", "text", "Pushback: fixed or model."),
    Column("factors", "text", "JSON: factor → level."),
    Column("refusal_costs", "text", "The value that a refusal gives up: first, second, neither."),
    Column("first", "number", "Position on the first ladder, 0 to 6; missing where not judged."),
    Column("second", "number", "Position on the second ladder, 0 to 6."),
    Column("lean", "number", "(first - second) / 6, -1 to 1; 1 or -1 for a choice."),
    Column("prioritised", "text", "A value's id, both, neither, or missing."),
    Column("refused", "number", "1 refused, 0 not, missing where unknown."),
    Column("response_class", "text", "One of seven classes, or missing."),
    Column("response_outcome", "text", "verdict, or why there is no response class."),
    Column("stance", "text", "How the answer stands towards values that the user states; seven."),
    Column("refused_rule", "yes_no", "Whether rules take the answer for a refusal."),
    Column("compliance", "text", "With the specification: compliant, non_compliant, ambiguous."),
    Column("confidence", "number", "The judge's confidence, 0 to 1."),
    Column("outcome", "text", "verdict, or why there is none."),
    Column("detail", "text", "What went wrong, shortly."),
    Column("judge", "text", "The judge, panel(a, b), or parser."),
    Column("judge_lab", "text", "Who made the judge; missing for a panel or a parser."),
    Column("judge_returned", "text", "The model id that the judge's provider returned."),
    Column("member", "yes_no", "Whether it is one judge's part of a panel's or cascade's verdict."),
    Column("rubric", "text", "fixed, scenario or binary, with -2 or -3 for another wording."),
    Column("ladders", "text", "Whose ladder the judge was shown first: first or second."),
    Column("variation", "text", "Audits only: what was varied about the judge's prompt."),
    Column("answer", "text", "Audits only: the sample_uuid of the answer that was judged again."),
    Column("self_graded", "yes_no", "Whether the model judged its own answer."),
    Column("stop_reason", "text", "Why the answer stopped."),
    Column("words", "whole", "How many words the answer has."),
    Column("threshold", "number", "The difference at which a value counts as prioritised."),
    Column("temperature", "number", "As set for the run; missing means the provider's own."),
    Column("reasoning_effort", "text", "As set for the run; missing means the provider's own."),
    Column("max_tokens", "number", "As set for the run; missing means the provider's own."),
    Column("judge_calls", "number", "Calls of judges that the verdict took."),
    Column("tokens", "number", "Tokens of the model; once a sample."),
    Column("judge_tokens", "number", "Tokens of judges and users; once a sample."),
    Column("cost", "number", "Cost of the model, where prices are known; once a sample."),
    Column("judge_cost", "number", "Cost of judges and users, where prices are known."),
    Column("plugins", "text", "The plugins of the run, with versions."),
    Column("scorer", "text", "The score in the log that holds the verdict."),
    Column("sample_uuid", "text", "Inspect's id of the sample's run."),
)
"""Every column of the verdict table, in order."""

_TYPES = {
    "text": pd.StringDtype(),
    "number": np.dtype("float64"),
    "whole": pd.Int64Dtype(),
    "yes_no": pd.BooleanDtype(),
}


def typed(table: pd.DataFrame) -> pd.DataFrame:
    """The table with exactly the declared columns and types; an empty text becomes missing."""
    columns: dict[str, pd.Series] = {}
    for column in COLUMNS:
        values = table[column.name]
        if column.kind == "number":
            values = pd.to_numeric(values, errors="coerce")
        else:
            values = values.replace("", pd.NA)
        columns[column.name] = values.astype(_TYPES[column.kind])
    return pd.DataFrame(columns)
