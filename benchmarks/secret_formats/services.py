"""Own the families of chat, mail, payment and models, from published formats."""

from __future__ import annotations

from benchmarks.secret_formats.drawing import BASE62, LOWER, UPPER, Draw, Family, Made, url_base64


def _discord_webhook(draw: Draw) -> Made:
    token = draw.url_safe(68)
    return Made(f"https://discord.com/api/webhooks/{draw.digits(19)}/{token}", token)


def _slack_webhook(draw: Draw) -> Made:
    token = f"T{draw.of(UPPER, 10)}/B{draw.of(UPPER, 10)}/{draw.base62(24)}"
    return Made(f"https://hooks.slack.com/services/{token}", token)


def _braintree_token(draw: Draw) -> Made:
    # Its first word is that of the variable's name.
    secret = f"{draw.of(LOWER, 16)}${draw.hexadecimal(32)}"
    return Made(f"access_token$production${secret}", secret)


CHAT_AND_MAIL = (
    Family(
        "slack bot token",
        "SLACK_BOT_TOKEN",
        "Slack API: Token types",
        lambda it: f"xoxb-{it.digits(12)}-{it.digits(13)}-{it.base62(24)}",
    ),
    Family(
        "slack user token",
        "SLACK_USER_TOKEN",
        "Slack API: Token types",
        lambda it: f"xoxp-{it.digits(12)}-{it.digits(12)}-{it.digits(13)}-{it.hexadecimal(32)}",
    ),
    Family(
        "slack app token",
        "SLACK_APP_TOKEN",
        "Slack API: Token types",
        lambda it: f"xapp-1-A{it.of(UPPER, 10)}-{it.digits(13)}-{it.hexadecimal(64)}",
    ),
    Family(
        "slack configuration token",
        "SLACK_CONFIG_TOKEN",
        "Slack API: Token rotation",
        lambda it: it.one_of("xoxe.xoxp-1-", "xoxe-1-") + it.base62(146),
    ),
    Family("slack webhook", "SLACK_WEBHOOK_URL", "Slack API: Incoming webhooks", _slack_webhook),
    Family(
        "discord bot token",
        "DISCORD_TOKEN",
        "Discord Developer Docs: Reference, Authentication",
        lambda it: ".".join((url_base64(it.digits(19).encode()), it.url_safe(6), it.url_safe(38))),
    ),
    Family(
        "discord webhook", "DISCORD_WEBHOOK", "Discord Developer Docs: Webhook", _discord_webhook
    ),
    Family(
        "telegram bot token",
        "TELEGRAM_BOT_TOKEN",
        "Telegram Bot API: Authorizing your bot",
        lambda it: f"{it.digits(10)}:AA{it.url_safe(33)}",
    ),
    Family(
        "twilio auth token",
        "TWILIO_AUTH_TOKEN",
        "Twilio Docs: Auth tokens",
        lambda it: it.hexadecimal(32),
    ),
    Family(
        "twilio api key",
        "TWILIO_API_KEY",
        "Twilio Docs: API keys overview",
        lambda it: "SK" + it.hexadecimal(32),
    ),
    Family(
        "sendgrid key",
        "SENDGRID_API_KEY",
        "Twilio SendGrid Docs: API keys",
        lambda it: f"SG.{it.url_safe(22)}.{it.url_safe(43)}",
    ),
    Family(
        "mailgun key",
        "MAILGUN_API_KEY",
        "Mailgun Documentation: Authentication",
        lambda it: it.one_of(
            "key-" + it.hexadecimal(32),
            f"{it.hexadecimal(32)}-{it.hexadecimal(8)}-{it.hexadecimal(8)}",
        ),
    ),
    Family(
        "mailchimp key",
        "MAILCHIMP_API_KEY",
        "Mailchimp Developer: Fundamentals",
        lambda it: f"{it.hexadecimal(32)}-us{it.between(1, 21)}",
    ),
    Family(
        "postmark token",
        "POSTMARK_SERVER_TOKEN",
        "Postmark Developer: API overview",
        lambda it: it.uuid(),
        "X-Postmark-Server-Token",
    ),
    Family(
        "brevo key",
        "BREVO_API_KEY",
        "Brevo Developers: Authentication",
        lambda it: f"xkeysib-{it.hexadecimal(64)}-{it.base62(16)}",
        "api-key",
    ),
    Family(
        "resend key",
        "RESEND_API_KEY",
        "Resend Docs: Introduction, Authentication",
        lambda it: f"re_{it.base62(8)}_{it.base62(24)}",
    ),
)

PAYMENT = (
    Family(
        "stripe secret key",
        "STRIPE_SECRET_KEY",
        "Stripe Docs: API keys",
        lambda it: it.one_of("sk_live_", "sk_test_", "sk_live_51") + it.base62(it.between(24, 99)),
    ),
    Family(
        "stripe restricted key",
        "STRIPE_API_KEY",
        "Stripe Docs: Restricted API keys",
        lambda it: it.one_of("rk_live_", "rk_test_") + it.base62(24),
    ),
    Family(
        "stripe webhook secret",
        "STRIPE_WEBHOOK_SECRET",
        "Stripe Docs: Webhook signatures",
        lambda it: "whsec_" + it.base62(32),
    ),
    Family(
        "square token",
        "SQUARE_ACCESS_TOKEN",
        "Square Developer: Access tokens",
        lambda it: it.one_of("EAAA" + it.url_safe(60), "sq0atp-" + it.url_safe(22)),
    ),
    Family(
        "square application secret",
        "SQUARE_APPLICATION_SECRET",
        "Square Developer: OAuth",
        lambda it: "sq0csp-" + it.url_safe(43),
    ),
    Family(
        "paypal client secret",
        "PAYPAL_CLIENT_SECRET",
        "PayPal Developer: Get started",
        lambda it: "E" + it.url_safe(79),
    ),
    Family(
        "braintree token",
        "BRAINTREE_ACCESS_TOKEN",
        "Braintree: Gateway credentials",
        _braintree_token,
    ),
    Family(
        "shopify token",
        "SHOPIFY_ACCESS_TOKEN",
        "Shopify changelog: Length of access tokens and their prefixes",
        lambda it: it.one_of("shpat_", "shpca_", "shppa_", "shpss_") + it.hexadecimal(32),
        "X-Shopify-Access-Token",
    ),
    Family(
        "plaid token",
        "PLAID_ACCESS_TOKEN",
        "Plaid Docs: Tokens",
        lambda it: f"access-{it.one_of('sandbox', 'production')}-{it.uuid()}",
    ),
    Family(
        "razorpay secret",
        "RAZORPAY_KEY_SECRET",
        "Razorpay Docs: API keys",
        lambda it: it.base62(24),
    ),
)

MODELS = (
    Family(
        "hugging face token",
        "HF_TOKEN",
        "Hugging Face Hub: User access tokens",
        lambda it: "hf_" + it.of(BASE62[10:], 34),
    ),
    Family(
        "openai legacy key",
        "OPENAI_API_KEY",
        "OpenAI Platform: API reference, Authentication",
        lambda it: f"sk-{it.base62(20)}T3BlbkFJ{it.base62(20)}",
    ),
    Family(
        "openai key",
        "OPENAI_API_KEY",
        "OpenAI Platform: Projects, service accounts",
        lambda it: (
            it.one_of("sk-proj-", "sk-svcacct-", "sk-admin-")
            + f"{it.url_safe(74)}T3BlbkFJ{it.url_safe(74)}"
        ),
    ),
    Family(
        "anthropic key",
        "ANTHROPIC_API_KEY",
        "Anthropic Docs: API overview",
        lambda it: it.one_of("sk-ant-api03-", "sk-ant-admin01-") + it.url_safe(93) + "AA",
        "x-api-key",
    ),
    Family("cohere key", "CO_API_KEY", "Cohere Docs: API keys", lambda it: it.base62(40)),
    Family("mistral key", "MISTRAL_API_KEY", "Mistral Docs: Quickstart", lambda it: it.base62(32)),
    Family("groq key", "GROQ_API_KEY", "GroqDocs: Quickstart", lambda it: "gsk_" + it.base62(52)),
    Family(
        "perplexity key",
        "PERPLEXITY_API_KEY",
        "Perplexity Docs: API key management",
        lambda it: "pplx-" + it.base62(48),
    ),
    Family(
        "replicate token",
        "REPLICATE_API_TOKEN",
        "Replicate Docs: API tokens",
        lambda it: "r8_" + it.base62(37),
    ),
    Family(
        "databricks token",
        "DATABRICKS_TOKEN",
        "Databricks Docs: Personal access tokens",
        lambda it: "dapi" + it.hexadecimal(32) + it.one_of("", "-2"),
    ),
    Family(
        "nvidia key",
        "NVIDIA_API_KEY",
        "NVIDIA NIM: API keys",
        lambda it: "nvapi-" + it.url_safe(64),
    ),
    Family("xai key", "XAI_API_KEY", "xAI Docs: Quickstart", lambda it: "xai-" + it.base62(80)),
    Family(
        "openrouter key",
        "OPENROUTER_API_KEY",
        "OpenRouter Docs: Authentication",
        lambda it: "sk-or-v1-" + it.hexadecimal(64),
    ),
    Family(
        "deepseek key",
        "DEEPSEEK_API_KEY",
        "DeepSeek API Docs: Your first API call",
        lambda it: "sk-" + it.hexadecimal(32),
    ),
    Family(
        "langsmith key",
        "LANGSMITH_API_KEY",
        "LangSmith Docs: Create an API key",
        lambda it: f"{it.one_of('lsv2_pt_', 'lsv2_sk_')}{it.hexadecimal(32)}_{it.hexadecimal(10)}",
    ),
    Family(
        "weights and biases key",
        "WANDB_API_KEY",
        "W&B Docs: API keys",
        lambda it: it.hexadecimal(40),
    ),
    Family(
        "pinecone key",
        "PINECONE_API_KEY",
        "Pinecone Docs: Manage API keys",
        lambda it: f"pcsk_{it.base62(6)}_{it.base62(63)}",
        "Api-Key",
    ),
)

SERVICES = (*CHAT_AND_MAIL, *PAYMENT, *MODELS)
