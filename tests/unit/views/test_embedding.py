"""Embeddings as torch's and tensorboardX's add_embedding leave them."""

import itertools
from pathlib import Path

import numpy as np
import pytest
import torch
from sklearn.decomposition import PCA
from sklearn.neighbors import NearestNeighbors
from tensorboard.plugins.projector.projector_config_pb2 import ProjectorConfig

from support.summary_files import WRITERS
from tuimon.charts.model import Row
from tuimon.runs.sources import LogSource
from tuimon.store.loading import load
from tuimon.summaries import SummaryError
from tuimon.summaries.embeddings import (
    MAX_POINTS,
    EmbeddingFiles,
    neighbours,
    principal_components,
    read_config,
    read_embedding,
)
from tuimon.summaries.reader import SummaryReader
from tuimon.views.base import ViewOptions
from tuimon.views.embedding import EmbeddingView
from tuimon.views.kinds import draw, items
from tuimon.views.subject import ItemContext

LOOK = ViewOptions(None, 80, 24, inside=True)
RANDOM = np.random.default_rng(0)
POINTS = np.concatenate([RANDOM.normal(10 * place, 1, (40, 6)) for place in range(3)])
KINDS = [name for name in ("cat", "dog", "eel") for _ in range(40)]


def log(logdir: Path, writer: str, steps: range = range(3)) -> None:
    with WRITERS[writer](str(logdir)) as log:
        for step in steps:
            log.add_embedding(
                torch.tensor(POINTS + step),
                metadata=[[kind, f"{kind} {at}"] for at, kind in enumerate(KINDS)],
                metadata_header=["kind", "name"],
                global_step=10 * step,
                tag="animals/all",
            )


def opened(logdir: Path, index: int = 0) -> tuple[EmbeddingView, ItemContext]:
    store = load([LogSource(path=str(logdir), recursive=True)]).store
    found = [item for item in items(store) if item.kind == "embedding"]
    return EmbeddingView(), ItemContext(found[index], store, SummaryReader())


def shown(view: EmbeddingView, subject: ItemContext, look: ViewOptions = LOOK) -> str:
    rows = draw(view, subject, look).rows
    return "\n".join("".join(span.text for span in row).rstrip() for row in rows)


@pytest.fixture
def animals(tmp_path: Path) -> tuple[EmbeddingView, ItemContext]:
    log(tmp_path, "torch")
    return opened(tmp_path)


@pytest.mark.parametrize("writer", WRITERS)
def test_points_and_labels_of_writers(tmp_path: Path, writer: str):
    log(tmp_path, writer)
    view, subject = opened(tmp_path)
    assert (subject.item.tag, subject.item.count) == ("animals/all", 3)
    assert view.steps(subject).tolist() == [0, 10, 20]
    seen = shown(view, subject).splitlines()
    assert seen[0].split()[:5] == ["animals/all", "3", "of", "3,", "newest"]
    assert "step 20  120 points, 6 dimensions" in seen[1]
    assert seen[2] == "kind: ● cat  ● dog  ● eel"
    assert view._embedding is not None
    np.testing.assert_allclose(view._embedding.points, POINTS + 2, rtol=1e-6)
    assert view._embedding.labels[0] == tuple(KINDS)
    assert view._embedding.names == ("kind", "name")
    assert "1 of 3" in shown(view, subject, LOOK._replace(step=9))


def test_components_are_those_of_scikit_learn():
    for points in (POINTS, POINTS[:4], POINTS * 1e150, POINTS * 1e-150, POINTS[:, :2]):
        count = min(3, *points.shape)
        expected = PCA(count).fit(points / points.max())
        found, shares = principal_components(points, 3)
        np.testing.assert_allclose(
            np.abs(found[:, : count - 1]) / points.max(),
            np.abs(expected.transform(points / points.max()))[:, : count - 1],
            atol=1e-8,
        )
        np.testing.assert_allclose(shares[:count], expected.explained_variance_ratio_, atol=1e-9)
        assert found.shape == (len(points), 3)
    found, shares = principal_components(np.ones((5, 2)), 3)
    assert not found.any()
    assert not shares.any()


@pytest.mark.parametrize("cosine", [True, False])
def test_neighbours_are_those_of_scikit_learn(cosine: bool):
    metric = "cosine" if cosine else "euclidean"
    far, near = NearestNeighbors(n_neighbors=6, metric=metric).fit(POINTS).kneighbors(POINTS[:7])
    for at in range(7):
        found = neighbours(POINTS, at, 5, cosine=cosine)
        assert [index for index, _ in found] == near[at][1:].tolist()
        np.testing.assert_allclose([distance for _, distance in found], far[at][1:], atol=1e-7)
    assert neighbours(POINTS[:1], 0, 5, cosine=cosine) == []
    assert len(neighbours(POINTS[:3], 0, 5, cosine=cosine)) == 2


def test_arrows_go_to_points_and_tell_their_neighbours(animals):
    view, subject = animals
    shown(view, subject)
    view.press("embedding-right")
    seen = shown(view, subject)
    assert "nearest by cosine" in seen
    kind = KINDS[view._at]
    assert seen.splitlines()[-2].startswith(f"◆ {kind}, {kind} {view._at}")
    places = [view._seen[view._at]]
    for _ in range(10):
        view.press("embedding-left")
        shown(view, subject)
        places.append(view._seen[view._at])
    assert all(a[0] >= b[0] for a, b in itertools.pairwise(places))
    assert places[0][0] > places[-1][0]
    view.press("embedding-distance")
    seen = shown(view, subject)
    assert "nearest by Euclid" in seen
    kind = KINDS[view._at]
    assert seen.splitlines()[-1].count(f"{kind}, ") >= 2
    wide = shown(view, subject, LOOK._replace(width=120))
    assert sum(line.rstrip().endswith(tuple("0123456789")) for line in wide.splitlines()) >= 5


def test_a_click_chooses_the_nearest_point(animals):
    view, subject = animals
    shown(view, subject)
    x, y = view._seen[77]
    view.point(int(x) // 2, int(y) // 4 + 3)
    shown(view, subject)
    assert view._at is not None
    assert np.abs(view._seen[view._at] - (x, y)).max() <= 4


def test_find_marks_labels(animals):
    view, subject = animals
    view.press("embedding-find", "dog 4")
    shown(view, subject)
    view.press("embedding-find", "dog 4")
    seen = shown(view, subject)
    assert "/dog 4: 10" in seen
    assert "◆ dog, dog 40" in seen


def test_three_dimensions_turn(animals):
    view, subject = animals
    assert "embedding-turn-left" in draw(view, subject, LOOK).idle
    flat = shown(view, subject)
    view.press("embedding-mode")
    solid = shown(view, subject)
    assert "3 components" in solid
    assert solid != flat
    view.press("embedding-turn-left")
    turned = shown(view, subject)
    assert turned != solid
    view.press("embedding-turn-right")
    assert shown(view, subject) == solid
    view.drag(3, 2)
    assert shown(view, subject) != solid


def test_colours_by_another_column(animals):
    view, subject = animals
    view.press("embedding-colour")
    shown(view, subject)
    view.press("embedding-colour")
    assert "● cat" not in shown(view, subject)  # names, all different, are no classes


def test_what_cannot_be_shown_says_why(tmp_path: Path):
    config = tmp_path / "projector_config.pbtxt"
    log(tmp_path, "torch", range(1))
    text = config.read_text()
    for broken, why in (
        ("embeddings {", "cannot be read"),
        ("", "names nothing"),
        (text.replace("tensors.tsv", "gone.tsv"), "No such file"),
        (text.replace("00000/", "../../"), "outside of its run"),
        ('model_checkpoint_path: "x"\nembeddings { tensor_name: "w" }', "in a checkpoint"),
    ):
        config.write_text(broken)
        assert why in shown(*opened(tmp_path)), broken


@pytest.mark.parametrize(
    ("tensors", "why"),
    [
        (b"", "no points"),
        (b"1\t2\n3\n", "rows of numbers"),
        (b"a\tb\n", "rows of numbers"),
        (b"nan\t1\ninf\t2\n", "finite"),
    ],
)
def test_files_that_hold_no_points(tmp_path: Path, tensors: bytes, why: str):
    (tmp_path / "t.tsv").write_bytes(tensors)
    with pytest.raises(SummaryError, match=why):
        read_embedding(tmp_path, EmbeddingFiles("t", 0, "t.tsv", ""))


def test_labels_without_a_header_and_too_few(tmp_path: Path):
    (tmp_path / "t.tsv").write_bytes(b"1\t2\nnan\t0\n5\t6\n")
    (tmp_path / "m.tsv").write_text("a\nb\n")
    found = read_embedding(tmp_path, EmbeddingFiles("t", 0, "t.tsv", "m.tsv"))
    assert found.points.tolist() == [[1, 2], [5, 6]]
    assert found.labels == (("a", ""),)
    assert found.total == 3
    assert found.fault == "2 labels for 3 points"


@pytest.mark.parametrize(
    ("labels", "fault"),
    [
        ("gone.tsv", "No such file or directory: gone.tsv"),
        ("../m.tsv", "the configuration names a file outside of its run"),
        ("closed", "Is a directory: closed"),
    ],
)
def test_labels_that_cannot_be_read_cost_no_points(tmp_path: Path, labels: str, fault: str):
    run = tmp_path / "run"
    (run / "closed").mkdir(parents=True)
    (tmp_path / "m.tsv").write_text("a\nb\n")
    (run / "t.tsv").write_text("1\t2\t3\n3\t4\t9\n")
    config = f'embeddings {{ tensor_name: "t" tensor_path: "t.tsv" metadata_path: "{labels}" }}'
    (run / "projector_config.pbtxt").write_text(config)
    found = read_embedding(run, EmbeddingFiles("t", 0, "t.tsv", labels))
    assert found.points.tolist() == [[1, 2, 3], [3, 4, 9]]
    assert (found.labels, found.fault) == ((), fault)
    assert f"labels: {fault}" in shown(*opened(tmp_path))


def test_files_named_from_the_directory_of_the_training(tmp_path: Path):
    run = tmp_path / "logs" / "emb"
    run.mkdir(parents=True)
    (run / "t.tsv").write_text("1\t2\n3\t4\n")
    (run / "m.tsv").write_text("a\nb\n")
    files = EmbeddingFiles("t", 0, "logs/emb/t.tsv", "logs/emb/m.tsv")
    assert read_embedding(run, files).labels == (("a", "b"),)


def test_large_files_are_thinned_out(tmp_path: Path):
    count = 2 * MAX_POINTS + 7
    (tmp_path / "t.tsv").write_text("".join(f"{at}\t0\n" for at in range(count)))
    (tmp_path / "m.tsv").write_text("".join(f"p{at}\n" for at in range(count)))
    found = read_embedding(tmp_path, EmbeddingFiles("t", 0, "t.tsv", "m.tsv"))
    assert found.total == count
    assert len(found.points) <= MAX_POINTS
    assert [f"p{int(x)}" for x in found.points[:, 0]] == [*found.labels[0]]


def test_of_many_coordinates_fewer_points_are_taken(tmp_path: Path, monkeypatch):
    monkeypatch.setattr("tuimon.summaries.embeddings.MAX_TAKEN", 10_000)
    rows = ["\t".join([str(at)] * 64) for at in range(1000)]
    (tmp_path / "t.tsv").write_text("\n\n".join(rows))
    (tmp_path / "m.tsv").write_text("".join(f"p{at}\n" for at in range(1000)))
    found = read_embedding(tmp_path, EmbeddingFiles("t", 0, "t.tsv", "m.tsv"))
    assert found.total == 1000
    assert 20 <= len(found.points) <= 10_000 / 64
    assert found.points.shape[1] == 64
    assert [f"p{int(x)}" for x in found.points[:, 0]] == [*found.labels[0]]


def test_a_line_without_an_end_is_no_point(tmp_path: Path, monkeypatch):
    monkeypatch.setattr("tuimon.summaries.embeddings._MAX_LINE", 100)
    (tmp_path / "t.tsv").write_text("1\t" * 200)
    with pytest.raises(SummaryError, match="rows of numbers"):
        read_embedding(tmp_path, EmbeddingFiles("t", 0, "t.tsv", ""))


def test_the_configuration_is_the_one_that_tensorboard_reads(tmp_path: Path):
    log(tmp_path, "torch")
    from google.protobuf.text_format import Parse

    text = (tmp_path / "projector_config.pbtxt").read_text()
    theirs = Parse(text, ProjectorConfig()).embeddings
    ours = read_config(text)
    assert [(f"{one.tag}:{one.step:05}", one.tensors, one.metadata) for one in ours] == [
        (one.tensor_name, one.tensor_path, one.metadata_path) for one in theirs
    ]


def test_any_size(animals, fits):
    view, subject = animals

    def rows(cells: int, height: int) -> list[Row]:
        view.press("embedding-mode")
        view.press("embedding-down")
        return list(
            draw(
                view,
                subject,
                ViewOptions(None, cells, height, ascii_only=cells % 2 == 0, inside=True),
            ).rows
        )

    fits(rows)


@pytest.mark.parametrize(
    ("palette", "legend"),
    [(8, "kind: ● cat  ● dog  ● eel"), (2, "kind: ● cat  ● dog  ● 1 other"), (1, "")],
)
def test_as_many_labels_have_a_colour_as_there_are(animals, palette: int, legend: str):
    view, subject = animals
    assert shown(view, subject, LOOK._replace(palette=palette)).splitlines()[2].strip() == legend
