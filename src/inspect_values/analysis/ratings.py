"""The ratings of the same answers by several judges, as rows."""

import pandas as pd

from inspect_values.analysis.table import judge_label

ANSWER = ("sample_uuid", "epoch", "turn")
"""What makes two verdicts those of the same answer."""


def ratings(table: pd.DataFrame) -> pd.DataFrame:
    """The verdicts of single judges on answers that two or more of them judged.

    Args:
        table: The verdict table with every judge: members of panels, and runs that were scored
            again. Panels' combined verdicts, parsers and audits are no judges.

    Returns:
        The rows, one an answer and judge, with the judge's name (and rubric) in `rater`.
    """
    label = judge_label(table)
    combined = table["judge"].str.endswith(")").fillna(False)
    single = table["judge"].notna() & table["judge"].ne("parser").fillna(False) & ~combined
    rows = table[(single & table["variation"].isna() & table["sample_uuid"].notna()).to_numpy()]
    rows = rows.assign(rater=label[rows.index].astype("str")).drop_duplicates([*ANSWER, "rater"])
    several = rows.groupby(list(ANSWER), observed=True, dropna=False)["rater"].transform("size")
    return rows[several > 1].reset_index(drop=True)
