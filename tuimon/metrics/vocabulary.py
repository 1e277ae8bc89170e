"""The words of which names of metrics are made, and what each of them tells."""

from typing import Literal, NamedTuple, cast

from tuimon.metrics import languages

Best = Literal["min", "max"]

Measurement = Literal["loss", "likelihood", "error", "accuracy", "reward", "divergence", "gradient"]
"""Kinds that nothing but a measurement has."""

Attribute = Literal[
    "learning rate", "rate", "time", "count", "size", "norm", "spread", "change", "setting"
]
"""What a name is by its last word, whatever it is an attribute of: ``loss_scale``. A ``rate`` is a
speed, a ``setting`` what somebody has chosen."""

Kind = Literal["", Measurement, Attribute, "share", "other"]
"""What a metric is; empty where its name does not tell. A ``share`` is a part of a whole, ``other``
known to have no best value."""


def word_set(words: str) -> frozenset[str]:
    """Words that are written with spaces between them."""
    return frozenset(words.split())


class Term(NamedTuple):
    """What a word or a phrase of a name tells."""

    kind: Kind
    best: Best | None = None
    word: str = ""


_BEST: dict[Kind, Best] = {
    **dict.fromkeys(("loss", "error"), "min"),
    **dict.fromkeys(("likelihood", "accuracy", "reward"), "max"),
}
"""Which values are the best of a kind that has any."""

_MEASURES: dict[Kind, str] = {
    "loss": (
        "loss losses nll mse msle bce ce xent cross_entropy crossentropy ppl perplexity bpc bpb bpd"
        " bits_per_byte bits_per_char bits_per_character bits_per_dim bits_per_token huber info_nce"
        " infonce"
    ),
    "likelihood": "elbo likelihood log_likelihood loglikelihood loglik",
    "error": (
        "error errors err errs rmse rmsle mae mape smape mpjpe wer cer ter eer ece fpr fnr fid kid"
        " fvd fad lpips mmd brier regret gap hausdorff chamfer false_positive false_negative"
        " miss_rate failure_rate abs_rel davies_bouldin"
        " epe ade fde minade minfde crps wape mase rmsd mcd"
    ),
    "accuracy": (
        "accuracy accuracies acc aacc macc score scores precision prec recall specificity"
        " sensitivity"
        " tpr tnr true_positive_rate true_negative_rate f_1 f_2 f_beta fbeta f_measure auc auroc"
        " auprc rocauc prauc ap aps apm apl map map_50 map_75 iou miou giou diou ciou fwiou jaccard"
        " dice mdice bleu sacrebleu rouge rougel rougelsum meteor cider chrf spice bertscore"
        " exact_match rank_1 rank_3 rank_5 rank_10 rank_20 mrr ndcg dcg"
        " hit_k hit_1 hit_3 hit_5 hit_10 hits_k hits_1 hits_3 hits_5"
        " hits_10 hit_rate pass_k pass_1 pass_10 pass_rate success success_rate win_rate winrate"
        " psnr ssim msssim vmaf snr sdr sisdr sisnr signal_to_noise pesq stoi estoi inception_score"
        " r_2 r² r_squared explained_variance explained_var mcc kappa spearman spearmanr pearson"
        " pearsonr ari nmi ami purity silhouette nds mota hota pck lddt bacc aupr"
    ),
    "reward": "fitness reward rewards rew return returns ret ep_ret",
    "divergence": "kl kld jsd entropy",
    "gradient": "grad grads gradient gradients gnorm",
    "share": "rate rates ratio ratios fraction frac clipfrac percent percentage pct",
    "learning rate": "lr learning_rate",
    "rate": "fps wps ups tps qps sps ips throughput speed bandwidth mfu flops gflops tflops mflops",
    "time": (
        "time times seconds second sec secs ms minutes hours hour hrs eta elapsed duration runtime"
        " latency wall wallclock walltime batch_cost data_cost reader_cost"
    ),
    "count": (
        "count counts num number nb steps timesteps global_step epochs iterations iters batches"
        " updates samples tokens episodes examples images"
    ),
    "size": "memory mem bytes kb mb gb kib mib gib len length lengths size sizes params",
    "norm": "norm norms magnitude",
    "spread": "std stddev stdev deviation var variance variances noise",
    "change": "delta diff change improvement drop increase decrease slope",
    "setting": (
        "scale scaler weight weights weighting coef coeff coefficient coefficients factor lambda"
        " alpha beta gamma temperature temp threshold thresh margin margins momentum decay dropout"
        " eps epsilon patience smoothing tolerance"
    ),
    "other": (
        "values similarity chosen rejected sparsity bias util utilization usage power sharpness"
        " curvature rank anomaly toxicity z_score"
    ),
}

_BARE: dict[Kind, str] = {
    "loss": "smooth_l_1 hinge focal ctc triplet contrastive perceptual commitment cost",
    "error": "l_1 l_2",
    "accuracy": "top_1 top_2 top_3 top_5 top_10 top_20 top_50 top_100",
}
"""Measures where no other word tells anything: ``train/l1``, ``top5``, but ``error/top5``."""

PAUSES = frozenset(["step", "epoch", "iter", "iteration", "batch"])
"""What is counted where nothing else is named; behind a metric, when: ``train_loss_epoch``."""

AVERAGES = word_set("mean avg average total sum median min max ema best final last")
"""Words that leave a measure what it is."""

GENERAL = frozenset({"score", "scores"})
"""Words that yield to others beside them: ``fid_score``."""

ORDINARY = word_set(
    "error errors err errs score scores return returns ret reward rewards rew precision recall"
    " cost map ap r_2 entropy bce ce gap regret success likelihood sensitivity specificity kid fad"
    " ter spice kappa purity silhouette ami chamfer aps apm apl pearson spearman jaccard IS"
    " grad grads gradient gradients"
    " hinge focal ctc triplet contrastive perceptual commitment l_1 l_2"
).union(*(words.split() for words in languages.MEASURES.values()))
"""Words that are printed elsewhere, too."""

PREPOSITIONS = word_set("per vs versus over at by of on with for in from after to")
"""What stands before them is named: ``loss_per_token``, ``evaluation_loss_vs_iterations``."""

NEGATIONS = frozenset({"-", "\u2212", "neg", "negative", "minus"})

LEADING = frozenset({"num", "number", "nb", "delta"})
"""Words that tell what a name is from its front: ``num_errors``."""

SECOND = frozenset({"s", "sec", "second"})
"""What a speed is told by: ``tokens/s``, ``samples_per_second``."""

CONTESTS = word_set(
    "policy actor critic qf td rl d g disc gen generator discriminator adv adversarial gan"
    " wasserstein"
)
"""Words of trainings whose targets move as they learn: by trial, or of two networks against each
other."""

DRIFTING = CONTESTS | word_set(
    "value q pg v vf pi alpha ent vq commit commitment reg regularization aux balance"
    " balancing penalty coef baseline"
)
"""Words of losses that need not fall: besides those of contests, what holds others back begins
near 0."""

ENDINGS = (
    *("losses", "loss", "accuracies", "accuracy", "errors", "error"),
    *("scores", "score", "rewards", "reward"),
    *(word for words in languages.MEASURES.values() for word in words.split()),
)
"""Words that are also written without a break behind another: ``crossentropyloss``."""


def _terms(words: dict[Kind, str]) -> dict[tuple[str, ...], Term]:
    return {
        tuple(word.split("_")): Term(kind, _BEST.get(kind), word)
        for kind, those in words.items()
        for word in those.split()
    }


TERMS = _terms(cast(dict[Kind, str], languages.MEASURES)) | _terms(_MEASURES)
"""Phrases, as the words that they are made of."""

BARE = _terms(_BARE)

LONGEST_PHRASE = max(map(len, TERMS | BARE))

WORDS = frozenset(word for phrase in TERMS | BARE for word in phrase if len(word) > 1)
"""All words that tell something, alone or within a phrase."""
