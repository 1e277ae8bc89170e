"""The vocabulary of metrics: what names as trainings log them tell."""

from itertools import pairwise
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuimon.metrics import Best, Kind, best_of, measure_of
from tuimon.metrics.printed import is_metric, may_hold_metrics
from tuimon.metrics.splits import SPLITS
from tuimon.metrics.tokens import LONGEST_NAME, tokens
from tuimon.metrics.vocabulary import WORDS

FALLING = """
loss loss2 Loss mlm_loss dice_loss accuracy_loss lr_loss nll_loss lossL1 crossentropyloss
CrossEntropyLoss BCEWithLogitsLoss loss_giou loss_ce loss_rpn_cls loss_per_token total_loss
losses/box Losses/box loss/box loss/imagenet score/loss loss.cls hp/loss epoch_loss lm-loss
nll mse MSE cross_entropy cross-entropy CrossEntropy xent bce ce CE huber info_nce InfoNCE hinge
focal ctc triplet contrastive perceptual ppl perplexity bpc bpb bits_per_byte bits_per_character
neg_elbo -elbo neg_log_likelihood negative_log_likelihood loss/dataloader_idx_1 1st_loss 3d_loss
loss_vs_iterations mean_l1_loss smooth_l1 loss_over_time
"""
DRIFTING_LOSSES = """
value_loss losses/value_loss policy_loss train/policy_gradient_loss actor_loss critic_loss
loss/critic g_loss d_loss Loss_G LossPi LossV gloss dLoss losses/qf1_loss adversarial_loss
commitment_loss vq_loss kl_loss entropy_loss ent_coef_loss alpha_loss wasserstein_loss GAN/loss
loss_value discriminator/loss router/load_balancing_loss q1_loss vf_loss baseline_loss
"""
ERRORS = """
error Error/top-1 error/top5 top1_error top5_error err err@1 mae MAE rmse RMSE rmsle mape smape
td_error wer WER cer ter eer ece fpr fnr false_positive_rate fast_rcnn/false_negative miss_rate
word_error_rate error_rate fid FID fid_score kid fvd lpips mmd brier_score gap regret l1 l2
errors/total abs_rel failure_rate char_err_rate davies_bouldin_score
"""
LIKELIHOODS = "elbo ELBO log_likelihood model/elbo loglik"
ACCURACIES = """
accuracy Accuracy acc valAcc Acc@1 acc@5 acc1 acc_top5 top-1/accuracy losses/accuracy top1 top5 Top5
accuracy/cifar sparse_categorical_accuracy mean_per_class_accuracy rewards/accuracies aAcc
f1 F1 F1-score f1_macro macro_f1 precision recall recall@10 recall_at_k specificity auc AUC auroc
auprc roc_auc ap AP AP50 AP50:95 bbox/AP50 bbox/APs map mAP map@k mAP@0.5 metrics/mAP50-95(B)
metrics/mAP_50 coco/bbox_mAP_50 iou IoU miou mIoU dice bleu BLEU-4 sacrebleu rouge rouge1 rougeL
rouge2 meteor CIDEr chrF exact_match mrr ndcg ndcg@10 hit@k hits@10 hit_rate pass@1 psnr PSNR ssim
SSIM ms_ssim snr si-sdr sdr pesq stoi IS inception_score r2 R2 R² r2_score explained_variance
losses/explained_variance vf_explained_var mcc kappa spearman pearson success success_rate win_rate
score f_beta nDCG@10 mean_iou clip_score signal_to_noise_ratio jaccard
"""
REWARDS = """
reward rewards rew return episode_return charts/episodic_return rollout/ep_rew_mean
rollout/ep_reward mean_reward AverageEpRet episode_reward_mean rewards/accuracy_reward/mean
"""
OTHERS: dict[Kind, str] = {
    "": """
    is val/is lower_bound scored glossary maestro mapping force retries wasserstein adversarial vq
    ssl objective hello across/x 7 x @ µ 学習 transfer
    """,
    "divergence": "kl kld approx_kl losses/old_approx_kl entropy policy/entropy losses/entropy",
    "share": """
    lossless_ratio lossless/ratio clip_fraction losses/clipfrac clip_ratio/low_mean rate
    rollout/exploration_rate loss_ratio dropout_rate
    """,
    "learning rate": "lr learning_rate LearningRate learning-rate lr/pg0 Samples/lr lr-AdamW",
    "rate": """
    fps time/fps it/s tokens/s samples/sec throughput samples_per_second steps_per_second wps ups
    charts/SPS tokens_per_second_per_gpu bits_per_second tps
    """,
    "time": """
    time seconds eta duration runtime time/s non_loss_time data_time eta_seconds time_elapsed
    time_to_first_token loss_time step_time time_per_step latency wall_time
    """,
    "count": """
    step epoch global_step num_tokens num_errors number_of_errors n_updates time/total_timesteps
    gradient_accumulation_steps error_count iteration
    """,
    "size": "memory ep_len_mean EpLen episode_len_mean completions/mean_length mem_gb batch-size",
    "norm": "param_norm params-norm l2_norm weight_norm",
    "spread": "noise_std loss_std reward_std StdEpRet rewards/x/std std_test_score variance",
    "change": "DeltaLossPi loss_delta accuracy_drop",
    "setting": """
    loss_scale loss-scale loss_weight kl_coef train_loss_coef weight_decay momentum temperature beta
    margin rewards/margins weight/l2 accuracy_threshold losses/alpha
    """,
    "other": "gpu_util loss/cosine_similarity rewards/chosen losses/qf1_values anomaly_score",
}
GRADIENTS = "grad_norm grad-norm gnorm gradients/layer1.weight grad/conv.bias grad grad/score"
NOT_LOOKED_FOR = """
ap AP AP50 AP50:95 bbox/AP50 bbox/APs IS ce CE kid ter abs_rel info_nce AverageEpRet
"""
"""Names that are found beside others only: so many words have them in them."""

ROWS: list[tuple[str, Kind, Best | None, str]] = [
    *((name, "loss", "min", "not finite, growth") for name in FALLING.split()),
    *((name, "loss", "min", "not finite") for name in DRIFTING_LOSSES.split()),
    *((name, "error", "min", "not finite") for name in ERRORS.split()),
    *((name, "likelihood", "max", "not finite") for name in LIKELIHOODS.split()),
    *((name, "accuracy", "max", "") for name in ACCURACIES.split()),
    *((name, "reward", "max", "") for name in REWARDS.split()),
    *((name, kind, None, "") for kind, names in OTHERS.items() for name in names.split()),
    *((name, "gradient", None, "not finite") for name in GRADIENTS.split()),
    ("lm loss validation ppl", "loss", "min", "not finite, growth"),
    # These may be negated, and may be measured on negative examples.
    ("negative_accuracy", "accuracy", None, ""),
    ("neg_mse", "loss", None, "not finite"),
    ("", "", None, ""),
]

SPLIT_TAGS = [
    *(("Loss/train", "train"), ("train/loss", "train"), ("train_loss_step", "train")),
    *(("trainLoss", "train"), ("trainloss", "train"), ("Train/Samples/lr", "train")),
    *(("val_loss", "val"), ("valid/loss.cls", "val"), ("loss/validation", "val")),
    *(("val_sparse_categorical_accuracy", "val"), ("val/acc/dataloader_idx_0", "val")),
    *(("valAUC", "val"), ("testacc", "test"), ("test/top5", "test"), ("testing/x", "test")),
    *(("eval_loss", "eval"), ("eval_samples_per_second", "eval"), ("eval/wer", "eval")),
    *(("evaluation_loss_vs_iterations", "eval"), ("dev/f1", "dev"), ("holdout_auc", "holdout")),
    *(("infer/fps", "infer"), ("retrain/loss", ""), ("contest/loss", ""), ("loss", "")),
    *(("Validierungsverlust", "val"), ("訓練 損失", "train"), ("验证/准确率", "val")),
    *(
        ("perte validation", "val"),
        ("value_loss", ""),
        ("validity", ""),
        ("device", ""),
        ("trainer/step", ""),
    ),
]


def alarms(name: str) -> str:
    measure = measure_of(name)
    told = {"not finite": measure.is_vital, "growth": measure.is_to_fall}
    return ", ".join(alarm for alarm, is_told in told.items() if is_told)


def test_what_a_name_tells() -> None:
    told = [(name, measure_of(name).kind, best_of(name), alarms(name)) for name, *_ in ROWS]
    assert told == ROWS


@pytest.mark.parametrize(
    ("names", "noisy"),
    [
        ("loss val/acc grad_norm reward samples_per_second unknown entropy", True),
        ("lr charts/learning_rate lr-Adam/pg1 epoch num_tokens weight_decay loss_scale", False),
    ],
)
def test_what_is_measured_is_noisy_and_what_is_set_is_not(names: str, noisy: bool) -> None:
    assert {name: measure_of(name).is_noisy for name in names.split()} == dict.fromkeys(
        names.split(), noisy
    )


def test_the_table_is_of_all_kinds_and_of_many_names() -> None:
    assert {kind for _, kind, _, _ in ROWS} == set(get_args(Kind))
    assert len({name for name, _, _, _ in ROWS}) == len(ROWS) > 250


@pytest.mark.parametrize(("name", "split"), SPLIT_TAGS)
def test_the_part_of_the_data(name: str, split: str) -> None:
    assert measure_of(name).split == split


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("valLoss", "val loss"),
        ("VAL/Loss", "val loss"),
        ("valloss", "val loss"),
        ("BCELoss", "bce loss"),
        ("metrics/mAP50-95(B)", "metrics map 50 95 ( b )"),
        ("mIoU.road", "miou road"),
        ("top1Acc", "top 1 acc"),
        ("rougeL", "rougel"),
        ("AP50:95", "ap 50 : 95"),
        ("err@1", "err @ 1"),
        ("3d_loss", "3d loss"),
        ("-elbo", "- elbo"),
        ("top-1", "top 1"),
        ("学習/損失", "学習 損失"),
        ("R²", "r²"),
        ("İ_loss", "i̇ loss"),
        ("", ""),
        ("/_ .-", ""),
    ],
)
def test_the_words_of_a_name(name: str, words: str) -> None:
    assert [token.word for token in tokens(name)] == words.split()


def test_a_name_that_is_too_long_tells_nothing() -> None:
    assert measure_of("x" * (LONGEST_NAME - 4) + "/loss").kind == ""
    assert measure_of("x/" * 510 + "loss").kind == "loss"


names = st.lists(
    st.sampled_from(sorted(name for name, _, _, _ in ROWS if name.isascii())) | st.text(max_size=6),
    max_size=4,
).flatmap(lambda parts: st.sampled_from("/_ .").map(lambda separator: separator.join(parts)))
splits = st.sampled_from(sorted(SPLITS))


def verdict(name: str) -> tuple[Kind, Best | None, str]:
    return measure_of(name).kind, best_of(name), alarms(name)


@given(name=names, split=splits)
def test_a_split_in_front_changes_nothing_else(name: str, split: str) -> None:
    assert verdict(f"{split}/{name}") == verdict(name)
    assert measure_of(f"{split}/{name}").split == SPLITS[split]


@given(st.lists(st.from_regex(r"[b-df-hj-np-tv-xz]{4,9}", fullmatch=True), max_size=5))
def test_what_is_unknown_is_never_the_best(words: list[str]) -> None:
    unknown = [word for word in words if word not in WORDS and not word.startswith("trn")]
    assert verdict("/".join(unknown)) == ("", None, "")


snakes = st.lists(
    st.sampled_from(
        ["loss", "acc", "val", "train", "policy", "error", "top", "mean", "norm", "scale", "grad"]
    ),
    min_size=1,
    max_size=5,
)


@given(snakes)
def test_case_and_separators_make_no_difference(words: list[str]) -> None:
    expected = verdict("_".join(words))
    for separator in "-. ":
        assert verdict(separator.join(words)) == expected
        assert verdict(separator.join(words).upper()) == expected
    assert verdict("".join(word.title() for word in words)) == expected
    assert verdict(words[0] + "".join(word.title() for word in words[1:])) == expected


@given(st.text() | names)
def test_tokens_are_where_they_stand_and_in_order(name: str) -> None:
    found = tokens(name)
    assert [name[token.start : token.end] for token in found] == [token.text for token in found]
    assert all(a.end <= b.start for a, b in pairwise(found))
    kept = "".join(token.text for token in found)
    assert [char for char in name if char.isalnum()] == [char for char in kept if char.isalnum()]


@pytest.mark.parametrize(
    "unit", ["a", "aA", "1", "a1", " -a", "/", "@", "per ", "loss", "val", "é"]
)
def test_hostile_names_are_bounded(unit: str) -> None:
    name = (unit * LONGEST_NAME)[:LONGEST_NAME]
    assert len(tokens(name)) <= LONGEST_NAME
    assert measure_of(name).kind in get_args(Kind)
    assert tokens(name + "x") == []
    assert measure_of(name + "/loss").kind == ""


@pytest.mark.parametrize(
    ("name", "value", "sign", "is_one"),
    [
        ("loss", "3", "", True),
        ("trainLoss", "0.3", ":", True),
        ("testacc", "0.3", ":", True),
        ("Grad Norm", "2", "", True),
        ("bits per byte", "0.9", ":", True),
        ("return", "21.5", ":", True),
        ("return", "0", ":", False),
        ("error", "0.5", "", False),
        ("loss_weight", "0.5", ":", False),
        ("target_accuracy", "0.5", ":", False),
        ("lr", "0.1", ":", False),
        ("time", "0.1", ":", False),
        ("file", "0.1", ":", False),
    ],
)
def test_printed_names(name: str, value: str, sign: str, is_one: bool) -> None:
    assert is_metric(name, value, sign) == is_one
    assert may_hold_metrics(f"{name}{sign} {value}") or not is_one


def test_a_quick_look_finds_the_names_that_a_closer_one_takes() -> None:
    for name, *_ in ROWS:
        if is_metric(name, "0.5", ":") and name not in NOT_LOOKED_FOR.split():
            assert may_hold_metrics(f"{name}: 0.5"), name
