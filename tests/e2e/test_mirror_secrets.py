"""What is secret leaves this machine by no way, and what was held back is told."""

import json
import shutil
import subprocess
from pathlib import Path

from support.host import WRITER, Host
from support.mirror_runs import offline_files, offline_records
from tuimon.runs.lookup import find_run
from tuimon.runs.record import MirrorRecord, read_record

GIT = ["git", "-c", "user.name=n", "-c", "user.email=e@x", "-c", "init.defaultBranch=main"]
TOKEN = "hf_QmXw7Zr2Lk9Tn4Vb6Yd3Sg8Hj5Fp1Ac0Eu"

CODE = f"""
write('runs', 3)
KEY = "{TOKEN}"
print(sys.argv, 'password: S3' + 'cret0', KEY, flush=True)
raise OSError('postgres://u:S3cret1@h refuses S3cret2, says ' + sys.argv[-1])
"""
ARGUMENTS = (
    *("--db-url", "postgres://u:S3cret1@h", "--auth", "S3cret2", "-k", "S3cret3"),
    *("--header", "Authorization: Bearer S3cret4", "--config", '{"api_key": "S3cret5", "lr": 1}'),
    *("a.b.token=S3cret6", "--licence", "S3cret7", "--pwd", "S3cret8x"),
)
OPTIONS = (
    *("--mirror", "offline", "--log-code", "--config", "db_password=S3cret9", "--config", "lr=2"),
)


def begin_repository(host: Host) -> None:
    """A repository with a script, secrets, a picture and a large table, all of them changed."""
    files = {".env": b"A=1\n", "pic.png": b"\0\1", "big.csv": b"", "conf.yaml": b"lr: 1\n"}
    for name, data in files.items():
        (host.project / name).write_bytes(data)
    host.script("first version")
    remote = ["remote", "add", "origin", "https://me:S3cretA@example.org/x.git"]
    for command in (["init", "-q"], ["add", "."], ["commit", "-q", "-m", "first"], remote):
        subprocess.run([*GIT, *command], cwd=host.project, check=True)
    (host.project / ".env").write_text("API=S3cretB\n")
    (host.project / "pic.png").write_bytes(b"\0\2")
    (host.project / "big.csv").write_text("1,2,3\n" * 400_000)
    (host.project / "conf.yaml").write_text("lr: 2\napi_key: S3cretC\n")
    (host.project / "secrets.yaml").write_text("x: S3cretD\n")


def test_secrets_reach_neither_wandb_nor_reports_nor_notices(host: Host, tmp_path: Path) -> None:
    config = tmp_path / "config.toml"
    config.write_text('[secrets]\nnames = "licence, other"\n')
    host.env["TUIMON_CONFIG"] = str(config)
    begin_repository(host)
    script = host.script(WRITER + CODE)
    notify = f'echo "$TUIMON_TITLE $TUIMON_TEXT" >> {tmp_path}/told'
    done = host.run("run", "--detach", *OPTIONS, "--notify", notify, script, *ARGUMENTS)
    assert done.returncode == 0, done.stderr
    masked = "--db-url, --auth, -k, --header, --config.api_key, a.b.token, --licence, --pwd"
    assert f"tuimon: masked in W&B: {masked}, config.db_password" in done.stderr
    host.wait_for_end()
    paths = find_run(None, host.home).paths

    sent = {path: path.read_bytes() for path in paths.wandb.rglob("*") if path.is_file()}
    for path, data in sent.items():
        assert b"S3cret" not in data, path
        assert TOKEN.encode() not in data, path
    output = "".join(record.output_logger.line for record in offline_records(paths))
    assert "password: (hidden) (hidden)" in output
    files = offline_files(paths)[0].parent / "files"
    assert 'KEY = "(hidden)"' in (files / "code" / "script.py").read_text()
    patch = (files / "diff.patch").read_text()
    assert "+api_key: (hidden)\n" in patch
    assert "-first version" in patch
    left_out = [".env (secrets)", "big.csv (2.4 MB)", "pic.png (binary)"]
    assert patch.startswith("".join(f"# left out: {line}\n" for line in left_out))

    told = [host.run("ls", "--json").stdout, host.run("ls", "-l").stdout, host.run("ls").stdout]
    told += [host.run("show", "--plain").stdout, (tmp_path / "told").read_text()]
    assert "S3cret" not in "".join(told)
    assert "OSError: postgres://u:(hidden)@h refuses (hidden)" in told[-1]
    mirror = read_record(MirrorRecord, paths.mirror_json)
    assert mirror is not None
    assert mirror.masked == tuple(f"{masked}, config.db_password".split(", "))
    assert set(mirror.left_out) == {*left_out, "secrets.yaml"}

    original = json.loads(paths.run_json.read_text())["argv"]
    assert original == [script, *ARGUMENTS]
    assert paths.run_json.stat().st_mode & 0o077 == 0
    assert not any(path.stat().st_mode & 0o077 for path in paths.source.rglob("*"))


def test_what_goes_to_wandb_is_of_the_launch(host: Host) -> None:
    """A run that goes online days later has the script and the changes that were trained."""
    begin_repository(host)
    script = host.script(WRITER + "write('runs', 3)\n")
    done = host.run("run", "--detach", "--mirror", "offline", script)
    assert done.returncode == 0, done.stderr
    host.wait_for_end()
    paths = find_run(None, host.home).paths
    host.script("of the next day")
    subprocess.run([*GIT, "commit", "-qam", "the next day"], cwd=host.project, check=True)
    shutil.rmtree(paths.wandb)
    host.run("sync", timeout=60)
    (file,) = offline_files(paths)
    assert "write('runs', 3)" in (file.parent / "files" / "code" / "script.py").read_text()
    assert "of the next day" not in (file.parent / "files" / "diff.patch").read_text()
