"""Prints what trainings print: nested tqdm bars, lines above them, a rich bar."""

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn
from tqdm import tqdm

FORMAT = "{desc} {percentage:3.0f}%|{bar:10}| {n_fmt}/{total_fmt}"

print("start")
for epoch in tqdm(range(3), desc="epochs", bar_format=FORMAT, mininterval=0):
    for _ in tqdm(range(20), desc="batches", bar_format=FORMAT, mininterval=0, leave=False):
        pass
    tqdm.write(f"epoch {epoch} done")
with Progress(
    TextColumn("{task.description}"), BarColumn(10), TextColumn("{task.completed:.0f}"),
    console=Console(force_terminal=True, width=80), auto_refresh=False,
) as progress:  # fmt: skip
    task = progress.add_task("upload", total=5)
    other = progress.add_task("verify", total=5)
    for _ in range(5):
        progress.advance(task)
        progress.advance(other)
        progress.refresh()
print("end")
