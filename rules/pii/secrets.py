"""Secrets known by how they begin: keys and tokens whose issuers gave them a prefix so that scanners find them."""

from __future__ import annotations

from typing import Final

from rules.pii.recognizer import Recognizer, as_found

#: Up to its END line, or to the end of the text where that was cut off.
_PRIVATE_KEY: Final = (
    r"-----BEGIN [A-Z ]*PRIVATE KEY(?: BLOCK)?-----(?:[^-]|-{1,4}[^-])*"
    r"(?:-----END [A-Z ]*PRIVATE KEY(?: BLOCK)?-----)?"
)
_SECRETS: Final = (
    r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b",  # Amazon Web Services
    r"\bgh[pousr]_[0-9A-Za-z]{36}",  # GitHub
    r"\bgithub_pat_[0-9A-Za-z_]{22,}",
    r"\bgl(?:pat|ptt|dt|rt|soat|cbt)-[0-9A-Za-z_-]{20,}",  # GitLab
    r"\bxox[abeoprs]-[0-9A-Za-z-]{10,}",  # Slack
    r"\bxapp-\d-[0-9A-Za-z-]{10,}",
    r"\b[rs]k_(?:live|test)_[0-9A-Za-z]{16,}",  # Stripe
    r"\bwhsec_[0-9A-Za-z+/]{24,}",
    r"\bsk-(?:ant-|proj-)?[0-9A-Za-z_-]{32,}",  # model providers
    r"\bAIza[0-9A-Za-z_-]{35}",  # Google
    r"\bya29\.[0-9A-Za-z_-]{20,}",
    r"\bGOCSPX-[0-9A-Za-z_-]{20,}",
    r"\bSG\.[0-9A-Za-z_-]{16,}\.[0-9A-Za-z_-]{16,}",  # SendGrid
    r"\bkey-[0-9a-f]{32}\b",  # Mailgun
    r"\bSK[0-9a-f]{32}\b",  # Twilio
    r"\bshp(?:at|ca|pa|ss)_[0-9A-Fa-f]{32}",  # Shopify
    r"\bsq0(?:atp|csp)-[0-9A-Za-z_-]{22,}",  # Square
    r"\bdo[por]_v1_[0-9a-f]{64}",  # DigitalOcean
    r"\bdapi[0-9a-f]{32}\b",  # Databricks
    r"\bhvs\.[0-9A-Za-z_-]{24,}",  # HashiCorp Vault
    r"\bnpm_[0-9A-Za-z]{36}",
    r"\bpypi-[0-9A-Za-z_-]{32,}",
    r"\bhf_[0-9A-Za-z]{30,}",  # Hugging Face
    r"\b\d{8,10}:AA[0-9A-Za-z_-]{33}",  # Telegram
    r"\beyJ[0-9A-Za-z_-]{8,}\.eyJ[0-9A-Za-z_-]{8,}\.[0-9A-Za-z_-]{8,}",  # JSON web token
    _PRIVATE_KEY,
    r"\b[a-z][a-z0-9+]{1,15}://[^\s/:@]+:[^\s/@]+@[^\s/]+",  # a password in an address
)

RECOGNIZERS: Final = tuple(Recognizer("secret", pattern, as_found) for pattern in _SECRETS)
