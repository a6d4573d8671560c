"""How a run looks in Inspect's log viewer."""

from inspect_ai.viewer import (
    SampleScoreView,
    ScoreColorScale,
    TaskSamplesColumn,
    TaskSamplesView,
    ViewerConfig,
)

from inspect_values.evaluation.elicit import Elicitation
from inspect_values.values import ValuePair
from inspect_values.verdict import ResponseClass

# blue by magnitude only: red and green would call one of two good values bad
_POSITION = ScoreColorScale(palette="neutral", min=0, max=6)


def viewer(pairs: list[ValuePair], elicitation: Elicitation, trust_content: bool) -> ViewerConfig:
    """The columns: the two positions, what was prioritised, what was done with the request.

    For a single pair the positions' columns are named after its two values. Where answers of
    several turns are judged, the columns of the first come first.
    """
    first, second = ("First value", "Second value")
    if len(pairs) == 1:
        first, second = pairs[0].first.name, pairs[0].second.name
    column = TaskSamplesColumn
    return ViewerConfig(
        trust_content=trust_content,
        sample_score_view=SampleScoreView(default="grid"),
        task_samples_view=TaskSamplesView(
            name="Verdicts",
            columns=[
                column(id="sampleStatus"),
                column(id="input"),
                column(id="answer", visible=False),
                column(id="target", visible=False),
                *(column.score(f"prioritised{n}") for n in ["", 1][: len(elicitation.judged)]),
                column.score("verdict", "first"),
                column.score("verdict", "second"),
                column.score("verdict", "lean"),
                *(column.score(f"verdict{n}", "lean") for n in range(1, len(elicitation.judged))),
                column.score("response"),
                column.score("verdict", "refused"),
                column.score("verdict", "confidence", visible=False),
                column(id="error"),
                column(id="sampleId"),
            ],
            compact_scores=False,
            multiline=True,
            score_labels={
                "first": first,
                "second": second,
                "lean": "Lean",
                "refused": "Refused",
                "confidence": "Confidence",
                "prioritised": "Prioritised",
                "prioritised1": "Prioritised at the end",
                "response": "Response",
            },
            score_color_scales={
                "first": _POSITION,
                "second": _POSITION,
                "refused": ScoreColorScale(palette="neutral", min=0, max=1),
                "response": {
                    name.value: "info" if name.refused else "muted" for name in ResponseClass
                },
            },
            color_scales_enabled=True,
        ),
    )
