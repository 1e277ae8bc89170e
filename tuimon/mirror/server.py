"""Asking the W&B server itself, over its GraphQL interface: whether it is there, and what it has.

wandb says nothing when an upload stops for good (a key that was revoked, a project that was
deleted), so what has arrived is read back.
"""

import base64
import json
import socket
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http.client import HTTPException
from typing import Any, NamedTuple

from tuimon.mirror.run_labels import RunLabels

_TIMEOUT = 10.0
_LONGEST_ANSWER = 1 << 20
_LONGEST_REASON = 120
_NOT_UNDERSTOOD = 400
_PAGE = 500
_TYPES = {"summaryMetrics": "JSONString", "tags": "[String!]"}
"""Of what can be set of a run; all else is text."""


class ServerError(Exception):
    """The server did not give an answer; the message says why in one line.

    `final`: it will not with another attempt either.
    """

    def __init__(self, message: str, *, final: bool = False) -> None:
        super().__init__(message)
        self.final = final


class NoSuchRunError(ServerError):
    """The server has no such run."""


class UnansweredError(ServerError):
    """The server is there, and does not know what it was asked for."""


class RunPlace(NamedTuple):
    """Where a run is at the server; None is the user's own, or W&B's default."""

    entity: str | None
    project: str | None
    run_id: str


class RunCounts(NamedTuple):
    """How many lines of a run the server has; None where it does not say."""

    rows: int
    """Of its history."""
    lines: int | None = None
    """Of what it printed."""
    system: int | None = None
    """Of its system metrics."""


@dataclass(frozen=True, slots=True)
class Server:
    """A W&B server and the key for it."""

    url: str
    key: str

    def ask(self, query: str, variables: Mapping[str, Any]) -> dict[str, Any]:
        """The `data` of the answer to a GraphQL query.

        Raises:
            ServerError: there was none.
        """
        token = base64.b64encode(f"api:{self.key}".encode()).decode()
        try:
            request = urllib.request.Request(
                f"{self.url.rstrip('/')}/graphql",
                data=json.dumps({"query": query, "variables": variables}).encode(),
                headers={"Content-Type": "application/json", "Authorization": f"Basic {token}"},
            )
            with urllib.request.urlopen(request, timeout=_TIMEOUT) as answer:
                told = json.loads(answer.read(_LONGEST_ANSWER))
                data, errors = told.get("data"), told.get("errors")
        except urllib.error.HTTPError as error:
            if error.code == _NOT_UNDERSTOOD:
                raise UnansweredError("W&B does not understand the question (400)") from error
            final = error.code in (401, 403, 404)
            raise ServerError(_status_text(error.code), final=final) from error
        except (OSError, HTTPException, ValueError, AttributeError) as error:
            raise ServerError(f"no answer from {self.url} ({_reason(error)})") from error
        if not isinstance(data, dict):
            raise UnansweredError(f"W&B does not answer ({str(errors)[:_LONGEST_REASON]})")
        return data

    def user(self) -> str:
        """The name of the key's user; raises ServerError."""
        viewer = self.ask("query Viewer { viewer { username entity } }", {}).get("viewer") or {}
        name = viewer.get("username") or viewer.get("entity")
        if not name:
            raise ServerError("the W&B key is refused: run `tuimon login`", final=True)
        return str(name)

    def counts(self, place: RunPlace) -> RunCounts:
        """What a run has; raises ServerError, NoSuchRunError."""
        fields = "historyLineCount logLineCount eventsLineCount"
        bucket = self._bucket("RunCounts", "", fields, place, {})
        rows, lines, system = map(bucket.get, fields.split())
        return RunCounts(int(rows or 0), lines, system)

    def is_stopped(self, place: RunPlace) -> bool | None:
        """Whether somebody has pressed "Stop run" on its page; None where nobody knows."""
        try:
            return self._bucket("RunStopped", "", "stopped", place, {}).get("stopped")
        except ServerError:
            return None

    def whole_place(self, place: RunPlace) -> RunPlace:
        """A run's place, with names in place of defaults; raises ServerError, NoSuchRunError."""
        project = self._bucket("RunPlace", "", "project { name entity { name } }", place, {})
        try:
            found = project["project"]
            return place._replace(project=found["name"], entity=found["entity"]["name"])
        except (KeyError, TypeError):
            return place

    def newest_event(self, place: RunPlace) -> float | None:
        """When the last system metrics that a run has were measured (Unix s), if it has any.

        Raises ServerError, NoSuchRunError; UnansweredError where the server does not tell.
        """
        bucket = self._bucket("RunEvents", "", "eventsTail", place, {})
        try:
            tail = json.loads(bucket["eventsTail"] or "[]")
            return float(json.loads(tail[-1])["_timestamp"]) if tail else None
        except (KeyError, TypeError, ValueError) as error:
            raise UnansweredError("W&B does not tell which system metrics it has") from error

    def files(self, place: RunPlace, names: Sequence[str]) -> dict[str, int]:
        """The sizes in bytes of those of the named files that a run has.

        Raises ServerError, NoSuchRunError; UnansweredError where the server does not tell.
        """
        nodes = self._nodes(
            "RunFiles", "files", place, "name sizeBytes", ("names", "[String]", list(names))
        )
        return {node["name"]: int(node.get("sizeBytes") or 0) for node in nodes}

    def artifacts(self, place: RunPlace) -> set[str]:
        """The digests of the artifacts that a run has made; raises as `files`."""
        nodes = self._nodes("RunArtifacts", "outputArtifacts", place, "digest state")
        return {node["digest"] for node in nodes if node["state"] == "COMMITTED"}

    def _nodes(
        self,
        name: str,
        collection: str,
        place: RunPlace,
        fields: str,
        *arguments: tuple[str, str, Any],
    ) -> list[dict[str, Any]]:
        """All of a collection of a run, page by page; arguments by name, type and value."""
        paged = [*arguments, ("first", "Int", _PAGE), ("after", "String", None)]
        types = "".join(f", ${argument}: {kind}" for argument, kind, _ in paged)
        given = ", ".join(f"{argument}: ${argument}" for argument, _, _ in paged)
        asked = (
            f"{collection}({given}) {{ edges {{ node {{ {fields} }} }}"
            " pageInfo { endCursor hasNextPage } }"
        )
        variables = {argument: value for argument, _, value in paged}
        found: list[dict[str, Any]] = []
        while True:
            answer = self._bucket(name, types, asked, place, variables).get(collection)
            try:
                nodes = [edge["node"] for edge in answer["edges"]]  # type: ignore[index]
                page = answer["pageInfo"]  # type: ignore[index]
                variables["after"], more = page["endCursor"], page["hasNextPage"]
            except (KeyError, TypeError) as error:
                raise UnansweredError(f"W&B does not tell of {collection}") from error
            found += nodes
            if not (more and nodes):
                return found

    def _bucket(
        self, name: str, types: str, fields: str, place: RunPlace, variables: Mapping[str, Any]
    ) -> dict[str, Any]:
        """Fields of a run, which W&B calls a bucket; `types` are those of further variables."""
        query = (
            f"query {name}($entity: String, $project: String, $name: String!{types}) {{"
            " model(name: $project, entityName: $entity) {"
            f" bucket(name: $name, missingOk: true) {{ {fields} }} }} }}"
        )
        where = {"entity": place.entity, "project": place.project, "name": place.run_id}
        model = self.ask(query, {**where, **variables}).get("model") or {}
        bucket = model.get("bucket")
        if not isinstance(bucket, dict):
            raise NoSuchRunError(
                "the run is gone at W&B: was it, or its project, deleted?", final=True
            )
        return bucket

    def settle_runtime(self, place: RunPlace, seconds: int) -> None:
        """Have the summary of a closed run tell how long it was running; raises ServerError.

        wandb-core ends a run with the time for which it had it open itself.
        """
        bucket = self._bucket("RunSummary", "", "id summaryMetrics", place, {})
        summary = json.loads(bucket.get("summaryMetrics") or "{}")
        settled = summary | {"_runtime": seconds}
        settled["_wandb"] = {**(summary.get("_wandb") or {}), "runtime": seconds}
        if settled != summary:
            self._update(bucket, {"summaryMetrics": json.dumps(settled)})

    def labels(self, place: RunPlace) -> RunLabels:
        """What a run is called there, its notes and tags; raises ServerError, NoSuchRunError."""
        bucket = self._bucket("RunLabels", "", "displayName notes tags", place, {})
        name, notes, tags = map(bucket.get, ("displayName", "notes", "tags"))
        return RunLabels(name or "", notes or "", tuple(tags or ()))

    def relabel(self, place: RunPlace, changes: Mapping[str, Any]) -> None:
        """Set some of displayName, notes, tags and groupName; raises as `labels`."""
        self._update(self._bucket("RunId", "", "id", place, {}), changes)

    def _update(self, bucket: Mapping[str, Any], changes: Mapping[str, Any]) -> None:
        types = "".join(f", ${name}: {_TYPES.get(name, 'String')}" for name in changes)
        given = "".join(f", {name}: ${name}" for name in changes)
        self.ask(
            f"mutation UpsertBucket($id: String{types}) {{"
            f" upsertBucket(input: {{ id: $id{given} }}) {{ bucket {{ id }} }} }}",
            {"id": bucket.get("id"), **changes},
        )


def _status_text(code: int) -> str:
    match code:
        case 401 | 403:
            return f"the W&B key is refused ({code}): run `tuimon login`"
        case 404:
            return "W&B does not know the project (404): was it deleted?"
        case 429:
            return "W&B limits the rate (429)"
    return f"W&B is out of order ({code})"


def _reason(error: Exception) -> str:
    cause = getattr(error, "reason", error)
    if isinstance(cause, socket.gaierror):
        return "its name cannot be resolved: is there a network?"
    if isinstance(cause, TimeoutError):
        return "timed out"
    return (getattr(cause, "strerror", None) or str(cause) or type(cause).__name__).splitlines()[0]
