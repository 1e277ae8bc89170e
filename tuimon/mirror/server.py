"""Asking the W&B server itself, over its GraphQL interface: whether it is there, and what it has.

wandb says nothing when an upload stops for good (a key that was revoked, a project that was
deleted), so what has arrived is read back.
"""

import base64
import json
import logging
import socket
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from http.client import HTTPException
from typing import Any

_TIMEOUT = 10.0
_ASK_EVERY = 10.0
_ASK_AGAIN_AFTER = 3.0
"""Seconds between two questions while something is wrong."""

_STUCK_AFTER = 120.0
"""Seconds without a new row at a server that answers, and rows waiting: uploading has stopped."""

_STUCK_AFTER_REFUSAL = 6.0
"""The same when the server had refused the key, say: wandb does not try again then."""

_LATE = 60.0
"""Seconds that the count of a server may lag behind what it has accepted."""

_LONGEST_ANSWER = 1 << 20

log = logging.getLogger(__name__)


class ServerError(Exception):
    """The server did not give an answer; the message says why in one line.

    `final`: it will not with another attempt either.
    """

    def __init__(self, message: str, *, final: bool = False) -> None:
        super().__init__(message)
        self.final = final


class NoSuchRunError(ServerError):
    """The server has no such run."""


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
                data = json.loads(answer.read(_LONGEST_ANSWER))["data"]
        except urllib.error.HTTPError as error:
            final = error.code in (401, 403, 404)
            raise ServerError(_status_text(error.code), final=final) from error
        except (OSError, HTTPException, ValueError, KeyError, TypeError) as error:
            raise ServerError(f"no answer from {self.url} ({_reason(error)})") from error
        return data if isinstance(data, dict) else {}

    def user(self) -> str:
        """The name of the key's user; raises ServerError."""
        viewer = self.ask("query Viewer { viewer { username entity } }", {}).get("viewer") or {}
        name = viewer.get("username") or viewer.get("entity")
        if not name:
            raise ServerError("the W&B key is refused: run `tuimon login`", final=True)
        return str(name)

    def rows(self, entity: str | None, project: str | None, run_id: str) -> int:
        """How many history rows a run has; raises ServerError, NoSuchRunError."""
        query = (
            "query RowCount($entity: String, $project: String, $name: String!) {"
            " model(name: $project, entityName: $entity) {"
            " bucket(name: $name, missingOk: true) { historyLineCount } } }"
        )
        variables = {"entity": entity, "project": project, "name": run_id}
        model = self.ask(query, variables).get("model") or {}
        bucket = model.get("bucket")
        if bucket is None:
            raise NoSuchRunError(
                "the run is gone at W&B: was it, or its project, deleted?", final=True
            )
        return int(bucket.get("historyLineCount") or 0)

    def settle_runtime(
        self, entity: str | None, project: str | None, run_id: str, seconds: int
    ) -> None:
        """Have the summary of a closed run tell how long it was running; raises ServerError.

        wandb-core ends a run with the time for which it had it open itself.
        """
        query = (
            "query RunSummary($entity: String, $project: String, $name: String!) {"
            " model(name: $project, entityName: $entity) {"
            " bucket(name: $name, missingOk: true) { id summaryMetrics } } }"
        )
        told = self.ask(query, {"entity": entity, "project": project, "name": run_id})
        bucket = (told.get("model") or {}).get("bucket")
        if bucket is None:
            return
        summary = json.loads(bucket["summaryMetrics"] or "{}")
        settled = summary | {"_runtime": seconds}
        settled["_wandb"] = {**(summary.get("_wandb") or {}), "runtime": seconds}
        if settled != summary:
            self.ask(
                "mutation UpsertBucket($id: String, $summaryMetrics: JSONString) {"
                " upsertBucket(input: { id: $id, summaryMetrics: $summaryMetrics }) {"
                " bucket { id } } }",
                {"id": bucket["id"], "summaryMetrics": json.dumps(settled)},
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


class RowCheck:
    """How many rows of a run the server has, asked on a thread of its own, now and then."""

    def __init__(
        self, server: Server, entity: str | None, project: str | None, run_id: str
    ) -> None:
        self._server = server
        self._run = (entity, project, run_id)
        self._asking: threading.Thread | None = None
        self._ask_at = time.monotonic() + _ASK_AGAIN_AFTER
        self._grown_at = time.monotonic()
        self.rows: int | None = None
        """As the server said last."""
        self.error: str | None = None
        """Why it did not say, the last time."""
        self.refused = False
        """Whether the server refused something for good, which ends wandb's uploading."""
        self.stuck: str | None = None
        """Why no more rows will arrive; the run must be opened again."""

    def look(self, handed: int) -> None:
        """Ask if it is time to; `handed` rows were given to wandb. Never waits."""
        now = time.monotonic()
        if self._asking is not None and self._asking.is_alive():
            return
        if self._asking is not None:
            self._asking = None
            self._judge(handed, now)
        if now >= self._ask_at:
            self._ask_at = now + (_ASK_AGAIN_AFTER if self.error or self.refused else _ASK_EVERY)
            self._asking = threading.Thread(target=self._ask, name="row count", daemon=True)
            self._asking.start()

    def missing(self, handed: int) -> str | None:
        """After the end: what is wrong when the server does not have all rows, else None.

        Waits for a count that lags. A server that does not answer any more is no proof.
        """
        deadline = time.monotonic() + _LATE
        pause = 0.2
        while True:
            self._ask()
            if self.rows is not None and self.rows >= handed:
                return None
            if self.error is not None or time.monotonic() > deadline:
                break
            time.sleep(pause)
            pause = min(2 * pause, 5.0)
        if self.error is None:
            return f"{handed - (self.rows or 0)} of {handed} rows have not arrived at W&B"
        if self.refused:
            return self.error
        log.warning("what has arrived cannot be counted: %s", self.error)
        return None

    def settle_runtime(self, seconds: int) -> str | None:
        """After the end: put right how long the run was running; why that could not be done."""
        try:
            self._server.settle_runtime(*self._run, seconds)
        except ServerError as error:
            return str(error)
        return None

    def _ask(self) -> None:
        try:
            rows = self._server.rows(*self._run)
        except ServerError as error:
            self.error = str(error)
            self.refused |= error.final
            return
        if rows != self.rows:
            self._grown_at = time.monotonic()
        self.rows, self.error = rows, None

    def _judge(self, handed: int, now: float) -> None:
        if self.error is not None:
            return
        waiting = handed - (self.rows or 0)
        patience = _STUCK_AFTER_REFUSAL if self.refused else _STUCK_AFTER
        if waiting <= 0:
            self._grown_at, self.refused = now, False
        elif now - self._grown_at > patience:
            self.stuck = f"W&B takes nothing any more, {waiting} rows wait: trying again"
