"""What the names of options, settings, variables and files say of what is in them."""

import re
from collections.abc import Iterable
from itertools import pairwise
from pathlib import PurePath
from typing import Literal

Verdict = Literal["secret", "countable", "doubtful", "harmless"]
"""What is countable is secret unless its value is a number, and what is doubtful unless it is a
number or a short word."""


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")

_SECRET = _set(
    "password passwords passwd passwords pwd pswd pword passwort passphrase passphrases passcode "
    "secret secrets credential credentials cred creds apikey apikeys authorization bearer jwt "
    "cookie cookies accesskey privatekey secretkey accesstoken authtoken apitoken psk "
    "sshpass dsn webhook"
)
"""Words that say it wherever they stand in a name, unless the last one is of `_ABOUT`."""

_KEYS = _set(
    "api access secret private account ssh encryption decryption auth signing service client "
    "license deploy subscription storage master shared publishable"
)
"""Words that make a secret of a key."""

_ABOUT = _set(
    "id ids name names type types file files path paths dir directory folder length len size dim "
    "dims count num number limit ratio weight loss scale ttl timeout expiry header provider mode "
    "method enabled required usage policy class column col field index shape rate prob scheme "
    "format version level backend helper store manager embed embedding hash digest arn"
)
"""Words that say of a name that it is about a secret, and none."""

_HARMLESS_TOKENS = _set(
    "pad eos bos cls sep unk mask masked special stop start end image placeholder initializer "
    "trigger prefix suffix next first last word sub separator video audio think eot eod user "
    "system assistant target source class concept instance blank oov extra lang language sot "
    "sentence document fim eom prompt tool"
)
_HARMLESS_KEYS = _set(
    "image img label text input output target sort group primary foreign index data dataset "
    "feature caption prompt response answer question id join partition cache state ckpt checkpoint "
    "metric monitor loss batch dict config layer attention attn query time step audio video mask "
    "name model param params hash random rng prng jax column row field cross head num n per early "
    "stopping best reward obs observation action score weight class category split train val test "
    "eval latent embedding condition cond context src tgt source pred gt lookup sampling shuffle "
    "dropout noise value json yaml record bucket msg message log select filter order by"
)
_HARMLESS_PASSES = _set(
    "single multi two one first second forward backward n num low high band max min per by bi "
    "train eval test file name glob re regex"
)
_SUFFIXES = re.compile(
    r"(password|passwd|passphrase|secret|credentials|apikey|authtoken|accesstoken|apitoken"
    r"|accesskey|secretkey|privatekey)s?$"
)

_HASHES = _set(
    "commit sha sha1 sha256 rev revision hash digest md5 checksum etag ref git version branch tag "
    "id uuid guid fingerprint blob tree object snapshot run resume checkpoint ckpt model dataset"
)


def words_of(name: str) -> list[str]:
    """The words of a name, in lower case: ``--dbPassword`` and ``DB_PASSWORD`` have the same."""
    return [word.lower() for word in _WORD.findall(name)]


def verdict(name: str, own: Iterable[tuple[str, ...]] = ()) -> Verdict:
    """What a name says of its value; `own` are the words of names that the user has added."""
    words = words_of(name)
    if any(words[-len(added) :] == [*added] for added in own if added):
        return "secret"
    while len(words) > 1 and words[-1].isdigit():
        words.pop()
    if not words or words[-1] in _ABOUT:
        return "harmless"
    last, before = words[-1], words[-2] if len(words) > 1 else ""
    if not _SECRET.isdisjoint(words) or any(_SUFFIXES.search(word) for word in words):
        return "secret"
    if any(key in ("key", "keys") and word in _KEYS for word, key in pairwise(words)):
        return "secret"
    if last == "auth":
        return "secret"
    if last.endswith("token") and last != "subtoken":
        return "harmless" if before in _HARMLESS_TOKENS else "countable"
    if last == "key":
        return "doubtful" if not before else "harmless" if before in _HARMLESS_KEYS else "countable"
    if last in ("pass", "pat"):
        return "harmless" if before in _HARMLESS_PASSES else "countable"
    return "doubtful" if words == ["k"] else "harmless"


def names_hash(name: str) -> bool:
    """Whether a name says that its value is a hash, an id or a version, which look like keys."""
    return not _HASHES.isdisjoint(words_of(name))


_SECRET_FILES = re.compile(
    r"""(
        \.env(\..+)? | .+\.env | \.envrc | [._]netrc | \.pgpass | \.my\.cnf | \.npmrc | \.pypirc
      | \.htpasswd | \.git-credentials | \.dockercfg | \.dockerconfigjson | \.boto | \.s3cfg
      | \.?vault[_-]?pass(word)?(\.txt)? | kubeconfig(\..+)? | kaggle\.json | \.terraformrc
      | id_(rsa|dsa|ecdsa|ed25519)(_sk)? | (client|service)[_-]?(secret|account).*\.json
      | .*(credential|secret|passw(or)?d)s?[^/]*\.(json|ya?ml|toml|ini|cfg|conf|txt|env|properties)
      | (credentials|secrets|passwords|tokens?)(\.(json|ya?ml|toml|ini|cfg|conf|txt))?
      | .+\.(pem|key|p12|pfx|jks|keystore|kdbx|ppk|tfvars|tfstate|ovpn)
    )""",
    re.IGNORECASE | re.VERBOSE,
)
_SECRET_FOLDERS = frozenset({".aws", ".ssh", ".kube", ".docker", ".gnupg", ".azure", ".gcloud"})
_EXAMPLES = re.compile(r"[._-](example|sample|template|dist|tmpl)\b", re.IGNORECASE)


def is_secret_file(path: str) -> bool:
    """Whether a file is there to hold secrets, by its name: ``.env``, ``id_rsa``, …"""
    pure = PurePath(path)
    if _EXAMPLES.search(pure.name):
        return False
    if not _SECRET_FOLDERS.isdisjoint(pure.parts[:-1]):
        return True
    return _SECRET_FILES.fullmatch(pure.name) is not None
