"""Arguments with secrets, and harmless ones, by the thousand: made, none of them anybody's."""

import base64
import string
import uuid
from collections.abc import Iterator
from random import Random

ALPHANUMERIC = string.ascii_letters + string.digits
HEX = "0123456789abcdef"

SECRET_NAMES = """
auth password passwd pwd passphrase credentials pat token secret api-key api_key apikey hf_token
hub-token wandb-key openai-api-key db.password github_pat access-token aws_secret_access_key
clientSecret dbPassword authToken smtp-pass private_key bearer cookie slack-webhook ssh-passphrase
encryption-key jwt
"""
VARIABLES = "X_KEY WANDB_API_KEY HF_TOKEN DB_PASSWORD AWS_SECRET_ACCESS_KEY GH_PAT PGPASSWORD"
NEUTRAL_NAMES = "url backend remote source target with extra tracker endpoint login x"


def drawn(random: Random, letters: str, length: int) -> str:
    """Random letters."""
    return "".join(random.choices(letters, k=length))


def passwords(random: Random) -> list[str]:
    """What people choose, and what is chosen for them."""
    return [
        f"Hunter{random.randrange(10, 99)}!x",
        f"correct horse {random.randrange(100)}",
        f"p@ss/w:rd#{random.randrange(100)}",
        f"{random.randrange(10**7, 10**8)}ab",
        drawn(random, ALPHANUMERIC, 12),
        drawn(random, ALPHANUMERIC + "+/", 40),
        f"{drawn(random, HEX, 32)}",
    ]


def tokens(random: Random) -> list[str]:
    """What looks like a secret whatever it is called."""

    def some(length: int, letters: str = ALPHANUMERIC) -> str:
        return drawn(random, letters, length)

    claims = base64.urlsafe_b64encode(f'{{"sub":"{some(9)}"}}'.encode()).decode().rstrip("=")
    body = "\n".join(some(64) for _ in range(3))
    return [
        f"hf_{some(34)}",
        f"sk-{some(48)}",
        f"sk-proj-{some(40)}-{some(20)}",
        f"sk-ant-api03-{some(80)}",
        f"ghp_{some(36)}",
        f"gho_{some(36)}",
        f"github_pat_{some(22)}_{some(59)}",
        f"glpat-{some(20)}",
        f"xoxb-{some(12, string.digits)}-{some(24)}",
        f"xoxp-{some(12, string.digits)}-{some(24)}",
        f"AKIA{some(16, string.ascii_uppercase + string.digits)}",
        f"AIza{some(35)}",
        f"eyJhbGciOiJIUzI1NiJ9.{claims}.{some(43)}",
        f"-----BEGIN RSA PRIVATE KEY-----\n{body}\n-----END RSA PRIVATE KEY-----",
        some(40) + "7aB",
        some(64) + "7aB",
    ]


def secret_lines(random: Random) -> Iterator[tuple[list[str], str]]:
    """Command lines, each with the secret in it that must not be left."""
    for name in SECRET_NAMES.split():
        for value in (*passwords(random), *tokens(random)):
            yield ["train.py", f"--{name}", value, "--lr", "0.1"], value
            yield ["train.py", f"--{name}={value}"], value
            yield ["train.py", f"{name}={value}"], value
            yield ["train.py", f"+a.b.{name}={value}"], value
            yield ["train.py", f"++a.{name}='{value}'"], value
    for name in VARIABLES.split():
        for value in passwords(random):
            yield [f"{name}={value}", "--", "train.py"], value
            yield ["env", f"{name}={value}", "python", "train.py"], value
            yield ["docker", "run", "-e", f"{name}={value}", "image"], value
            yield ["docker", "run", f"--env={name}={value}"], value
    for value in passwords(random):
        yield ["train.py", "-k", value], value
        yield ["train.py", f"-k{value}"], value
        yield ["train.py", "--header", f"Authorization: Bearer {value}"], value
        yield ["train.py", "-H", f"X-API-Key: {value}"], value
        yield ["bash", "-c", f"python train.py --password '{value}' --lr 1"], value
        yield ["bash", "-c", f'DB_PASSWORD="{value}" python train.py'], value
        quoted = value.replace('"', '\\"')
        yield ["train.py", "--config", f'{{"a": {{"api_key": "{quoted}"}}, "lr": 1}}'], quoted
        yield ["train.py", "--config", f"{{'api_key': '{value}', 'lr': 1}}"], value
    for _ in range(20):
        value = drawn(random, ALPHANUMERIC, 9)
        for url in (
            f"postgres://u:{value}@host:5432/db",
            f"postgresql+psycopg2://me:{value}@h/db?sslmode=require",
            f"mongodb+srv://u:{value}@c.example.net",
            f"redis://:{value}@localhost:6379/0",
            f"https://me:{value}@github.com/x/y.git",
            f"https://h/p?a=1&token={value}&b=2",
            f"https://h/p?api_key={value}",
            f"https://h/p?X-Amz-Signature={value}",
            f"https://hooks.slack.com/services/T0/B0/{value}",
        ):
            yield ["train.py", "--db-url", url], value
            yield ["train.py", f"storage={url}"], value
            yield ["train.py", url], value
    for name in NEUTRAL_NAMES.split():
        for value in (*tokens(random), drawn(random, HEX, 40)):
            yield ["train.py", f"--{name}", value], value
            yield ["train.py", f"--{name}={value}"], value
            yield ["train.py", f"a.{name}={value}"], value


def harmless_lines(random: Random) -> Iterator[list[str]]:
    """Command lines without a secret, of the kinds that trainings have."""
    for names, values in _harmless(random):
        for name in names.split():
            for value in values:
                yield ["train.py", f"--{name}", value, "--lr", "0.1"]
                yield ["train.py", f"--{name}={value}"]
                yield ["train.py", f"{name}={value}"]
                yield ["train.py", f"+a.b.{name}={value}"]
                yield ["train.py", value, "--seed", "3"]


def _harmless(random: Random) -> list[tuple[str, list[str]]]:
    number = [str(random.randrange(10**n)) for n in range(1, 10)]
    real = [f"{random.random():.{n}g}" for n in range(1, 9)] + ["1e-3", "3.0e-4", "-1.5", "1_000"]
    commit = drawn(random, HEX, 40)
    hashes = [drawn(random, HEX, n) for n in (7, 8, 12, 32, 40, 64)]
    ids = [drawn(random, string.ascii_lowercase + string.digits, 8), "20261123-0941-train-k3f"]
    ids += [str(uuid.UUID(int=random.getrandbits(128))), "run_2026-11-23_09-41-07"]
    return [
        (
            "lr batch-size epochs seed k top_k max_tokens max-new-tokens hidden.size pin-memory "
            "tokens_per_batch key_dim num-keys token-dropout weight_decay pass num_passes "
            "secret_scale "
            "pad_token_id gradient_clip_val warmup-steps",
            [*number, *real],
        ),
        (
            "commit revision sha git-hash run-id id resume checkpoint_id version tag",
            [*hashes, *ids],
        ),
        (
            "dataset path data.root output-dir ckpt model_name_or_path pretrained init-from cache",
            [
                "/data/imagenet/ILSVRC2012/train",
                "../runs/exp_12/checkpoints/epoch=12-step=34000.ckpt",
                "s3://bucket/datasets/c4/en/0001.tar",
                "https://h.example.org/a/b.tar.gz?download=1",
                "allenai/c4",
                "HuggingFaceFW/fineweb-edu",
                "meta-llama/Llama-3.1-8B-Instruct",
                "openai/clip-vit-large-patch14-336",
                "timm/vit_base_patch16_224.augreg2_in21k_ft_in1k",
                "laion/CLIP-ViT-L-14-laion2B-s32B-b82K",
                "stabilityai/stable-diffusion-xl-base-1.0",
                f"/home/me/.cache/huggingface/hub/models--gpt2/snapshots/{commit}/model.safetensors",
                f"hf://datasets/x/y@{commit}/train.parquet",
                f"git+https://github.com/x/y@{commit}",
                "ssh://git@github.com:22/x/y.git",
                "C:\\Users\\me\\logs\\run1",
                "http://h:8080/a@2x.png",
                "tcp://127.0.0.1:29500",
                "file:///tmp/rendezvous",
                "user@host:/data",
            ],
        ),
        (
            "model arch loss optimizer scheduler backend norm act",
            [
                "LlamaForCausalLMWithValueHead2",
                "tf_efficientnetv2_b3",
                "EfficientNetV2B3",
                "ResNet50V2",
                "CrossEntropyLossWithLabelSmoothing",
                "AdamW",
                "cosine_with_restarts",
                "nccl",
                "bf16-mixed",
                "torch.nn.functional.scaled_dot_product_attention",
                "DistributedDataParallelStrategy",
            ],
        ),
        ("k", ["rbf", "linear", "poly", "cosine", "5", "0.5", "true"]),
        (
            "sort-key image_key label-key text.key monitor_key rng_key primary-key",
            ["length", "jpg;png", "caption", "val/loss", "input_ids", "0", "label_0"],
        ),
        (
            "pad_token eos-token unk_token mask_token placeholder_token",
            ["<pad>", "</s>", "[MASK]", "<|endoftext|>", "toy"],
        ),
        ("token key tokens", ["1", "0.5", "true", "None", "512"]),
        (
            "name notes experiment group job_type desc",
            [
                "baseline",
                "my_first_run-v2",
                "resnet50-imagenet-bs256-lr0.1-wd1e-4-cosine-ep90-seed1",
                "ViT-L-14-336px",
                "a run with spaces, and commas",
                "exp(lr=0.1,bs=32)",
                "Ångström",
            ],
        ),
        (
            "layers sizes betas milestones",
            [
                "1,2,3",
                "[1, 2, 3]",
                "(0.9,0.999)",
                '{"a": [1, 2]}',
                '{"lr": 0.1, "layers": [1, 2], "name": "adam"}',
                "{lr: 0.1, wd: 1e-4}",
            ],
        ),
        (
            "auth-type token-file password_file secret-name key-type tokenizer credentials_path",
            ["basic", "/run/secrets/token", "gpt2", "rsa"],
        ),
    ]
