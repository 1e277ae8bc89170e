"""What secrets look like, whatever they are called: known beginnings, URLs, random words."""

import re

from tuimon.masking.random_words import LEAST, is_random

HIDDEN = "(hidden)"

_KNOWN = re.compile(
    r"""(?<![A-Za-z0-9_])(?:
        sk-(?:[a-z]{1,12}[0-9]{0,4}-){0,4}[A-Za-z0-9_]{16}[\w-]*     # OpenAI, Anthropic, OpenRouter
      | (?:sk|rk|pk|whsec)_(?:live|test)_\w{10,} | whsec_\w{16,}                  # Stripe
      | hf_[A-Za-z0-9]{16,} | api_org_[A-Za-z0-9]{16,}  # Hugging Face
      | gh[pousr]_[A-Za-z0-9]{16,} | github_pat_\w{16,}
      | gl(?:pat|dt|rt|cbt|ptt|ft|soat|imt|agent|oas|ffct)-[\w-]{12,}
      | xox[a-z](?:\.xox[a-z])?-[\w-]{8,} | xapp-[\w-]{16,}                       # Slack
      | (?:A3T[A-Z0-9]|AKIA|ASIA|AROA|AIDA|AGPA|ANPA|ABIA|ACCA)[A-Z0-9]{12,}      # AWS
      | AIza[\w-]{30,} | ya29\.[\w-]{16,} | GOCSPX-[\w-]{16,}                     # Google
      | npm_[A-Za-z0-9]{20,} | pypi-Ag[\w-]{16,} | dckr_(?:pat|oat)_[\w-]{16,}
      | do[opr]_v1_[a-f0-9]{32,} | SG\.[\w-]{12,}\.[\w-]{12,} | r8_[A-Za-z0-9]{20,}
      | gsk_[A-Za-z0-9]{20,} | nvapi-[\w-]{20,} | xai-[A-Za-z0-9]{20,} | pplx-[A-Za-z0-9]{20,}
      | tgp_v1_[\w-]{16,} | lsv2_(?:pt|sk)_\w{16,} | wandb_v\d_\w{16,} | local-[a-f0-9]{40}
      | fw_[A-Za-z0-9]{20,} | shp[a-z]{2}_[a-fA-F0-9]{16,} | tskey-[\w-]{16,}
      | cfut_\w{16,} | dapi[a-f0-9]{32} | EAA[A-Za-z0-9]{30,} | \d{8,10}:[A-Za-z0-9_-]{35}
      | eyJ[\w-]{8,}\.[\w-]{6,}(?:\.[\w-]*)*            # JWT
    )""",
    re.VERBOSE,
)
_PEM = re.compile(
    r"(-----BEGIN [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----)"
    r".*?(-----END [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----|\Z)",
    re.DOTALL,
)
_HOOK = re.compile(
    r"(https://(?:hooks\.slack\.com/(?:services|workflows)|discord(?:app)?\.com/api/webhooks"
    r"|[\w.-]+\.webhook\.office\.com|api\.telegram\.org)/)[^\s\"'<>]+"
)
_USERINFO = re.compile(
    r"(?<![A-Za-z0-9+.-])([A-Za-z][A-Za-z0-9+.-]{0,30}://[^\s/:@\"'`]{0,256}:)"
    r"(?!\d{1,5}(?:/|$))([^\s\"'`@]{1,512}(?:@[^\s\"'`@/]{0,256}){0,8})(?=@)"
)
_QUERY = re.compile(
    r"([?&](?:sig|signature|key|pw|code|x-(?:amz|goog)-(?:signature|credential|security-token)"
    r"|awsaccesskeyid|googleaccessid)=)[^&\s\"'#]+",
    re.IGNORECASE,
)
_USER = re.compile(r"(https?://)([^\s/:@\"'`?#]{1,512})(?=@)")

_WORD = re.compile(rf"(?<![A-Za-z0-9])[A-Za-z0-9+/_-]{{{LEAST},}}={{0,2}}")
_WANDB_KEY = re.compile(r"(?<![0-9A-Za-z])[0-9a-f]{40}(?![0-9A-Za-z])")
_KEY_NEAR = re.compile(r"wandb|login|api|key|token|auth", re.IGNORECASE)
_HASH_NEAR = re.compile(r"git|commit|sha|rev|hash|checkout|tree|blob|/", re.IGNORECASE)
_NEAR = 40


def mask_shapes(text: str, *, random: bool = True) -> str:
    """Hide what looks like a secret; with `random`, also words that nobody has written."""
    if "://" in text:
        text = _HOOK.sub(rf"\1{HIDDEN}", text)
        text = _USERINFO.sub(rf"\1{HIDDEN}", text)
        text = _USER.sub(_masked_user, text)
        text = _QUERY.sub(rf"\1{HIDDEN}", text)
    if "-----BEGIN" in text:
        text = _PEM.sub(_masked_block, text)
    text = _KNOWN.sub(HIDDEN, text)
    text = _WANDB_KEY.sub(_masked_key, text)
    return _WORD.sub(_masked_word, text) if random else text


def is_wandb_key(value: str) -> bool:
    """Whether a text has the form of a W&B key, which is that of a git hash, too."""
    return _WANDB_KEY.fullmatch(value) is not None


def _masked_key(match: re.Match[str]) -> str:
    """What is a W&B key rather than a hash, by what stands before it."""
    before = match.string[max(0, match.start() - _NEAR) : match.start()].rpartition("\n")[2]
    is_key = _KEY_NEAR.search(before) and not _HASH_NEAR.search(before)
    return HIDDEN if is_key else match[0]


def _masked_block(match: re.Match[str]) -> str:
    """As many lines as before: they are counted."""
    return f"{match[1]}{HIDDEN}" + "\n" * match[0].count("\n") + match[2]


def _masked_user(match: re.Match[str]) -> str:
    """Of a URL: a token in place of a user's name."""
    user = match[2]
    random = len(user) >= 16 and not user.isalpha() and "." not in user
    return f"{match[1]}{HIDDEN}" if random else match[0]


def _masked_word(match: re.Match[str]) -> str:
    word = match[0]
    if is_random(word.rstrip("=")):
        return HIDDEN
    parts = word.split("/")
    if len(parts) == 1:
        return word
    return "/".join(HIDDEN if is_random(part) else part for part in parts)
