"""Google's wire format: generateContent of the Gemini API."""

from aiohttp import web
from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel

from inspect_values.testing.desk import Ask, Reply, chat
from inspect_values.testing.faults import Fault
from inspect_values.testing.http import Handler, HttpLab, Json


class _Camel(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True)


class Part(_Camel):
    """A part of a message; only text matters here."""

    text: str = ""


class Content(_Camel):
    """A message."""

    role: str = "user"
    parts: list[Part] = []


class GenerateRequest(_Camel):
    """The body of `POST …:generateContent`, as far as it matters here."""

    contents: list[Content]
    system_instruction: Content | None = None


_STATUS = {
    400: "INVALID_ARGUMENT",
    401: "UNAUTHENTICATED",
    404: "NOT_FOUND",
    429: "RESOURCE_EXHAUSTED",
    500: "INTERNAL",
    503: "UNAVAILABLE",
}


class GoogleServer(HttpLab):
    """The Gemini API on loopback."""

    variable = "GOOGLE_BASE_URL"
    key_variable = "GOOGLE_API_KEY"

    def routes(self) -> list[tuple[str, str, Handler]]:
        """GenerateContent, whatever the version in the path."""
        return [
            ("GET", "/{version}/models", self._models),
            ("POST", "/{version}/models/{call}", self._generate),
        ]

    def key_of(self, request: web.Request) -> str:
        """From `x-goog-api-key` or the query."""
        return request.headers.get("x-goog-api-key") or request.query.get("key", "")

    def error(self, fault: Fault, status: int, model: str) -> Json:
        """Google's error object."""
        said = {
            Fault.EXPIRED_KEY: "API key expired. Please renew the API key.",
            Fault.NO_MODEL: f"models/{model} is not found for API version v1beta.",
            Fault.TOO_LONG: "The input token count (2000000) exceeds the maximum number of "
            "tokens allowed (1048576).",
            Fault.NO_CREDIT: "You exceeded your current quota, please check your plan.",
        }
        message = said.get(fault, f"{fault.value}, on purpose")
        details: list[Json] = []
        if fault is Fault.RATE_LIMIT_AFTER:
            details = [{"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "1s"}]
        return {
            "error": {
                "code": status,
                "message": message,
                "status": _STATUS.get(status, "UNKNOWN"),
                "details": details,
            }
        }

    def body(self, reply: Reply) -> tuple[int, Json]:
        """Candidates, or an error. Google says 503 where it is overloaded."""
        if reply.fault is Fault.OVERLOADED:
            return 503, self.error(reply.fault, 503, reply.model)
        if reply.fault is Fault.EXPIRED_KEY:
            return 400, self.error(reply.fault, 400, reply.model)
        return self.faulty(reply) or (200, _generated(reply))

    async def _models(self, request: web.Request) -> web.Response:
        return web.json_response({"models": []})

    async def _generate(self, request: web.Request) -> web.StreamResponse:
        model, _, call = request.match_info["call"].partition(":")
        if call != "generateContent":
            return web.json_response(self.error(Fault.NO_MODEL, 404, model), status=404)
        asked = GenerateRequest.model_validate_json(await request.read())
        said = [("system", _text(asked.system_instruction))] if asked.system_instruction else []
        said += [(content.role, _text(content)) for content in asked.contents]
        return await self.serve(request, Ask(model, chat(said)), self.body)


def _text(content: Content) -> str:
    return "\n".join(part.text for part in content.parts)


def _generated(reply: Reply) -> Json:
    usage = {
        "promptTokenCount": reply.prompt_tokens,
        "candidatesTokenCount": reply.tokens,
        "totalTokenCount": reply.prompt_tokens + reply.tokens,
    }
    found: Json = {"usageMetadata": usage, "modelVersion": reply.returned}
    harm = {"category": "HARM_CATEGORY_DANGEROUS_CONTENT", "probability": "HIGH", "blocked": True}
    if reply.fault is Fault.PROMPT_BLOCKED:
        feedback = {"blockReason": "PROHIBITED_CONTENT", "safetyRatings": [harm]}
        return found | {"promptFeedback": feedback}
    if reply.fault is Fault.EMPTY:
        return found
    candidate: Json = {
        "index": 0,
        "finishReason": "STOP",
        "content": {"role": "model", "parts": [{"text": reply.text}]},
    }
    if reply.fault in (Fault.CUT, Fault.CUT_EMPTY):
        candidate["finishReason"] = "MAX_TOKENS"
    elif reply.fault is Fault.FILTERED:
        candidate = {"index": 0, "finishReason": "SAFETY", "safetyRatings": [harm]}
    elif reply.fault is Fault.REFUSED:
        candidate = {"index": 0, "finishReason": "RECITATION"}
    if reply.fault is Fault.CUT_EMPTY:
        del candidate["content"]
    return found | {"candidates": [candidate]}
