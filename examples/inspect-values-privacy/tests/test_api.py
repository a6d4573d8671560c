"""The model API against a real server on the loopback interface."""

import socket

import pytest
from inspect_ai.model import (
    ChatMessage,
    ChatMessageSystem,
    ChatMessageUser,
    GenerateConfig,
    Model,
    get_model,
)
from inspect_values_privacy.api import LittleServerAPI, LittleServerError
from little_server import LittleServer, reply
from tenacity import wait_none

from inspect_values.plugins.catalog import EVALUATION_HOOKS, build_catalog

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


def model(url: str, max_retries: int = 0, max_tokens: int | None = None) -> Model:
    build_catalog(hooks=EVALUATION_HOOKS)
    config = GenerateConfig(max_retries=max_retries, max_tokens=max_tokens)
    return get_model("littleserver/tiny", base_url=url, config=config, memoize=False)


async def test_what_is_sent_and_what_comes_back(server: LittleServer) -> None:
    server.answer = lambda _: (200, reply("Good morning."))
    messages: list[ChatMessage] = [
        ChatMessageSystem(content="Be brief."),
        ChatMessageUser(content="Hello?"),
    ]
    output = await model(server.url, max_tokens=50).generate(messages)
    assert server.requests == [
        {
            "model": "tiny",
            "messages": [
                {"role": "system", "content": "Be brief."},
                {"role": "user", "content": "Hello?"},
            ],
            "max_tokens": 50,
        }
    ]
    assert (output.completion, output.model, output.stop_reason) == (
        "Good morning.",
        "tiny-1",
        "stop",
    )
    assert output.usage is not None
    assert (output.usage.input_tokens, output.usage.output_tokens) == (11, 7)


@pytest.mark.parametrize(
    ("stop", "reason"),
    [("stop", "stop"), ("length", "max_tokens"), ("filter", "content_filter")],
)
async def test_why_the_server_stopped(server: LittleServer, stop: str, reason: str) -> None:
    server.answer = lambda _: (200, reply("Well", stop))
    output = await model(server.url).generate("Hello?")
    assert output.stop_reason == reason


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ("<html>It works!</html>", "Invalid JSON"),
        ({"text": "Hello."}, "'model'"),
        (reply("Hello.", "because"), "'stop'"),
        ({**reply("Hello."), "tokens": {"in": -1, "out": 2}}, "'tokens.in'"),
        ({**reply("Hello."), "text": None}, "'text'"),
    ],
)
async def test_nonsense_is_a_sentence(server: LittleServer, answer: object, said: str) -> None:
    server.answer = lambda _: (200, answer)
    with pytest.raises(LittleServerError, match="answered with what it should not") as caught:
        await model(server.url).generate("Hello?")
    assert said in str(caught.value)
    assert server.url in str(caught.value)


async def test_a_server_that_is_not_there_is_a_sentence() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound but not listening: nobody answers here
        url = f"http://127.0.0.1:{taken.getsockname()[1]}"
        with pytest.raises(
            LittleServerError, match=r"cannot be reached at .*LITTLESERVER_BASE_URL"
        ):
            await model(url, max_retries=3).generate("Hello?")


async def test_a_refused_request_is_a_sentence_and_not_repeated(server: LittleServer) -> None:
    server.answer = lambda _: (400, "no model named tiny")
    with pytest.raises(LittleServerError, match="HTTP status 400: no model named tiny"):
        await model(server.url, max_retries=3).generate("Hello?")
    assert len(server.requests) == 1


@pytest.mark.parametrize("status", [429, 503])
async def test_a_busy_server_is_asked_again(
    server: LittleServer, status: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def at_once(_: LittleServerAPI) -> wait_none:
        return wait_none()

    monkeypatch.setattr(LittleServerAPI, "retry_wait", at_once)
    server.answer = lambda _: (
        (status, "later") if len(server.requests) < 3 else (200, reply("At last."))
    )
    output = await model(server.url, max_retries=5).generate("Hello?")
    assert output.completion == "At last."
    assert len(server.requests) == 3


async def test_the_environment_says_where_the_server_is(
    server: LittleServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LITTLESERVER_BASE_URL", f"{server.url}/")
    build_catalog(hooks=EVALUATION_HOOKS)
    output = await get_model("littleserver/tiny", memoize=False).generate("Hello?")
    assert output.completion == "Hello."
