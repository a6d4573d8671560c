"""After kill -9 in the middle of a run, the same command again repeats no completed sample."""

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

from inspect_ai.log import list_eval_logs, read_eval_log_sample_summaries

from inspect_values.analysis.models import ModelIdentity
from inspect_values.analysis.table import verdict_table

COMMAND = [
    *(sys.executable, "-m", "inspect_ai", "eval-set", "inspect_values/fairness_vs_efficiency"),
    *("-T", "scenarios=200", "--model", "simulated/aster-1", "--max-samples", "2"),
    *("--log-dir", "logs", "--display", "plain"),
]


class Labs:
    def lab_of(self, model: str) -> ModelIdentity:
        return ModelIdentity("Simulated lab", "", True)


def completed(folder: Path) -> dict[str, str]:
    return {
        str(sample.id): str(sample.uuid)
        for log in list_eval_logs(str(folder))
        for sample in read_eval_log_sample_summaries(log)
    }


def test_a_killed_run_goes_on_where_it_was(tmp_path: Path) -> None:
    output = tmp_path / "out.txt"
    with output.open("w") as sink:
        run = subprocess.Popen(
            COMMAND, cwd=tmp_path, stdout=sink, stderr=sink, start_new_session=True
        )
        try:
            for _ in range(240):
                time.sleep(0.25)
                done = re.findall(r"Samples:\s*(\d+)/", output.read_text())
                if done and int(done[-1]) >= 30:
                    break
        finally:
            os.killpg(run.pid, signal.SIGKILL)
            run.wait()
    before = completed(tmp_path / "logs")
    assert 10 <= len(before) < 200, output.read_text()[-2000:]
    again = subprocess.run(
        COMMAND, cwd=tmp_path, capture_output=True, text=True, timeout=200, check=False
    )
    assert again.returncode == 0, again.stdout[-2000:]
    table = verdict_table([tmp_path / "logs"], Labs())
    assert len(table) == 200
    assert table["scenario"].is_unique
    kept = set(table["sample_uuid"])
    assert set(before.values()) <= kept, "a completed sample was run again"
