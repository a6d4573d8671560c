"""Selecting a diverse part of a bank, with every kind of embedding."""

import json
import threading
from collections.abc import Generator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from inspect_values.errors import DataError, ParameterError
from inspect_values.scenarios.bank import about, read_bank, write_bank
from inspect_values.scenarios.diverse import Diversity, select_diverse
from inspect_values.scenarios.embeddings import providers
from inspect_values.scenarios.embeddings.embedding import check_way, embed
from inspect_values.scenarios.scenario import Scenario
from inspect_values.scenarios.weights import read_weights

TOPICS = {
    "drums": "My neighbour plays the drums at night and the whole house shakes until two",
    "bread": "Our bakery sells out of rye bread by nine and people complain about it",
    "exam": "A student copied the answers of the final exam from the person in front",
    "garden": "The old pear tree in the shared garden drops its fruit on the path",
}


def scenario(name: str, cell: str, nudge: str, query: str) -> Scenario:
    return Scenario(
        id=name,
        pair="honesty_vs_helpfulness",
        pair_version="1-A",
        family=f"honesty_vs_helpfulness.{cell}",
        cell=cell,
        domain="unknown",
        nudge="neutral" if nudge == "neutral" else "first",
        query=query,
        factors={},
        refusal_costs="second",
    )


@pytest.fixture
def bank(tmp_path: Path) -> Path:
    """Four topics: each a cell with a nudge, a copy, a near-duplicate and a variation."""
    made: list[Scenario] = []
    for topic, text in TOPICS.items():
        made += [
            scenario(f"{topic}.nudged", topic, "first", f"{text}, and I want the plain truth."),
            scenario(f"{topic}.neutral", topic, "neutral", f"{text}, so what would you do?"),
            scenario(
                f"{topic}.copy", f"{topic}2", "neutral", f"{text.upper()}, so  what would you do?"
            ),
            scenario(f"{topic}.near", f"{topic}3", "neutral", f"{text}, so what would you do now?"),
            scenario(
                f"{topic}.other", f"{topic}4", "neutral", f"About the {topic}: whom do I ask first?"
            ),
        ]
    write_bank(made, tmp_path / "bank.parquet", {"made": "here"})
    return tmp_path / "bank.parquet"


def ids(path: Path) -> set[str]:
    return {s.id for s in read_bank(path)}


def test_duplicates_go_and_cells_stay_whole(bank: Path, tmp_path: Path) -> None:
    found = select_diverse(bank, tmp_path / "out.parquet", Diversity(stop=0.0))
    assert (found.units, found.exact, found.near) == (16, 4, 4)
    kept = ids(tmp_path / "out.parquet")
    assert kept == {f"{t}.{part}" for t in TOPICS for part in ("nudged", "neutral", "other")}
    # the neutral query stands for its cell, though the nudged one comes first
    assert {name for name, _ in found.chosen} == {n for n in kept if not n.endswith("nudged")}


def test_each_query_can_stand_by_itself(bank: Path, tmp_path: Path) -> None:
    found = select_diverse(bank, tmp_path / "out.parquet", Diversity(unit="query", stop=0.0))
    assert found.units == 20 and found.rows == len(found.chosen) == 12


def test_few_are_one_of_each_topic(bank: Path, tmp_path: Path) -> None:
    vectors = {
        name: np.eye(4)[number] + 0.1 * np.eye(4)[(number + 1) % 4] * name.endswith("other")
        for number, topic in enumerate(TOPICS)
        for name in (f"{topic}.neutral", f"{topic}.other", f"{topic}.near", f"{topic}.copy")
    }
    table = pa.table({"id": list(vectors), "embedding": [list(v) for v in vectors.values()]})
    pq.write_table(table, tmp_path / "e.parquet")
    how = Diversity(embeddings=str(tmp_path / "e.parquet"))
    found = select_diverse(bank, tmp_path / "out.parquet", how)
    assert {name.split(".")[0] for name, _ in found.chosen} == set(TOPICS)
    assert len(found.chosen) == 4
    kept = about(tmp_path / "out.parquet")
    assert kept["embeddings"] == "file e.parquet, 4 dimensions"
    assert (kept["stop"], kept["exact_duplicates"]) == ("0.4", "4")
    assert json.loads(kept["source"])["made"] == "here"


def test_disagreement_decides_what_comes_first_and_what_is_left_out(
    bank: Path, tmp_path: Path
) -> None:
    pd.DataFrame(
        {"scenario": ["exam.nudged", "bread.neutral", "drums.other"], "d": [2.5, 1.5, 0.1]}
    ).to_csv(tmp_path / "w.csv", index=False)
    weights = read_weights(tmp_path / "w.csv")
    found = select_diverse(bank, tmp_path / "out.parquet", Diversity(), weights)
    # the largest of a cell's scenarios counts; .1 times any distance is below the stop of .8
    assert [name for name, _ in found.chosen] == ["exam.neutral", "bread.neutral"]
    assert found.unweighted == 5
    assert found.stop == 0.8
    with pytest.raises(DataError, match="name none of the bank's scenarios"):
        select_diverse(bank, tmp_path / "out2.parquet", Diversity(), {"x": 1.0})
    assert not (tmp_path / "out2.parquet").exists()


def test_the_seed_decides_where_it_begins_and_nothing_else_does(bank: Path, tmp_path: Path) -> None:
    firsts: set[str] = set()
    for seed in range(6):
        how = Diversity(seed=seed, stop=0.0)
        one = select_diverse(bank, tmp_path / "a.parquet", how)
        again = select_diverse(bank, tmp_path / "b.parquet", how)
        assert one == again
        assert (tmp_path / "a.parquet").read_bytes() == (tmp_path / "b.parquet").read_bytes()
        firsts.add(one.chosen[0][0])
    assert len(firsts) > 1


# ---- weights --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("scenario,d\na,-1\n", "the d of row 1 is '-1'"),
        ("scenario,disagreement\na,1\nb,much\n", "the disagreement of row 2 is 'much'"),
        ("scenario,d\na,\n", "row 1 is 'nan'"),
        ("scenario,dd\na,1\n", "the column 'disagreement' is missing"),
        ("d\n1\n", "the column 'scenario' is missing"),
        ("scenario,d\n", "no disagreement of any"),
        ("", "cannot be read"),
    ],
)
def test_weights_that_cannot_be_used_are_a_sentence(
    content: str, said: str, tmp_path: Path
) -> None:
    (tmp_path / "w.csv").write_text(content)
    with pytest.raises(DataError, match=said):
        read_weights(tmp_path / "w.csv")


def test_weights_that_are_not_there_are_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="do not exist"):
        read_weights(tmp_path / "w.parquet")
    (tmp_path / "w.parquet").write_bytes(b"PAR1")
    with pytest.raises(DataError, match="cannot be read"):
        read_weights(tmp_path / "w.parquet")


# ---- embeddings -----------------------------------------------------------------------------


def test_tfidf_puts_texts_that_share_words_together() -> None:
    texts = [f"{text}, {tail}" for text in TOPICS.values() for tail in ("now", "then", "or not")]
    found = embed("tfidf", [str(n) for n in range(len(texts))], texts)
    unit = found.vectors / np.linalg.norm(found.vectors, axis=1, keepdims=True)
    near = unit @ unit.T
    same = np.kron(np.eye(len(TOPICS)), np.ones((3, 3))).astype(bool)
    assert near[same].min() > near[~same].max()
    assert "scikit-learn" in found.made_by


@pytest.mark.parametrize("texts", [["one text"], ["same", "same"], ["ab cd", "ef gh"]])
def test_tfidf_of_very_few_texts_works(texts: list[str]) -> None:
    assert len(embed("tfidf", texts, texts).vectors) == len(texts)


def test_texts_without_words_are_a_sentence() -> None:
    with pytest.raises(DataError, match="no TF-IDF can be made"):
        embed("tfidf", ["a"], ["?"])


@pytest.mark.parametrize("kind", ["parquet", "npz", "npy"])
def test_a_file_is_looked_up_by_id(kind: str, tmp_path: Path) -> None:
    names, vectors = ["c", "a", "b"], np.arange(6.0).reshape(3, 2)
    path = tmp_path / f"e.{kind}"
    if kind == "parquet":
        pq.write_table(pa.table({"id": names, "embedding": vectors.tolist()}), path)
    elif kind == "npz":
        np.savez(path, ids=names, embeddings=vectors)
    else:
        np.save(path, vectors)
        (tmp_path / "e.ids.txt").write_text("c\na\nb\n")
    found = embed(str(path), ["a", "c"], ["", ""])
    assert found.vectors.tolist() == [[2, 3], [0, 1]]


def _write(path: Path, **arrays: Any) -> Path:
    np.savez(path, **arrays)
    return path


@pytest.mark.parametrize(
    ("arrays", "said"),
    [
        ({"ids": ["a"], "embeddings": np.ones((1, 2))}, "no embedding of 1 of the 2.*'b'"),
        ({"ids": ["a", "a"], "embeddings": np.ones((2, 2))}, "holds an id twice"),
        ({"ids": ["a", "b"], "embeddings": np.ones((3, 2))}, "2 ids for 3 embeddings"),
        ({"ids": ["a", "b"], "embeddings": np.ones(2)}, "not rows of numbers"),
        ({"ids": ["a", "b"]}, "cannot be read"),
        ({"ids": np.array([{"a": 1}], dtype=object), "embeddings": np.ones((1, 2))}, "cannot be"),
    ],
)
def test_a_file_that_does_not_fit_is_a_sentence(
    arrays: dict[str, Any], said: str, tmp_path: Path
) -> None:
    with pytest.raises(DataError, match=said):
        embed(str(_write(tmp_path / "e.npz", **arrays)), ["a", "b"], ["", ""])


def test_other_damaged_files_are_a_sentence(tmp_path: Path) -> None:
    ragged = pa.table({"id": ["a", "b"], "embedding": [[1.0], [1.0, 2.0]]})
    pq.write_table(ragged, tmp_path / "e.parquet")
    with pytest.raises(DataError, match="different lengths"):
        embed(str(tmp_path / "e.parquet"), ["a"], [""])
    for name in ("cut.parquet", "cut.npz", "gone.npy"):
        if name.startswith("cut"):
            (tmp_path / name).write_bytes(b"PK")
        with pytest.raises(DataError, match=r"cannot be read|do not exist"):
            embed(str(tmp_path / name), ["a"], [""])


@pytest.mark.parametrize("how", ["", "tfdif", "tfidf:0", "tfidf:x", "model2vec:", "openai/", "x/y"])
def test_a_way_that_does_not_exist_is_a_sentence(how: str) -> None:
    with pytest.raises(ParameterError, match="allowed: tfidf"):
        check_way(how)


def test_a_local_model_embeds(tmp_path: Path) -> None:
    model2vec = pytest.importorskip("model2vec", reason="the extra model2vec is not installed")
    from tokenizers import Tokenizer, models, pre_tokenizers

    words = {"[UNK]": 0, "drums": 1, "bread": 2, "night": 3}
    tokenizer = Tokenizer(models.WordLevel(words, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    vectors = np.eye(4, dtype=np.float32)
    model2vec.StaticModel(vectors=vectors, tokenizer=tokenizer).save_pretrained(str(tmp_path / "m"))
    found = embed(f"model2vec:{tmp_path / 'm'}", ["a", "b"], ["drums night", "bread"])
    assert found.vectors.shape == (2, 4)
    assert found.vectors[0] @ found.vectors[1] == 0
    assert found.made_by.startswith("model2vec")
    with pytest.raises(DataError, match="holds no model"):
        (tmp_path / "empty").mkdir()
        embed(f"model2vec:{tmp_path / 'empty'}", ["a"], ["x"])
    with pytest.raises(DataError, match="does not exist"):
        embed(f"model2vec:{tmp_path / 'nowhere'}", ["a"], ["x"])


@pytest.fixture
def embedder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Generator[dict[str, Any]]:
    """A server that embeds like OpenAI's and Google's: a text's vector is its two lengths."""
    state: dict[str, Any] = {"calls": 0, "fail_after": 99}

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["content-length"])))
            state["calls"] += 1
            if state["calls"] > state["fail_after"]:
                self.send_response(400)
                self.end_headers()
                self.wfile.write(b'{"error": {"message": "out of money"}}')
                return
            if "input" in body:
                vectors = [[float(len(t)), float(len(t.split()))] for t in body["input"]]
                listed = [
                    {"object": "embedding", "index": n, "embedding": v}
                    for n, v in reversed(list(enumerate(vectors)))
                ]
                reply: dict[str, Any] = {"object": "list", "data": listed, "model": body["model"]}
                reply["usage"] = {"prompt_tokens": 1, "total_tokens": 1}
            else:
                texts = [r["content"]["parts"][0]["text"] for r in body["requests"]]
                values = [[float(len(t)), float(len(t.split()))] for t in texts]
                reply = {"embeddings": [{"values": v} for v in values]}
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.end_headers()
            self.wfile.write(json.dumps(reply).encode())

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    address = f"http://127.0.0.1:{server.server_port}"
    monkeypatch.setenv("OPENAI_API_KEY", "none")
    monkeypatch.setenv("OPENAI_BASE_URL", f"{address}/v1")
    monkeypatch.setenv("GOOGLE_API_KEY", "none")
    monkeypatch.setenv("GOOGLE_GEMINI_BASE_URL", address)
    monkeypatch.setattr(providers, "user_cache_path", lambda _: tmp_path / "cache")
    yield state
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.mark.parametrize("how", ["openai/text-embedding-3-small", "google/gemini-embedding-001"])
@pytest.mark.filterwarnings("ignore::ResourceWarning")
def test_a_provider_embeds_through_its_sdk_and_is_paid_once(
    how: str, embedder: dict[str, Any]
) -> None:
    texts = [f"{'word ' * (n % 7)}{n}" for n in range(300)]
    found = embed(how, texts, texts)
    assert found.vectors.tolist() == [[len(t), len(t.split())] for t in texts]
    assert how in found.made_by
    assert embedder["calls"] == 3
    assert embed(how, texts, texts).vectors.tolist() == found.vectors.tolist()
    assert embedder["calls"] == 3


@pytest.mark.filterwarnings("ignore::ResourceWarning")
def test_a_provider_that_breaks_off_keeps_what_was_paid_for(embedder: dict[str, Any]) -> None:
    texts = [f"text {n}" for n in range(300)]
    embedder["fail_after"] = 1
    with pytest.raises(DataError, match=r"failed after 128 texts.*out of money.*from there"):
        embed("openai/e", texts, texts)
    embedder.update(calls=0, fail_after=99)
    assert len(embed("openai/e", texts, texts).vectors) == 300
    assert embedder["calls"] == 2


def test_a_provider_without_a_key_is_a_sentence(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    monkeypatch.setattr(providers, "user_cache_path", lambda _: tmp_path / "cache")
    with pytest.raises(DataError, match="failed after 0 texts: OpenAIError"):
        embed("openai/e", ["a"], ["b"])


def test_many_texts_are_decomposed_and_related_words_come_together() -> None:
    rng = np.random.default_rng(1)
    groups = [[f"w{group}x{n}" for n in range(30)] for group in range(5)]
    texts = [" ".join(rng.choice(groups[n % 5], size=6, replace=False)) for n in range(300)]
    found = embed("tfidf:5", texts, texts)
    assert found.vectors.shape == (300, 5) and "seed 0" in found.made_by
    unit = found.vectors / np.linalg.norm(found.vectors, axis=1, keepdims=True)
    near = unit @ unit.T
    same = (np.arange(300)[:, None] - np.arange(300)[None, :]) % 5 == 0
    assert near[same].mean() > 0.9 and abs(near[~same].mean()) < 0.1
