"""The pieces that consoles of trainings are made of; each is seen in some program."""

DATES = (
    "2024-05-12 10:00:0{i} ",
    "2024-05-12T10:00:0{i}.123Z ",
    "[2024-05-12 10:00:0{i},123] ",
    "2024-05-12,10:00:0{i} ",
    "2024/05/12 10:00:0{i} ",
    "05/12 10:00:0{i} ",
    "05/12/2024 10:00:0{i} ",
    "05/12 10:00:0{i} AM ",
    "[05/12/24 10:00:0{i}] ",
    "12.05.2024 10:00:0{i} ",
    "12-May-24 10:00:0{i} ",
    "May 12 10:00:0{i} ",
    "Sun May 12 10:00:0{i} 2024 ",
    "[0512 10:00:0{i}] ",
    "20240512_10000{i} ",
    "10:00:0{i} ",
    "[10:00:0{i}] ",
    "[00:0{i}] ",
)
LOGGERS = (
    *("- INFO - ", "INFO ", "[INFO] ", "INFO:root:", "INFO:__main__:", "DEBUG: ", "[I] "),
    *("| INFO     | mypkg.train:run:42 - ", "| SUCCESS  | __main__:<module>:7 - "),
    *("(trainer.py:123) INFO: ", "[train.py:88] ", "main.train:88: ", "train.py:252] "),
    *("root - INFO - ", "mmengine - INFO - ", "[INFO][engine.py:57] ", "pkg.trainer INFO: "),
    *("[__main__][INFO] - ", "INFO [trainer.py:1188] ", "[trainer.py:99:log] [Rank 0] "),
)
LAUNCHERS = (
    *("[rank0]: ", "[default0]:", "[1,0]<stdout>:", "0: ", "(TaskRunner pid=4711) "),
    *("(RayTrainWorker pid=4711, ip=10.0.0.5) ", "worker-0  | ", "node3: ", "[0] "),
)
PIPED = (
    "May 12 10:00:0{i} ",
    "2024-05-12T10:00:0{i}.123456789Z ",
    "worker-0  | ",
    "May 12 10:00:0{i} host01 python[4711]: ",
    "2024-05-12 10:00:0{i},123 - INFO - __main__ - ",
)
"""What others put before each line: ts, docker, compose, the journal, a logger."""

NOISE = {
    "blank lines": "",
    "warnings": "/usr/lib/python3/site-packages/x.py:12: UserWarning: lr 0.5 is high",
    "checkpoints": "Saving model checkpoint to out/checkpoint-120.pt",
}
"""Lines that others print in between."""

RANKS = (
    *("[rank{r}]: ", "[rank{r}]:", "[default{r}]:", "[1,{r}]<stdout>:", "{r}: ", "[Rank {r}] "),
    *("(RayTrainWorker pid=471{r}, ip=10.0.0.5) ", "worker-{r}  | ", "[default{r}]:[rank{r}]: "),
    *("rank {r} | ", "[rank={r}] "),
)
"""What launchers put before the lines of a rank."""

FOLD_HEADINGS = ("Fold {k}/3", "=== Fold {k} ===", "----- fold {k} -----", "Fold: {k}", "FOLD {k}")
FOLD_CELLS = (
    "Fold {k}/3 | ",
    "[fold {k}] ",
    "Fold {k}: ",
    "fold={k} ",
    "Run: {k:02d}, ",
    "Fold {k}, ",
)

COUNTERS = (
    *("iter", "Iter", "iteration", "Iteration", "step", "Step", "STEP", "global_step"),
    *(
        "global step",
        "Global Step",
        "num_updates",
        "update",
        "batch",
        "Batch",
        "episode",
        "Episode",
    ),
    *("total_steps", "it", "train_step"),
)
EPOCHS = ("epoch", "Epoch", "EPOCH", "Ep", "ep")
COUNTS = (
    *("{w} {n}", "{w}: {n}", "{w}={n}", "{w}:{n}", "{w} {n}/{t}", "{w} [{n}/{t}]", "{w}: {n}/{t}"),
    *("[{w} {n}]", "[{w} {n}/{t}]", "[{w}: {n}]", "({w} {n})", "{w} #{n}", "{w} {n:05d}"),
    *("{w} {n:,}", "{w} {n:,}/{t:,}", "{w} {n} of {t}", "{w}[{n}]", "{w}: [{n}/{t}]", "{w} {n:6d}"),
    *(
        "{w} {n:4d}/{t:4d}",
        "<{w} {n}>",
        "{w} ({n}/{t})",
        "{w} = {n}",
        "{w} {n} ({p}%)",
        "[{w}={n}]",
    ),
)
EPOCHS_AND_COUNTS = (
    *("Epoch {e} | iter {n}/{t}", "Epoch [{e}/{E}][{n}/{t}]", "Epoch: {e}/{E}, Step: {n}/{t}"),
    *("Epoch [{e}/{E}], Step [{n}/{t}]", "epoch {e} - iter {n}/{t}", "Epoch: [{e}][{n:4d}/{t}]"),
    *("[Epoch {e}/{E}] [Batch {n}/{t}]", "Ep {e} batch {n} of {t}", "Epoch {e}, {n}/{t}"),
    *("Train Epoch: {e} [{n}/{t} ({p}%)]", "epoch {e:03d}: {n:4d} / {t}", "Epoch({e}) [{n}/{t}]"),
    *("[epoch={e}][batch={n}/{t}]", "E{e} [{n}/{t}]", "Epoch {e}/{E} Iter {n}/{t}"),
    *("(epoch: {e}, iters: {n}/{t})", "epoch={e} step={n}/{t}", "[epoch: {e}, batch: {n} / {t}]"),
)
NAMES = (
    *("loss", "Loss", "train_loss", "Train Loss", "acc", "Accuracy", "grad_norm", "lr", "ppl"),
    *("val_loss", "Val Loss", "val_acc", "lm loss", "loss/total", "f1-score", "mAP@0.5"),
    *("loss_D", "mean reward", "val/loss", "bleu", "top-1 acc", "loss_rpn_cls", "mIoU", "CE"),
    *("reward", "nll_loss", "test acc", "D loss", "learning_rate", "AUC", "train/loss", "RMSE"),
)
PAIRS = ("{k}: {v}", "{k}={v}", "{k} {v}", "{k} = {v}", "{k}:{v}", "[{k}: {v}]", "{k}:  {v}")
SEPARATORS = (" | ", ", ", " ", "; ", " - ", "  ", "\t", " || ", " / ", " -- ", "   ")
EXTRAS: tuple[tuple[str, str, float | None], ...] = (
    ("time 0.12s", "time", 0.12),
    ("time: 0.1234 (0.2345)", "time", 0.1234),
    ("eta 0:01:02", "", None),
    ("ETA: 1 day, 2:03:04", "", None),
    ("12.3 it/s", "", None),
    ("1,234 tok/s", "", None),
    ("tok/s: 1,234.5", "tok/s", 1234.5),
    ("mem 5.1GB", "mem", 5.1),
    ("memory: 40.50GiB(42.6%)", "memory", 40.5),
    ("GPU 12.3/24.0 GB", "", None),
    ("(0.512 sec/step)", "", None),
    ("elapsed 00:01:02", "", None),
    ("[00:05<00:10]", "", None),
    ("✓ saved", "", None),
    ("(best: 0.0625)", "", None),
    ("patience 3/10", "", None),
    ("12.3s", "", None),
    ("1h 2m 3s", "", None),
    ("5.2k tokens", "", None),
    ("lr_scale 65536", "lr_scale", 65536),
    ("saved to ckpt_12.pt", "", None),
)
"""What stands beside metrics: the text, and the curve that may be made of it."""

COLOURS = (
    "\x1b[32m{}\x1b[0m",
    "\x1b[1;36m{}\x1b[0m",
    "\x1b[38;2;180;60;0m{}\x1b[39m",
    "\x1b[1m{}\x1b[m",
)
SPLITS = {
    "train": ("train", "Train", "TRAIN", "training", "Training"),
    "val": ("val", "Val", "VAL", "valid", "validation", "Validation"),
    "test": ("test", "Test", "TEST"),
    "eval": ("eval", "Eval", "evaluation"),
    "dev": ("dev", "DEV"),
}
SPLIT_CELLS = ("[{s}] ", "{s} | ", "{s}: ", "({s}) ", "{s} - ", "<{s}> ")
SYNONYMS = {word.lower(): split for split, words in SPLITS.items() for word in words}
