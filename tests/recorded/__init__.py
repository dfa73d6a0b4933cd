"""What a real Odoo 19 answered, over each of its protocols; `record.py` asks it again."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

ANSWERS = Path(__file__).with_name("answers.json")


def answers() -> dict[str, dict[str, dict[str, Any]]]:
    """Every recorded answer.

    Returns:
        By protocol (`json2`, `jsonrpc`, `xmlrpc`, `http`) and name of the case: `http_status`, `content_type`, `body`.
    """
    return json.loads(ANSWERS.read_text(encoding="utf-8"))
