"""Own the kinds of secrets that show by themselves, one row a kind: a prefix, then what follows.

It is data, and must not search.

Formats are those that the providers publish. A literal stands in lower case and is looked for in the
lowered text; the pattern is then tried where it stands, or as many characters before as `before`
says. What may not stand before a secret is checked by the search, so that each run of characters is
read a few times only, whatever comes.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable
from dataclasses import dataclass

from glossator_gate.redaction.entropy import is_bare_password, is_placeholder, is_random


@dataclass(frozen=True, slots=True)
class Rule:
    """A kind of secret: the group `secret` of the pattern, or all of it, where it passes."""

    what: str
    literals: tuple[str, ...]
    pattern: re.Pattern[str]
    passes: Callable[[str], bool] = bool
    before: tuple[int, ...] = (0,)
    # Words that end in the literal are no reason to look: the mark itself says where a value is.
    inside_words: bool = False


def _rule(what: str, literals: str, pattern: str, before: tuple[int, ...] = (0,)) -> Rule:
    """Return a rule for a token that cannot be anything else."""
    return Rule(what, tuple(literals.split()), re.compile(pattern), before=before)


def _checked(
    what: str, literals: tuple[str, ...], pattern: str, passes: Callable[[str], bool]
) -> Rule:
    """Return a rule for what is a secret only if its characters say so too."""
    return Rule(what, literals, re.compile(pattern), passes)


def _marked(
    what: str, literals: tuple[str, ...], pattern: str, passes: Callable[[str], bool] = bool
) -> Rule:
    """Return a rule for a value after a mark, whatever stands before the mark."""
    return Rule(what, literals, re.compile(pattern), passes, inside_words=True)


def _is_mixed(value: str) -> bool:
    return any(it.isdigit() for it in value) and not is_placeholder(value)


def _is_credentials(value: str) -> bool:
    """Return whether it is a user and a password in base64 (RFC 7617)."""
    try:
        raw = base64.b64decode(value + "=" * (-len(value) % 4), validate=True)
    except binascii.Error:
        return False
    user, colon, password = raw.decode("utf-8", "replace").partition(":")
    return bool(colon) and user.isprintable() and password.isprintable()


def _is_bearer(value: str) -> bool:
    return is_random(value) or is_bare_password(value)


def _is_address_password(value: str) -> bool:
    return not is_placeholder(_ESCAPED.sub("", value))


# What a URL has in the place of `@` and the like; `%` alone is a format's.
_ESCAPED = re.compile(r"%[0-9A-Fa-f]{2}")
_UUID = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
# A dollar as it is, in a Makefile, and in a URL.
_DOLLAR = r"(?:\$\$?|%24)"
_HASHED = r"[./A-Za-z0-9]|%2F"

_CLOUDS = (
    _rule("aws access key", "akia asia abia acca", r"A(?:[KS]IA|BIA|CCA)[A-Z2-7]{16}(?![A-Z0-9])"),
    _rule("aws session token", "iqojb3jpz2lu fwogzxivyxdz", r"(?:IQoJb3JpZ2lu|FwoGZXIvYXdz)(?:[A-Za-z0-9+/=]|%2[BF]|%3D){60,}"),
    _rule("aws bedrock key", "absk", r"ABSK(?:[A-Za-z0-9+/]|%2[BF]){80,}(?:=|%3D){0,2}"),
    _rule("google api key", "aiza", r"AIza[\w-]{35}(?![\w-])"),
    _rule("google client secret", "gocspx-", r"GOCSPX-[\w-]{28}(?![\w-])"),
    _rule("google access token", "ya29.", r"ya29\.[\w-]{20,}"),
    _rule("google refresh token", "1//0 1%2f%2f0", r"1(?://|%2F%2F)0[\w-]{40,}"),
    _rule("azure client secret", "7q~ 8q~", r"[\w~.-]{3}[78]Q~[\w~.-]{31,34}(?![\w~-])", (3,)),
    Rule("azure key", ('=="', "=='", "==;", "==<", "==&", "==\\", "==\n"), re.compile(r"[A-Za-z0-9+/]{86}=="), _is_mixed, before=(86,)),
    _rule("azure devops token", "azdo", r"[A-Za-z0-9]{76}AZDO[A-Za-z0-9]{4}", (76,)),
    _rule("azure key", "jqqj99", r"[A-Za-z0-9]{52}JQQJ99[A-Za-z0-9]{22,}", (52,)),
    _rule("azure function key", "azfu", r"[\w-]{44}AzFu[\w-]{4,}={0,2}", (44,)),
    _marked("azure signature", ("sig=", "sig%3d"), r"(?i:sig)(?:=|%3D)(?P<secret>(?:[A-Za-z0-9+/]|%(?:25)?2[BbFf]){43}(?:=|%(?:25)?3[Dd]))"),
    _marked("azure key", ("accountkey=", "sharedaccesskey="), r"(?i:AccountKey|SharedAccessKey)=(?P<secret>[A-Za-z0-9+/]{40,88}={0,2})"),
    _rule("digitalocean token", "dop_v1_ doo_v1_ dor_v1_", r"do[opr]_v1_[0-9a-f]{64}"),
    _rule("heroku key", "hrku-aa", r"HRKU-AA[\w-]{58,}"),
    _rule("alibaba key", "ltai", r"LTAI[A-Za-z0-9]{12,20}(?![A-Za-z0-9])"),
    _rule("tencent key", "akid", r"AKID[A-Za-z0-9]{32}(?![A-Za-z0-9])"),
    _rule("cloudflare key", "v1.0-", r"v1\.0-[0-9a-f]{24}-[0-9a-f]{146}"),
    _rule("netlify token", "nfp_", r"nfp_[A-Za-z0-9]{36,}"),
    _rule("supabase key", "sbp_ sb_secret_", r"sbp_[0-9a-f]{40}|sb_secret_[\w-]{20,}"),
    _rule("planetscale secret", "pscale_", r"pscale_(?:pw|tkn|oauth)_[\w.=-]{32,}"),
    _rule("fly token", "fm1r_ fm1a_ fm2_", r"fm(?:1[ar]|2)_(?:[A-Za-z0-9+/]|%2[BF]){80,}(?:=|%3D){0,3}"),
    _rule("render key", "rnd_", r"rnd_[A-Za-z0-9]{28,}"),
    _rule("neon key", "napi_", r"napi_[a-z0-9]{60,}"),
)  # fmt: skip

_HOSTS = (
    _rule("github token", "ghp_ gho_ ghu_ ghs_ ghr_", r"gh[pousr]_[A-Za-z0-9]{36,}"),
    _rule("github token", "github_pat_", r"github_pat_\w{22,}"),
    _rule("gitlab token", "glpat- gldt- glrt- glrtr- glcbt- glptt- glft- glimt- glagent- glsoat- gloas- glffct- glwt-", r"gl(?:pat|dt|rtr?|cbt|ptt|ft|imt|agent|soat|oas|ffct|wt)-[\w.-]{20,}"),
    _rule("gitlab token", "gr1348941", r"GR1348941[\w-]{20,}"),
    _rule("bitbucket password", "atbb", r"ATBB[A-Za-z0-9]{24,32}(?:[A-F0-9]{8})?(?![A-Za-z0-9])"),
    _rule("atlassian token", "atatt3xffgf0 atctt3xffgn0", r"AT[AC]TT3xFfG[FN]0[\w-]{100,}(?:(?:=|%3D)[0-9A-F]{8})?"),
    _rule("npm token", "npm_", r"npm_[A-Za-z0-9]{36}(?!\w)"),
    _rule("pypi token", "pypi-", r"pypi-[\w-]{50,}"),
    _rule("rubygems key", "rubygems_", r"rubygems_[0-9a-f]{48}"),
    _checked("nuget key", ("oy2",), r"oy2[a-z0-9]{43}(?![a-z0-9])", _is_mixed),
    _checked("crates.io token", ("cio",), r"cio[A-Za-z0-9]{32}(?![A-Za-z0-9])", _is_mixed),
    _rule("docker token", "dckr_pat_ dckr_oat_", r"dckr_[po]at_[\w-]{27,}"),
    _checked("artifactory key", ("akcp",), r"AKCp[A-Za-z0-9]{69,}", _is_mixed),
    _rule("sonarqube token", "sqp_ squ_ sqa_", r"sq[pua]_[0-9a-f]{40}"),
    _rule("circleci token", "ccipat_ cciprj_", r"CCIP(?:AT|RJ)_[A-Za-z0-9]{22}_[0-9a-f]{40}"),
    _rule("buildkite token", "bkua_", r"bkua_[0-9a-f]{40}"),
)  # fmt: skip

_CHAT_AND_MAIL = (
    _checked("slack token", ("xoxb-", "xoxp-", "xoxa-", "xoxr-", "xoxs-", "xoxo-", "xoxc-", "xoxd-", "xoxe-", "xoxe.", "xapp-"), r"(?:xox[abceoprsd][.-](?:xox[bp]-)?|xapp-)[A-Za-z0-9%-]{10,}", _is_mixed),
    _marked("slack webhook", ("hooks.slack.com",), r"hooks\.slack\.com(?:/|%2F)(?:services|workflows|triggers)(?:/|%2F)(?P<secret>[TE]\w{6,}(?:/|%2F)[\w/%-]{16,})"),
    _marked("discord webhook", ("/api/webhooks/", "%2fapi%2fwebhooks%2f"), r"(?:/|%2F)api(?:/|%2F)webhooks(?:/|%2F)\d{16,20}(?:/|%2F)(?P<secret>[\w-]{60,})"),
    _rule("telegram token", ":aa %3aaa", r"\d{8,10}(?::|%3A)AA[\w-]{32,33}(?![\w-])", (10, 9, 8)),
    _rule("sendgrid key", "sg.", r"SG\.[\w-]{22}\.[\w-]{43}"),
    _rule("mailgun key", "key-", r"key-[0-9a-f]{32}(?![0-9a-f])"),
    _rule("mailchimp key", "-us1 -us2 -us3 -us4 -us5 -us6 -us7 -us8 -us9", r"[0-9a-f]{32}-us\d{1,2}(?!\w)", (32,)),
    _rule("brevo key", "xkeysib- xsmtpsib-", r"x(?:key|smtp)sib-[0-9a-f]{64}-[A-Za-z0-9]{16}"),
    _checked("resend key", ("re_",), r"re_[A-Za-z0-9]{8}_[A-Za-z0-9]{24}(?!\w)", _is_mixed),
)  # fmt: skip

_PAYMENT = (
    _rule("stripe key", "sk_live_ sk_test_ rk_live_ rk_test_", r"[sr]k_(?:live|test)_[A-Za-z0-9]{16,}"),
    _checked("webhook secret", ("whsec_",), r"whsec_[A-Za-z0-9+/]{24,}={0,2}", _is_mixed),
    _rule("square token", "sq0atp- sq0csp- sq0idp-", r"sq0(?:atp|csp|idp)-[\w-]{22,}"),
    _checked("access token", ("eaa",), r"EAA[\w-]{60,}", is_random),
    _rule("braintree token", "access_token$ access_token%24", rf"access_token{_DOLLAR}(?:production|sandbox){_DOLLAR}[a-z0-9]{{16}}{_DOLLAR}[0-9a-f]{{32}}"),
    _rule("shopify token", "shpat_ shpca_ shppa_ shpss_ shptka_", r"shp(?:at|ca|pa|ss|tka)_[0-9a-fA-F]{32}"),
    _rule("plaid token", "access-sandbox- access-production- access-development-", rf"access-(?:sandbox|development|production)-{_UUID}"),
    _rule("razorpay key", "rzp_live_ rzp_test_", r"rzp_(?:live|test)_[A-Za-z0-9]{14,}"),
)  # fmt: skip

_MODELS = (
    _checked("hugging face token", ("hf_",), r"hf_[A-Za-z0-9]{30,}(?!\w)", lambda it: not (it.islower() or it.isupper())),
    _checked("api key", ("sk-",), r"sk-[\w-]{20,}", is_random),
    _rule("groq key", "gsk_", r"gsk_[A-Za-z0-9]{40,}"),
    _rule("perplexity key", "pplx-", r"pplx-[A-Za-z0-9]{40,}"),
    _rule("replicate token", "r8_", r"r8_[A-Za-z0-9]{37,}"),
    _rule("databricks token", "dapi", r"dapi[0-9a-f]{32}(?:-\d)?(?![0-9a-f])"),
    _rule("nvidia key", "nvapi-", r"nvapi-[\w-]{60,}"),
    _rule("xai key", "xai-", r"xai-[A-Za-z0-9]{70,}"),
    _rule("langsmith key", "lsv2_pt_ lsv2_sk_", r"lsv2_[ps][tk]_[0-9a-f]{32}_[0-9a-f]{10}"),
    _rule("pinecone key", "pcsk_", r"pcsk_[A-Za-z0-9]{5,8}_[A-Za-z0-9]{50,}"),
)  # fmt: skip

_MONITORING_AND_IDENTITY = (
    _rule("new relic key", "nrak- nrra- nrii- nrbr- nraa-", r"NR(?:AK|RA|II|BR|AA)-[\w-]{19,}"),
    _rule("new relic key", "nral", r"[0-9a-f]{36}NRAL", (36,)),
    _rule("sentry token", "sntryu_ sntrys_", r"sntryu_[0-9a-f]{64}|sntrys_(?:[\w+/=-]|%2[BF]|%3D){60,}"),
    _rule("grafana token", "glsa_ glc_", r"glsa_[A-Za-z0-9]{32}_[0-9a-fA-F]{8}|glc_(?:[A-Za-z0-9+/]|%2[BF]){32,}(?:=|%3D){0,2}"),
    _rule("grafana key", "eyjrijoi", r"eyJrIjoi[A-Za-z0-9+/]{40,}={0,2}"),
    _rule("dynatrace token", "dt0c01. dt0s01. dt0s16.", r"dt0[cs]\d\d\.[A-Z0-9]{24}\.[A-Z0-9]{64}"),
    _rule("honeycomb key", "hcaik_ hcaic_", r"hca[i][kc]_\w{32,}"),
    _rule("vault token", "hvs. hvb. hvr.", r"hv[sbr]\.[\w-]{24,}"),
    _rule("terraform token", ".atlasv1.", r"[A-Za-z0-9]{14}\.atlasv1\.[\w=-]{60,}", (14,)),
    _rule("pulumi token", "pul-", r"pul-[0-9a-f]{40}"),
    _rule("doppler token", "dp.pt. dp.st. dp.ct. dp.sa. dp.scim. dp.audit.", r"dp\.(?:pt|st|ct|sa|scim|audit)\.(?:[\w-]{2,35}\.)?[A-Za-z0-9]{40,44}"),
    _rule("1password token", "ops_eyj", r"ops_eyJ[\w-]{100,}={0,2}"),
    _rule("json web token", "eyj", r"eyJ[\w-]{8,}\.eyJ[\w-]{8,}\.[\w-]{8,}"),
    _rule("age secret key", "age-secret-key-", r"AGE-SECRET-KEY-1[0-9A-Z]{58}"),
)  # fmt: skip

_PRODUCTS = (
    _rule("linear key", "lin_api_ lin_oauth_", r"lin_(?:api|oauth)_[A-Za-z0-9]{40,}"),
    _rule("notion secret", "ntn_", r"ntn_[A-Za-z0-9]{40,}"),
    _checked("notion secret", ("secret_",), r"secret_[A-Za-z0-9]{43}(?!\w)", is_random),
    _rule("figma token", "figd_ figu_", r"fig[du]_[\w-]{40,}"),
    _checked("airtable token", ("pat",), r"pat[A-Za-z0-9]{14}\.[0-9a-f]{64}", _is_mixed),
    _rule("hubspot token", "pat-na1- pat-eu1-", rf"pat-(?:na|eu)1-{_UUID}"),
    _rule("asana token", "1/1 1/2 1/3 1/4 1/5 1/6 1/7 1/8 1/9 2/1 2/2 2/3 2/4 2/5 2/6 2/7 2/8 2/9", r"(?:1/|2/\d{16}/)\d{16}:[0-9a-f]{32}"),
    _rule("dropbox token", "sl.", r"sl\.(?:u\.)?[\w-]{130,}"),
    _rule("mapbox token", "sk.eyj", r"sk\.eyJ[\w-]{40,}\.[\w-]{20,}"),
    _rule("postman key", "pmak-", r"PMAK-[0-9a-f]{24}-[0-9a-f]{34}"),
    _rule("contentful token", "cfpat-", r"CFPAT-[\w-]{43}"),
    _rule("typeform token", "tfp_", r"tfp_[\w-]{40,}"),
    _rule("launchdarkly key", "sdk- mob- api-", rf"(?:sdk|mob|api)-{_UUID}"),
    _rule("prefect key", "pnu_ pnb_", r"pn[ub]_[a-zA-Z0-9]{36}"),
    _rule("sourcegraph token", "sgp_", r"sgp_(?:[0-9a-f]{16}_|local_)?[0-9a-f]{40}"),
)  # fmt: skip

_CREDENTIALS = (
    _marked("password in an address", ("://",), r"://[^\s/:@\"'<>]{0,80}:(?P<secret>[^\s/:@\"'<>]{3,200})@[\w.\[-]", _is_address_password),
    _marked("password in an address", ("%3a%2f%2f", "%3a//"), r"(?i:%3a(?:%2f%2f|//))[\w.-]{0,80}(?i:%3a)(?P<secret>[\w.~%-]{3,200}?)%40", _is_address_password),
    _marked("password in a file", (":5432:", "%3a5432%3a"), r"(?::|%3A)5432(?::|%3A)[\w*.-]{1,60}?(?::|%3A)[\w.-]{1,60}?(?::|%3A)(?P<secret>[^\s:\"'<>\\&]{4,100})", _is_address_password),
    _marked("basic credentials", ("basic ", "basic%20"), r"(?i:basic)(?: |%20)(?P<secret>[A-Za-z0-9+/]{8,}={0,2})", _is_credentials),
    _marked("bearer token", ("bearer ", "bearer%20"), r"(?i:bearer)(?: |%20)(?P<secret>[^\s\"'`\\<>(),;]{8,})", _is_bearer),
    _marked("password hash", ("2a$", "2b$", "2y$", "2a%24", "2b%24", "2y%24"), rf"2[aby]{_DOLLAR}\d\d{_DOLLAR}(?P<secret>(?:{_HASHED}){{53}})"),
    _marked("password hash", ("$1$", "$5$", "$6$", "$y$", "$apr1$", "$$1$$", "$$5$$", "$$6$$", "$$y$$", "$$apr1$$", "%241%24", "%245%24", "%246%24", "%24y%24", "%24apr1%24"), rf"{_DOLLAR}(?:[156y]|apr1){_DOLLAR}(?:rounds=\d{{1,9}}{_DOLLAR})?(?:{_HASHED}){{1,40}}{_DOLLAR}(?P<secret>(?:{_HASHED}){{22,86}})"),
    _marked("password hash", ("$argon2",), r"\$argon2(?:id?|d)\$v=\d+\$m=\d+,t=\d+,p=\d+\$[\w+/]{8,}\$(?P<secret>[\w+/]{16,})"),
)  # fmt: skip

RULES = (
    *_CLOUDS,
    *_HOSTS,
    *_CHAT_AND_MAIL,
    *_PAYMENT,
    *_MODELS,
    *_MONITORING_AND_IDENTITY,
    *_PRODUCTS,
    *_CREDENTIALS,
)
