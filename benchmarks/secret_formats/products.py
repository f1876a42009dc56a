"""Own the families of monitoring, identity and products, from published formats."""

from __future__ import annotations

import base64
import json

from benchmarks.secret_formats.drawing import LOWER, UPPER, Draw, Family, Made, url_base64


def _sentry_dsn(draw: Draw) -> Made:
    secret = draw.hexadecimal(32)
    return Made(
        f"https://{draw.hexadecimal(32)}:{secret}@o{draw.digits(6)}.ingest.sentry.io/42", secret
    )


def _sentry_token(draw: Draw) -> str:
    claims = json.dumps({"iat": 1687336543.698, "url": "https://sentry.io", "org": "shop"})
    organisation = f"sntrys_{base64.b64encode(claims.encode()).decode()}_{draw.base62(43)}"
    return draw.one_of("sntryu_" + draw.hexadecimal(64), organisation)


def _mapbox_token(draw: Draw) -> str:
    claims = json.dumps({"u": draw.of(LOWER, 9), "a": draw.of(LOWER, 25)}, separators=(",", ":"))
    return f"sk.{url_base64(claims.encode())}.{draw.url_safe(22)}"


def _asana_token(draw: Draw) -> str:
    start = draw.one_of("1/", f"2/{draw.digits(16)}/")
    return f"{start}{draw.digits(16)}:{draw.hexadecimal(32)}"


def _grafana_key(draw: Draw) -> str:
    key = json.dumps({"k": draw.base62(32), "n": "deploy", "id": 1}, separators=(",", ":"))
    return base64.b64encode(key.encode()).decode()


MONITORING = (
    Family(
        "datadog api key",
        "DD_API_KEY",
        "Datadog Docs: API and application keys",
        lambda it: it.hexadecimal(32),
        "DD-API-KEY",
    ),
    Family(
        "datadog application key",
        "DD_APPLICATION_KEY",
        "Datadog Docs: API and application keys",
        lambda it: it.hexadecimal(40),
        "DD-APPLICATION-KEY",
    ),
    Family(
        "new relic user key",
        "NEW_RELIC_API_KEY",
        "New Relic Docs: API keys",
        lambda it: "NRAK-" + it.of(UPPER, 27),
        "Api-Key",
    ),
    Family(
        "new relic license key",
        "NEW_RELIC_LICENSE_KEY",
        "New Relic Docs: License key",
        lambda it: it.hexadecimal(36) + "NRAL",
    ),
    Family(
        "sentry token",
        "SENTRY_AUTH_TOKEN",
        "Sentry RFC 0091: CI upload tokens",
        _sentry_token,
    ),
    Family("sentry dsn", "SENTRY_DSN", "Sentry SDK development: the DSN", _sentry_dsn),
    Family(
        "grafana service account token",
        "GRAFANA_TOKEN",
        "Grafana Docs: Service accounts",
        lambda it: f"glsa_{it.base62(32)}_{it.hexadecimal(8)}",
    ),
    Family("grafana api key", "GRAFANA_API_KEY", "Grafana Docs: API keys", _grafana_key),
    Family(
        "grafana cloud token",
        "GRAFANA_CLOUD_TOKEN",
        "Grafana Docs: Access policies",
        lambda it: (
            "glc_"
            + base64.b64encode(
                json.dumps({"o": it.digits(6), "n": "ci", "k": it.base62(24)}).encode()
            ).decode()
        ),
    ),
    Family(
        "pagerduty key",
        "PAGERDUTY_API_KEY",
        "PagerDuty Support: API access keys",
        lambda it: it.one_of("u+", "y_") + it.url_safe(18),
    ),
    Family(
        "dynatrace token",
        "DT_API_TOKEN",
        "Dynatrace Docs: Access tokens, format",
        lambda it: f"dt0c01.{it.of(UPPER, 24)}.{it.of(UPPER, 64)}",
    ),
)

IDENTITY = (
    Family(
        "okta token",
        "OKTA_API_TOKEN",
        "Okta Developer: Create an API token",
        lambda it: "00" + it.url_safe(40),
    ),
    Family(
        "auth0 client secret",
        "AUTH0_CLIENT_SECRET",
        "Auth0 Docs: Rotate client secrets",
        lambda it: it.url_safe(64),
    ),
    Family(
        "vault token",
        "VAULT_TOKEN",
        "HashiCorp Vault: Tokens, prefixes",
        lambda it: it.one_of("hvs.", "hvb.", "hvr.") + it.url_safe(it.between(90, 120)),
    ),
    Family(
        "vault legacy token",
        "VAULT_TOKEN",
        "HashiCorp Vault: Tokens before 1.10",
        lambda it: "s." + it.base62(24),
    ),
    Family(
        "terraform token",
        "TFE_TOKEN",
        "HCP Terraform: API tokens",
        lambda it: f"{it.base62(14)}.atlasv1.{it.base62(67)}",
    ),
    Family(
        "consul token",
        "CONSUL_HTTP_TOKEN",
        "HashiCorp Consul: ACL tokens",
        lambda it: it.uuid(),
        "X-Consul-Token",
    ),
    Family(
        "pulumi token",
        "PULUMI_ACCESS_TOKEN",
        "Pulumi Docs: Access tokens",
        lambda it: "pul-" + it.hexadecimal(40),
    ),
    Family(
        "doppler token",
        "DOPPLER_TOKEN",
        "Doppler Docs: Auth token formats",
        lambda it: it.one_of("dp.pt.", "dp.st.prd.", "dp.ct.", "dp.sa.") + it.base62(43),
    ),
    Family(
        "onepassword token",
        "OP_SERVICE_ACCOUNT_TOKEN",
        "1Password Developer: Service accounts",
        lambda it: (
            "ops_"
            + url_base64(
                json.dumps(
                    {"signInAddress": "my.1password.com", "secretKey": it.base62(120)}
                ).encode()
            )
        ),
    ),
    Family(
        "snowflake password",
        "SNOWFLAKE_PASSWORD",
        "Snowflake Docs: Password policies",
        Draw.password,
    ),
)

PRODUCTS = (
    Family(
        "linear key",
        "LINEAR_API_KEY",
        "Linear Developers: Getting started",
        lambda it: "lin_api_" + it.base62(40),
    ),
    Family(
        "notion secret",
        "NOTION_TOKEN",
        "Notion Developers: changelog, token prefix",
        lambda it: it.one_of("secret_" + it.base62(43), "ntn_" + it.base62(46)),
    ),
    Family(
        "figma token",
        "FIGMA_TOKEN",
        "Figma REST API: Personal access tokens",
        lambda it: "figd_" + it.url_safe(40),
        "X-Figma-Token",
    ),
    Family(
        "airtable token",
        "AIRTABLE_TOKEN",
        "Airtable Support: Personal access tokens",
        lambda it: f"pat{it.base62(14)}.{it.hexadecimal(64)}",
    ),
    Family("asana token", "ASANA_TOKEN", "Asana Developers: Personal access token", _asana_token),
    Family(
        "dropbox token",
        "DROPBOX_TOKEN",
        "Dropbox: OAuth guide, short-lived tokens",
        lambda it: "sl." + it.url_safe(136),
    ),
    Family("mapbox token", "MAPBOX_SECRET_TOKEN", "Mapbox Docs: Access tokens", _mapbox_token),
    Family(
        "algolia admin key",
        "ALGOLIA_ADMIN_KEY",
        "Algolia Docs: API keys",
        lambda it: it.hexadecimal(32),
        "X-Algolia-API-Key",
    ),
    Family(
        "postman key",
        "POSTMAN_API_KEY",
        "Postman Docs: API key, secret scanner",
        lambda it: f"PMAK-{it.hexadecimal(24)}-{it.hexadecimal(34)}",
        "X-API-Key",
    ),
    Family(
        "hubspot token",
        "HUBSPOT_ACCESS_TOKEN",
        "HubSpot Developers: Private apps",
        lambda it: f"pat-{it.one_of('na1', 'eu1')}-{it.uuid()}",
    ),
    Family(
        "contentful token",
        "CONTENTFUL_MANAGEMENT_TOKEN",
        "Contentful: Personal access tokens",
        lambda it: "CFPAT-" + it.url_safe(43),
    ),
    Family(
        "typeform token",
        "TYPEFORM_TOKEN",
        "Typeform Developers: Personal access token",
        lambda it: f"tfp_{it.base62(44)}_{it.base62(14)}",
    ),
    Family(
        "launchdarkly sdk key",
        "LAUNCHDARKLY_SDK_KEY",
        "LaunchDarkly Docs: SDK keys",
        lambda it: "sdk-" + it.uuid(),
    ),
    Family(
        "prefect key",
        "PREFECT_API_KEY",
        "Prefect Docs: API keys",
        lambda it: it.one_of("pnu_", "pnb_") + it.of(LOWER, 36),
    ),
    Family(
        "sourcegraph token",
        "SRC_ACCESS_TOKEN",
        "Sourcegraph Docs: Access tokens",
        lambda it: f"sgp_{it.hexadecimal(16)}_{it.hexadecimal(40)}",
    ),
    Family(
        "facebook token",
        "FACEBOOK_ACCESS_TOKEN",
        "Meta for Developers: Access tokens",
        lambda it: "EAA" + it.base62(180),
    ),
)

PRODUCTS_AND_IDENTITY = (*MONITORING, *IDENTITY, *PRODUCTS)
