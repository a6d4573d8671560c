"""How long is the answer? A second look at a log that is judged already.

Long answers can please a judge for no other reason. This writes the number of words beside the
verdict, so that both stand in one row; no model is called.

    inspect score logs/LOG.eval --scorer scorers/word_count.py --action append --overwrite
"""

from inspect_ai.scorer import Score, Scorer, Target, mean, scorer, stderr
from inspect_ai.solver import TaskState


@scorer(metrics=[mean(), stderr(cluster="family")])  # answers to one situation resemble each other
def word_count() -> Scorer:
    """The number of words of the answer; unscored where there is none."""

    async def score(state: TaskState, target: Target) -> Score:
        words = len(state.output.completion.split())
        if words == 0:
            # An answer that is missing is no answer of no words: it must not lower the mean.
            return Score.unscored(reason="no_response")
        return Score(value=words)

    return score
