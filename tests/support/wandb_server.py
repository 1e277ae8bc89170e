"""A W&B server on the loopback interface, as far as wandb 0.31 needs one for runs with scalars.

It keeps what it is sent, by run id, and can be told to refuse, fail or hang.
"""

import gzip
import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Literal
from urllib.parse import unquote

ENTITY = "someone"
KEY = "0123456789abcdef0123456789abcdef01234567"
MOST_FILES = 100
"""That a page holds, whatever is asked for."""

Behaviour = Literal["ok", "refuse", "fail", "hang", "limit", "gone"]


@dataclass
class ServedRun:
    """What the server has of one run: files by name, each a list of lines."""

    project: str
    config: dict[str, Any] = field(default_factory=dict)
    name: str | None = None
    group: str | None = None
    tags: list[str] = field(default_factory=list)
    notes: str | None = None
    files: dict[str, dict[int, str]] = field(default_factory=dict)
    stored: dict[str, bytes | None] = field(default_factory=dict)
    """The files that were uploaded as such; None for one that was announced and not more."""
    artifacts: list[str] = field(default_factory=list)
    """Their digests, one for each time that it was logged."""
    stopped: bool | None = False
    """Whether somebody has pressed "Stop run"; None for a server that does not tell."""
    complete: bool = False
    exit_code: int | None = None

    def lines(self, name: str) -> list[str]:
        """The lines of a streamed file; a retry has overwritten, not added."""
        stored = self.files.get(name, {})
        assert sorted(stored) == list(range(len(stored))), "lines are missing"
        return [stored[number] for number in sorted(stored)]

    @property
    def history(self) -> list[dict[str, Any]]:
        """The rows, in the order in which they stand at the server."""
        return [json.loads(line) for line in self.lines("wandb-history.jsonl")]

    @property
    def summary(self) -> dict[str, Any]:
        """The summary as it was sent last."""
        summary: dict[str, Any] = json.loads(self.lines("wandb-summary.json")[-1])
        return summary


class WandbServer:
    """State and switch of the server; see `wandb_server`."""

    def __init__(self) -> None:
        self.runs: dict[str, ServedRun] = {}
        self.behaviour: Behaviour = "ok"
        self.lock = threading.Lock()
        self.released = threading.Event()
        self.requests = 0
        self.refusals = 0
        self.alerts: list[dict[str, Any]] = []
        self.uploads: dict[str, bytes] = {}
        """All files by name, whichever run they are of."""
        self.upload_seconds = 0.0
        """How long each upload of a file takes, …"""
        self.takes_files = threading.Event()
        """… once this is set, as it is."""
        self.takes_files.set()
        self.loses: Callable[[str], bool] = lambda name: False
        """Of which files, by name, it takes an upload and keeps nothing."""
        self.tells_files = True
        self.knows_no_artifacts = False
        self.uncounted = 0
        """Rows, the newest, that the count of a run does not have yet."""
        self.url = ""

    def graphql(self, query: str, variables: dict[str, Any]) -> dict[str, Any]:
        """The `data` of an answer to a GraphQL request."""
        if variables.get("summaryMetrics"):
            return {"upsertBucket": self._set_summary(variables)}
        if "RunEvents" in query:
            return {"model": self._events(variables)}
        if "RunSummary" in query:
            return {"model": self._summary(variables)}
        if "upsertBucket" in query:
            return {"upsertBucket": self._upsert(variables)}
        if "RunResumeStatus" in query:
            return {"model": self._resume_status(variables)}
        if "ProbeServerCapabilities" in query:  # by an old wandb
            known = {"fields": [{"name": "createRunFiles"}]}
            return {"QueryType": known, "MutationType": known, "ServerInfoType": known}
        if "features" in query and "serverInfo" in query:
            return {"serverInfo": {"features": []}}
        if "RunLabels" in query or "RunId" in query:
            return {"model": self._labels(variables)}
        if "RunPlace" in query:
            run = self.runs.get(variables["name"])
            return {"model": {"bucket": run and {"project": self._project(run.project)}}}
        if "RunCounts" in query:
            return {"model": self._counts(variables)}
        if "RunStopped" in query:
            run = self.runs.get(variables["name"])
            return {"model": {"bucket": run and {"stopped": run.stopped}}}
        if "RunFiles" in query and "createRunFiles" not in query:
            if not self.tells_files:
                raise LookupError('Cannot query field "files" on type "Run".')
            return {"model": self._files(variables)}
        if "RunArtifacts" in query:
            return {"model": self._artifacts(variables)}
        if "viewer" in query and "Viewer" in query:
            return {"viewer": {"username": ENTITY, "entity": ENTITY}}
        if "ArtifactType(" in query:
            return {} if self.knows_no_artifacts else {"project": None}
        if "createArtifact(" in query:
            made = variables.get("input") or variables
            self.runs[made["runName"]].artifacts.append(made["digest"])
            return {"createArtifact": {"artifact": self._artifact()}}
        if "notifyScriptableRunAlert" in query:
            self.alerts.append(variables)
            return {"notifyScriptableRunAlert": {"success": True}}
        if "createRunFiles" in query:
            run_id = variables["run"]
            files = [
                {"name": name, "uploadUrl": f"{self.url}/upload/{run_id}/{name}"}
                for name in variables["files"]
            ]
            for name in variables["files"]:
                self.runs[run_id].stored.setdefault(name, None)
            answer = {"runID": "1", "uploadHeaders": [], "files": files}
            return {"createRunFiles": answer}
        return {}

    def stream(self, run_id: str, body: dict[str, Any]) -> dict[str, Any]:
        """Store what a file stream request brings; returns the answer."""
        run = self.runs[run_id]
        for name, part in (body.get("files") or {}).items():
            lines = run.files.setdefault(name, {})
            for number, line in enumerate(part["content"], part["offset"]):
                lines[number] = line
        if body.get("complete"):
            run.complete, run.exit_code = True, body.get("exitcode")
        return {"stopped": True} if run.stopped else {}

    def store(self, run_id: str, name: str, content: bytes) -> None:
        """Keep a file that was uploaded."""
        time.sleep(self.upload_seconds)
        self.takes_files.wait(60)
        if not self.loses(name):
            self.uploads[name] = content
            self.runs[run_id].stored[name] = content

    def _counts(self, variables: dict[str, Any]) -> dict[str, Any]:
        run = self.runs.get(variables["name"])
        return {"bucket": self._line_counts(run) if run else None}

    def _line_counts(self, run: ServedRun) -> dict[str, int]:
        return {
            "historyLineCount": self._counted(run),
            "eventsLineCount": len(run.files.get("wandb-events.jsonl", {})),
            "logLineCount": len(run.files.get("output.log", {})),
        }

    def _files(self, variables: dict[str, Any]) -> dict[str, Any]:
        """Files by name, one page; of one that is not there yet a size of 0."""
        run = self.runs.get(variables["name"])
        if run is None:
            return {"bucket": None}
        wanted = variables.get("names") or run.stored
        names = sorted(name for name in wanted if name in run.stored)
        names = [name for name in names if name > (variables.get("after") or "")]
        page = names[: min(variables.get("first") or 50, MOST_FILES)]
        nodes = [{"name": name, "sizeBytes": str(len(run.stored[name] or b""))} for name in page]
        info = {"endCursor": page[-1] if page else None, "hasNextPage": len(page) < len(names)}
        return {
            "bucket": {"files": {"edges": [{"node": node} for node in nodes], "pageInfo": info}}
        }

    def _artifacts(self, variables: dict[str, Any]) -> dict[str, Any]:
        digests = self.runs[variables["name"]].artifacts
        nodes = [{"node": {"digest": digest, "state": "COMMITTED"}} for digest in digests]
        info = {"endCursor": None, "hasNextPage": False}
        return {"bucket": {"outputArtifacts": {"edges": nodes, "pageInfo": info}}}

    def _counted(self, run: ServedRun) -> int:
        return max(len(run.files.get("wandb-history.jsonl", {})) - self.uncounted, 0)

    def _events(self, variables: dict[str, Any]) -> dict[str, Any]:
        run = self.runs.get(variables["name"])
        events = run.lines("wandb-events.jsonl")[-1:] if run else []
        return {"bucket": {"eventsTail": json.dumps(events)} if run else None}

    def _labels(self, variables: dict[str, Any]) -> dict[str, Any]:
        run = self.runs.get(variables["name"])
        told = run and {"displayName": run.name, "notes": run.notes, "tags": run.tags}
        return {"bucket": told and {"id": variables["name"], **told}}

    def _summary(self, variables: dict[str, Any]) -> dict[str, Any]:
        run = self.runs.get(variables["name"])
        if run is None:
            return {"bucket": None}
        lines = run.lines("wandb-summary.json")
        return {"bucket": {"id": variables["name"], "summaryMetrics": lines[-1] if lines else "{}"}}

    def _set_summary(self, variables: dict[str, Any]) -> dict[str, Any]:
        self.runs[variables["id"]].files["wandb-summary.json"] = {0: variables["summaryMetrics"]}
        return {"bucket": {"id": variables["id"]}}

    def _artifact(self) -> dict[str, Any]:
        sequence = {"id": "s", "latestArtifact": {"id": "a", "versionIndex": 0}}
        return {"id": "a", "state": "COMMITTED", "artifactSequence": sequence}

    def _upsert(self, variables: dict[str, Any]) -> dict[str, Any]:
        run_id = variables.get("name") or variables["id"]
        inserted = run_id not in self.runs
        run = self.runs.setdefault(run_id, ServedRun(variables.get("project") or "uncategorized"))
        run.complete &= "name" not in variables  # else one that goes on
        if variables.get("config"):
            run.config = json.loads(variables["config"])
        run.name = variables.get("displayName") or run.name
        run.group = variables.get("groupName") or run.group
        run.notes = run.notes if variables.get("notes") is None else variables["notes"]
        run.tags = run.tags if variables.get("tags") is None else variables["tags"]
        bucket = {
            "id": run_id,
            "name": run_id,
            "displayName": run.name or run_id,
            "config": json.dumps(run.config),
            "sweepName": None,
            "historyLineCount": self._counted(run),
            "project": self._project(run.project),
        }
        return {"inserted": inserted, "bucket": bucket}

    def _resume_status(self, variables: dict[str, Any]) -> dict[str, Any]:
        model = self._project(variables.get("project") or "uncategorized")
        run = self.runs.get(variables["name"])
        if run is None:
            return model | {"bucket": None}
        history = run.lines("wandb-history.jsonl")
        events = run.lines("wandb-events.jsonl")
        summary = run.lines("wandb-summary.json")
        return model | {
            "bucket": {
                "id": variables["name"],
                "name": variables["name"],
                "displayName": run.name,
                **self._line_counts(run),
                "historyTail": json.dumps(history[-1:]),
                "eventsTail": json.dumps(events[-1:]),
                "summaryMetrics": summary[-1] if summary else "{}",
                "config": json.dumps(run.config),
                "tags": run.tags,
                "notes": run.notes,
                # wandb takes a run without the key "t" for one that never began.
                "wandbConfig": json.dumps({"t": 1}),
            }
        }

    def _project(self, name: str) -> dict[str, Any]:
        return {"id": "p", "name": name, "entity": {"id": "e", "name": ENTITY}}


@contextmanager
def wandb_server() -> Iterator[WandbServer]:
    """A server that runs in threads of this process."""
    state = WandbServer()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            if self.headers.get("Content-Encoding") == "gzip":
                body = gzip.decompress(body)
            state.requests += 1
            state.refusals += state.behaviour != "ok"
            match state.behaviour:
                case "hang":
                    state.released.wait(60)
                case "refuse":
                    return self._answer(401, {"errors": [{"message": "invalid API key"}]})
                case "fail":
                    return self._answer(500, {"errors": [{"message": "out of order"}]})
                case "limit":
                    return self._answer(429, {"errors": [{"message": "rate limit exceeded"}]})
                case "gone":
                    return self._answer(404, {"errors": [{"message": "project not found"}]})
            with state.lock:
                return self._answer(200, self._serve(body))

        def do_PUT(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            _, _, run_id, name = unquote(self.path).split("/", 3)
            state.store(run_id, name, body)
            self._answer(200, {})

        def _serve(self, body: bytes) -> dict[str, Any]:
            if self.path == "/graphql":
                request = json.loads(body)
                try:
                    data = state.graphql(request["query"], request.get("variables") or {})
                except LookupError as error:
                    return {"errors": [{"message": error.args[0]}], "data": None}
                return {"data": data}
            if self.path.endswith("/file_stream"):
                return state.stream(self.path.split("/")[-2], json.loads(body))
            return {}

        def _answer(self, status: int, value: dict[str, Any]) -> None:
            data = json.dumps(value).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, format: str, *args: object) -> None:
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, request: object, client_address: object) -> None:
            """A client that was killed is part of the tests."""

    server = Server(("127.0.0.1", 0), Handler)
    state.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield state
    finally:
        state.released.set()
        state.takes_files.set()
        server.shutdown()
        server.server_close()
        thread.join(5)


def online(server: WandbServer, key: str = KEY) -> dict[str, str]:
    """The environment in which wandb talks to it."""
    return {"WANDB_BASE_URL": server.url, "WANDB_API_KEY": key}
