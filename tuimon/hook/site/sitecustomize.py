"""Imported by every Python of a training before anything of its own (see the package above).

Runs under any Python 3: nothing newer than 3.6 here. It imports no writer; it waits for the
training to do so.
"""

import os
import sys

_REPORTS = os.environ.get("TUIMON_WRITERS", "")
_FLUSH_SECONDS = 0.1
_WRITERS = {"tensorboard.summary.writer.event_file_writer", "tensorboardX.event_file_writer"}
_WANDB = "wandb.sdk.wandb_run"
_MOST_PYTHONS = 4096
"""Bytes of what is told of interpreters."""
_WHERE_SIGNAL = 7
"""Beyond SIGRTMIN: has a Python write where its threads are (see `tuimon.stacks`)."""
_WHERE_FILE = "tuimon-where"
_RANK_VARIABLES = (
    *("RANK", "WORLD_SIZE", "LOCAL_RANK", "LOCAL_WORLD_SIZE"),
    *("OMPI_COMM_WORLD_RANK", "OMPI_COMM_WORLD_SIZE"),
    *("OMPI_COMM_WORLD_LOCAL_RANK", "OMPI_COMM_WORLD_LOCAL_SIZE"),
    *("PMI_RANK", "PMI_SIZE", "MPI_LOCALRANKID", "MPI_LOCALNRANKS"),
    *("SLURM_PROCID", "SLURM_NTASKS", "SLURM_LOCALID"),
)
"""They stand in the file's name: a title that a process gives itself is written over its own."""


class _WriterFinder:
    """Wraps the writers' modules on their way in; takes part in no other import."""

    busy = False

    @classmethod
    def find_spec(cls, name: str, path: object = None, target: object = None) -> object:
        if name == "torch":
            _tell_packages()
        if (name not in _WRITERS and name != _WANDB) or cls.busy:
            return None
        cls.busy = True
        try:
            from importlib.util import find_spec

            spec = find_spec(name)
            load = spec.loader.exec_module

            def exec_module(module: object) -> None:
                load(module)
                try:
                    if name == _WANDB:
                        _wrap_run(module.Run)
                        _report("import:wandb")
                    else:
                        _wrap(module.EventFileWriter)
                        _keep_apart(module)
                except Exception:
                    pass

            spec.loader.exec_module = exec_module
            return spec
        except Exception:
            return None
        finally:
            cls.busy = False


def _wrap(writer: type) -> None:
    original = writer.__init__

    def __init__(self, logdir, max_queue_size=10, flush_secs=120, *args, **kwargs):
        try:
            directory = os.fspath(logdir)
            if "://" not in directory:  # a flush uploads the file to such places
                flush_secs = min(flush_secs, _FLUSH_SECONDS)
                _report(os.path.abspath(directory))
        except Exception:
            pass
        original(self, logdir, max_queue_size, flush_secs, *args, **kwargs)
        try:
            path = _file_of(self)
            if "://" not in path:
                _report(f"file:{os.path.abspath(path)}")
        except Exception:
            pass

    __init__.__doc__ = original.__doc__
    __init__.__wrapped__ = original
    writer.__init__ = __init__


def _file_of(writer: object) -> str:
    """The event file of a writer of TensorBoard, or of tensorboardX."""
    try:
        return os.fspath(writer._file_name)
    except AttributeError:
        writer._ev_writer._file_name = writer._ev_writer._py_recordio_writer.path
        return os.fspath(writer._ev_writer._file_name)


def _keep_apart(module: object) -> None:
    """Let no writer of tensorboardX write over the file of another one.

    Its names have the second alone: two trainings that are started in the same one write into the
    same bytes. The later one gets its process number behind the name, as TensorBoard's have it.
    """
    if module.__name__ != "tensorboardX.event_file_writer":
        return
    original = module.RecordWriter

    def record_writer(path, *args, **kwargs):
        try:
            free, number = path, 0
            while "://" not in free and not _is_free(free):
                free, number = f"{path}.{os.getpid()}.{number}", number + 1
        except Exception:
            free = path
        return original(free, *args, **kwargs)

    module.RecordWriter = record_writer


def _is_free(path: str) -> bool:
    """Whether there was no such file; there is one now."""
    try:
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o666))
    except FileExistsError:
        return False
    return True


def _wrap_run(run: type) -> None:
    original = run.__init__

    def __init__(self, settings, *args, **kwargs):
        original(self, settings, *args, **kwargs)
        try:  # now: a wandb before 0.19 settles the run's id, and so its file, in there
            settings = self._settings
            if settings.mode in ("online", "offline", "shared", "dryrun", "run"):
                path = os.path.abspath(settings.sync_file)
                _report(f"{path}+tensorboard" if _syncs_tensorboard(settings) else path)
        except Exception:
            pass

    __init__.__doc__ = original.__doc__
    __init__.__wrapped__ = original
    run.__init__ = __init__


def _syncs_tensorboard(settings: object) -> bool:
    """Before 0.19, wandb's settings do not tell, but what it has changed does."""
    try:
        return bool(settings.sync_tensorboard)
    except AttributeError:
        return bool(sys.modules["wandb"].patched["tensorboard"])


def _report(path: str) -> None:
    if "\n" in path:
        return
    os.makedirs(_REPORTS, mode=0o700, exist_ok=True)
    report = os.path.join(_REPORTS, f"{os.uname().nodename}-{os.getpid()}")
    file = os.open(report, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        os.write(file, os.fsencode(path) + b"\n")
    finally:
        os.close(file)
    _tell_packages()


def _tell_packages() -> None:
    """Where a Python that writes, or has torch, finds its packages; the first one tells it."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
    try:
        file = os.open(f"{_REPORTS}.path", flags, 0o600)
    except OSError:
        return
    try:
        os.write(file, b"\n".join(os.fsencode(os.path.abspath(entry)) for entry in sys.path))
    finally:
        os.close(file)


def _tell_python() -> None:
    """Which interpreter this is, and its version: each that runs in a training once."""
    line = os.fsencode(f"{sys.executable}\t{sys.version.split()[0]}\n")
    flags = os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC
    try:
        file = os.open(f"{_REPORTS}.pythons", flags, 0o600)
    except OSError:
        return
    try:
        told = b"\n" + os.read(file, _MOST_PYTHONS)
        if b"\n" + line not in told and len(told) + len(line) < _MOST_PYTHONS:
            os.write(file, line)
    except OSError:
        pass
    finally:
        os.close(file)


def _tell_where() -> None:
    """Let a signal write where all threads are, from C, whatever the main thread is at.

    Into memory (memfd_create(2)), which whoever asks finds by its name among the open files: no
    disk that hangs or is full can hold up a thread. A script that wants the signal has it.
    """
    # Both are part of the interpreter: nothing is read for them.
    import _signal
    import faulthandler

    number = _signal.SIGRTMIN + _WHERE_SIGNAL
    if _signal.getsignal(number) != _signal.SIG_DFL:
        return
    ranks = [f"{name}={os.environ[name]}" for name in _RANK_VARIABLES if name in os.environ]
    file = os.memfd_create(" ".join([_WHERE_FILE, *ranks])[:200])
    identity = os.fstat(file)
    faulthandler.register(number, file=file, all_threads=True, chain=False)
    set_handler = _signal.signal

    def signal(signalnum, handler):
        former = set_handler(signalnum, handler)
        if signalnum == number:  # nobody asks where there is no file
            try:
                if os.path.samestat(os.fstat(file), identity):
                    os.close(file)
            except OSError:
                pass
        return former

    signal.__doc__ = set_handler.__doc__
    _signal.signal = signal


def _run_shadowed() -> None:
    """Do what the sitecustomize that this one hides does; its errors are its own."""
    # What importlib itself is made of: there already, while importlib would take milliseconds.
    from _frozen_importlib import module_from_spec
    from _frozen_importlib_external import PathFinder

    here = os.path.dirname(os.path.abspath(__file__))
    # Gone from the path of the training; its children find it in the environment.
    sys.path[:] = [entry for entry in sys.path if os.path.abspath(entry or ".") != here]
    spec = PathFinder.find_spec("sitecustomize", sys.path)
    if spec is not None and spec.loader is not None:
        module = module_from_spec(spec)
        sys.modules["sitecustomize"] = module
        spec.loader.exec_module(module)


def _print_lines() -> None:
    """Let each line out at once and in one piece, into a pipe as to a terminal."""
    try:
        if not sys.stdout.write_through:  # as PYTHONUNBUFFERED wants it
            sys.stdout.reconfigure(line_buffering=True)
    except Exception:  # before Python 3.7, or closed
        pass


if _REPORTS:
    _print_lines()
    sys.meta_path.insert(0, _WriterFinder)
    _tell_python()
    try:
        _tell_where()
    except Exception:  # not Linux, or before Python 3.8
        pass
_run_shadowed()
