"""Whatever happens to an event file behind the mirror, each record is handed over once."""

from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from support.mirrored_files import NAME, Mirrored, records
from tuimon.mirror import event_source
from tuimon.runs.paths import new_run_directory

CHANGES = st.one_of(
    st.tuples(st.just("append"), st.integers(1, 4)),
    st.tuples(st.just("cut"), st.integers(0, 9)),
    st.tuples(st.sampled_from(["rename", "copy over", "another life"]), st.just(0)),
)


@settings(max_examples=60, deadline=None)
@given(changes=st.lists(CHANGES, max_size=8))
@example(changes=[("append", 3), ("cut", 1), ("cut", 1)])
@example(changes=[("append", 1), ("cut", 1), ("append", 4), ("another life", 0), ("cut", 1)])
def test_each_record_is_handed_over_once(
    changes: list[tuple[str, int]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        root = tmp_path_factory.mktemp("files")
        patch.setenv("TUIMON_HOME", str(root / "home"))
        patch.setattr(event_source, "_REPLACEMENT_SECONDS", 1e-9)
        mirrored = Mirrored(new_run_directory("files"))
        held = [records(range(2), 1000)]
        written = 2
        file = root / "0" / NAME
        file.parent.mkdir()
        file.write_bytes(b"".join(held))
        mirrored.look(file)
        for number, (change, amount) in enumerate(changes, 1):
            match change:
                case "append":
                    for _ in range(amount):
                        held.append(records(range(written, written + 1), 1000))
                        written += 1
                    with file.open("ab") as more:
                        more.write(b"".join(held[-amount:]))
                case "cut":  # put back to an earlier state, as from a copy
                    del held[max(1, len(held) - amount) :]
                    file.write_bytes(b"".join(held))
                case "rename":
                    file = file.parent.rename(root / str(number)) / NAME
                case "copy over":
                    copy = Path(f"{file}.copy")
                    copy.write_bytes(file.read_bytes())
                    copy.replace(file)
                case "another life":
                    mirrored.again()
            for _ in range(3):
                mirrored.look(file)
        mirrored.journal.close()
        assert sorted(mirrored.values) == [1000.0 + step for step in range(written)]
        assert len(mirrored.journal.files) == 1
