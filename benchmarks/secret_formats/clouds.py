"""Own the families of clouds, code hosts, registries and build servers, from published formats."""

from __future__ import annotations

import base64
import json

from benchmarks.secret_formats.credentials import key_block
from benchmarks.secret_formats.drawing import (
    BASE32,
    BASE62,
    LOWER,
    UPPER,
    Draw,
    Family,
    Made,
    around,
    with_checksum,
)


def _service_account(draw: Draw) -> Made:
    key = key_block(draw, "PRIVATE KEY", 1216)
    account = {
        "type": "service_account",
        "project_id": "inventory-394811",
        "private_key_id": draw.hexadecimal(40),
        "private_key": f"{key.value}\n",
        "client_email": "builder@inventory-394811.iam.gserviceaccount.com",
    }
    return Made(json.dumps(account), key.secret.replace("\n", "\\n"))


def _azure_identifiable(draw: Draw, length: int, mark: str, tail: int) -> str:
    """Return a key with the mark that Microsoft's scanners look for near its end."""
    return draw.base62(length) + mark + draw.base62(tail)


AWS = "AWS, IAM User Guide: Identify AWS security credentials"
AZURE = "Microsoft Learn, Purview: sensitive information type entity definitions"
GITHUB = "GitHub Blog: Behind GitHub's new authentication token formats"
GITLAB = "GitLab Docs: Token overview, token prefixes"

CLOUDS = (
    Family("aws access key id", "AWS_ACCESS_KEY_ID", AWS, lambda it: "AKIA" + it.of(BASE32, 16)),
    Family("aws temporary key id", "AWS_ACCESS_KEY_ID", AWS, lambda it: "ASIA" + it.of(BASE32, 16)),
    Family("aws secret key", "AWS_SECRET_ACCESS_KEY", AWS, lambda it: it.base64(30)),
    Family(
        "aws session token",
        "AWS_SESSION_TOKEN",
        "AWS, STS API Reference: AssumeRole, example",
        lambda it: it.one_of("IQoJb3JpZ2luX2Vj", "FwoGZXIvYXdz") + it.base64(240),
    ),
    Family(
        "aws bedrock key",
        "AWS_BEARER_TOKEN_BEDROCK",
        "AWS, Bedrock User Guide: API keys",
        lambda it: "ABSK" + base64.b64encode(b"BedrockAPIKey-" + it.base62(80).encode()).decode(),
    ),
    Family(
        "google api key",
        "GOOGLE_API_KEY",
        "Google Cloud: Authenticate by using API keys",
        lambda it: "AIza" + it.url_safe(35),
        "X-Goog-Api-Key",
    ),
    Family(
        "google client secret",
        "GOOGLE_CLIENT_SECRET",
        "Google Identity: OAuth 2.0 for web server applications",
        lambda it: "GOCSPX-" + it.url_safe(28),
    ),
    Family(
        "google access token",
        "ACCESS_TOKEN",
        "Google Cloud: Token types",
        lambda it: "ya29." + it.url_safe(it.between(120, 200)),
    ),
    Family(
        "google refresh token",
        "REFRESH_TOKEN",
        "Google Identity: OAuth 2.0, refresh token example",
        lambda it: "1//0" + it.url_safe(it.between(60, 100)),
    ),
    Family(
        "google service account",
        "GOOGLE_APPLICATION_CREDENTIALS_JSON",
        "Google Cloud: Create and delete service account keys",
        _service_account,
    ),
    Family("azure storage key", "AZURE_STORAGE_KEY", AZURE, lambda it: it.base64(64)),
    Family(
        "azure storage connection string",
        "AZURE_STORAGE_CONNECTION_STRING",
        "Microsoft Learn: Configure Azure Storage connection strings",
        lambda it: around(
            "DefaultEndpointsProtocol=https;AccountName=invoices;AccountKey={};"
            "EndpointSuffix=core.windows.net",
            it.base64(64),
        ),
    ),
    Family(
        "azure cosmos connection string",
        "COSMOS_CONNECTION_STRING",
        "Microsoft Learn: Azure Cosmos DB connection strings",
        lambda it: around(
            "AccountEndpoint=https://shop.documents.azure.com:443/;AccountKey={};", it.base64(64)
        ),
    ),
    Family(
        "azure service bus connection string",
        "SERVICE_BUS_CONNECTION",
        "Microsoft Learn: Service Bus shared access signatures",
        lambda it: around(
            "Endpoint=sb://orders.servicebus.windows.net/;SharedAccessKeyName=Send;"
            "SharedAccessKey={}",
            it.base64(32),
        ),
    ),
    Family(
        "azure client secret",
        "AZURE_CLIENT_SECRET",
        AZURE,
        lambda it: it.base62(3) + it.one_of("7Q~", "8Q~") + it.of(BASE62 + "_.-~", 34),
    ),
    Family(
        "azure shared access signature",
        "SAS_URL",
        "Microsoft Learn: Create an account SAS",
        lambda it: around(
            "https://invoices.blob.core.windows.net/a?sv=2022-11-02&ss=b&srt=co&sp=rl"
            "&se=2027-01-01T00:00:00Z&spr=https&sig={}",
            it.base64(32).replace("+", "%2B").replace("/", "%2F").replace("=", "%3D"),
        ),
    ),
    Family(
        "azure devops token",
        "AZURE_DEVOPS_EXT_PAT",
        "Microsoft Learn: Use personal access tokens, format of tokens",
        lambda it: _azure_identifiable(it, 76, "AZDO", 4),
    ),
    Family(
        "azure ai key",
        "AZURE_OPENAI_API_KEY",
        "Microsoft Security Utilities: identifiable keys",
        lambda it: _azure_identifiable(it, 52, "JQQJ99" + it.of(UPPER, 14) + "ACOG", 4),
        "api-key",
    ),
    Family(
        "digitalocean token",
        "DIGITALOCEAN_TOKEN",
        "DigitalOcean Docs: Create a personal access token",
        lambda it: it.one_of("dop_v1_", "doo_v1_", "dor_v1_") + it.hexadecimal(64),
    ),
    Family(
        "heroku key",
        "HEROKU_API_KEY",
        "Heroku Dev Center: OAuth, token prefixes",
        lambda it: it.one_of("HRKU-AA" + it.url_safe(58), it.uuid()),
    ),
    Family(
        "linode token", "LINODE_TOKEN", "Linode API: authentication", lambda it: it.hexadecimal(64)
    ),
    Family(
        "cloudflare token",
        "CLOUDFLARE_API_TOKEN",
        "Cloudflare Docs: Create API token",
        lambda it: it.url_safe(40),
    ),
    Family(
        "cloudflare global key",
        "CLOUDFLARE_API_KEY",
        "Cloudflare Docs: Get Global API key",
        lambda it: it.hexadecimal(37),
        "X-Auth-Key",
    ),
    Family(
        "fastly token",
        "FASTLY_API_TOKEN",
        "Fastly Documentation: Using API tokens",
        lambda it: it.url_safe(32),
        "Fastly-Key",
    ),
    Family(
        "alibaba access key",
        "ALIBABA_CLOUD_ACCESS_KEY_ID",
        "Alibaba Cloud: RAM, AccessKey pairs",
        lambda it: "LTAI5t" + it.base62(18),
    ),
    Family(
        "netlify token",
        "NETLIFY_AUTH_TOKEN",
        "Netlify changelog: token prefixes",
        lambda it: "nfp_" + it.base62(36),
    ),
    Family(
        "supabase token",
        "SUPABASE_ACCESS_TOKEN",
        "Supabase Docs: Management API and API keys",
        lambda it: it.one_of(
            "sbp_" + it.hexadecimal(40), "sb_secret_" + it.url_safe(22) + "_" + it.url_safe(8)
        ),
    ),
    Family(
        "planetscale password",
        "DATABASE_PASSWORD",
        "PlanetScale Docs: secret scanning prefixes",
        lambda it: it.one_of("pscale_pw_", "pscale_tkn_", "pscale_oauth_") + it.url_safe(43),
    ),
    Family(
        "fly token",
        "FLY_API_TOKEN",
        "Fly.io Docs: Access tokens",
        lambda it: "fm2_" + it.base64(120),
    ),
)

HOSTS = (
    Family(
        "github personal token",
        "GITHUB_TOKEN",
        GITHUB,
        lambda it: with_checksum("ghp_", it.base62(30)),
    ),
    Family(
        "github app token",
        "GH_TOKEN",
        GITHUB,
        lambda it: with_checksum(it.one_of("gho_", "ghu_", "ghs_"), it.base62(30)),
    ),
    Family(
        "github refresh token",
        "GITHUB_REFRESH_TOKEN",
        GITHUB,
        lambda it: with_checksum("ghr_", it.base62(70)),
    ),
    Family(
        "github fine-grained token",
        "GITHUB_TOKEN",
        "GitHub Docs: Managing your personal access tokens",
        lambda it: "github_pat_" + it.base62(22) + "_" + it.base62(59),
    ),
    Family(
        "github app assertion",
        "GITHUB_APP_JWT",
        "GitHub Docs: Generating a JSON Web Token for a GitHub App",
        lambda it: it.jwt(
            {"alg": "RS256", "typ": "JWT"},
            {"iat": 1716239022, "exp": 1716239622, "iss": it.digits(6)},
            256,
        ),
    ),
    Family(
        "gitlab personal token",
        "GITLAB_TOKEN",
        GITLAB,
        lambda it: "glpat-" + it.url_safe(20),
        "PRIVATE-TOKEN",
    ),
    Family(
        "gitlab routable token",
        "GITLAB_TOKEN",
        "GitLab Docs: Cells, routable tokens",
        lambda it: f"glpat-{it.url_safe(27)}.01.{it.of(LOWER, 2)}1{it.of(LOWER, 6)}",
        "PRIVATE-TOKEN",
    ),
    Family(
        "gitlab other token",
        "CI_TOKEN",
        GITLAB,
        lambda it: (
            it.one_of(
                "gldt-",
                "glrt-",
                "glptt-",
                "glft-",
                "glimt-",
                "glsoat-",
                "gloas-",
                "glffct-",
                "glcbt-",
            )
            + it.url_safe(20)
        ),
    ),
    Family("gitlab agent token", "AGENT_TOKEN", GITLAB, lambda it: "glagent-" + it.url_safe(50)),
    Family(
        "bitbucket app password",
        "BITBUCKET_APP_PASSWORD",
        "Atlassian Support: App passwords",
        lambda it: "ATBB" + it.base62(24) + it.of(UPPER[-16:], 8),
    ),
    Family(
        "bitbucket access token",
        "BITBUCKET_TOKEN",
        "Atlassian Support: Repository access tokens",
        lambda it: f"ATCTT3xFfGN0{it.url_safe(172)}={it.of('0123456789ABCDEF', 8)}",
    ),
    Family(
        "atlassian api token",
        "JIRA_API_TOKEN",
        "Atlassian Support: Manage API tokens for your account",
        lambda it: f"ATATT3xFfGF0{it.url_safe(172)}={it.of('0123456789ABCDEF', 8)}",
    ),
    Family(
        "npm token",
        "NPM_TOKEN",
        "GitHub Blog: npm access tokens, new format",
        lambda it: with_checksum("npm_", it.base62(30)),
    ),
    Family(
        "pypi token",
        "TWINE_PASSWORD",
        "PyPI help: API tokens (macaroons)",
        lambda it: "pypi-AgEIcHlwaS5vcmc" + it.url_safe(it.between(130, 160)),
    ),
    Family(
        "rubygems key",
        "GEM_HOST_API_KEY",
        "RubyGems Guides: API key",
        lambda it: "rubygems_" + it.hexadecimal(48),
    ),
    Family(
        "nuget key",
        "NUGET_API_KEY",
        "Microsoft Purview: NuGet API keys",
        lambda it: "oy2" + it.of(LOWER, 43),
        "X-NuGet-ApiKey",
    ),
    Family(
        "crates.io token",
        "CARGO_REGISTRY_TOKEN",
        "crates.io, token.rs: prefix cio",
        lambda it: "cio" + it.base62(32),
    ),
    Family(
        "docker hub token",
        "DOCKER_PASSWORD",
        "Docker Docs: Personal access tokens",
        lambda it: it.one_of("dckr_pat_", "dckr_oat_") + it.url_safe(27),
    ),
    Family(
        "artifactory key",
        "ARTIFACTORY_API_KEY",
        "JFrog Help: API keys",
        lambda it: "AKCp" + it.base62(69),
        "X-JFrog-Art-Api",
    ),
    Family(
        "sonarqube token",
        "SONAR_TOKEN",
        "SonarQube Docs: Managing your tokens",
        lambda it: it.one_of("sqp_", "squ_", "sqa_") + it.hexadecimal(40),
    ),
    Family(
        "circleci token",
        "CIRCLE_TOKEN",
        "CircleCI Docs: Managing API tokens",
        lambda it: f"{it.one_of('CCIPAT', 'CCIPRJ')}_{it.base62(22)}_{it.hexadecimal(40)}",
        "Circle-Token",
    ),
    Family(
        "buildkite token",
        "BUILDKITE_API_TOKEN",
        "Buildkite Docs: Managing API access tokens",
        lambda it: "bkua_" + it.hexadecimal(40),
    ),
)
