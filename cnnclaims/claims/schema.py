"""The JSON Schema of a record, for editors that check while one types.

`papers/paper.schema.json` is what `schema_text` gives; a test holds the two together.
"""

import json
from typing import Any

from cnnclaims.claims.records import Record


def schema() -> dict[str, Any]:
    """JSON Schema (2020-12) of a record."""
    found = Record.model_json_schema(by_alias=True)
    _tidy(found)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **found, "title": "A cnnclaims record"}


def schema_text() -> str:
    """The schema as the text of its file."""
    return json.dumps(schema(), indent=2, ensure_ascii=False) + "\n"


def _tidy(node: Any) -> None:
    """Take out pydantic's made-up titles and defaults of null, and close mappings whose keys have a pattern."""
    if isinstance(node, list):
        for entry in node:
            _tidy(entry)
    elif isinstance(node, dict):
        if isinstance(node.get("title"), str):
            del node["title"]
        if node.get("default", ...) is None:
            del node["default"]
        if "patternProperties" in node:
            node["additionalProperties"] = False
        for entry in node.values():
            _tidy(entry)
