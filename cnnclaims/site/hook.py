"""The MkDocs hook: writes the pages first, then lets MkDocs build the folder that they are in.

MkDocs checks `docs_dir` before it loads hooks. So the settings name a folder that is always there, this package's assets,
and the hook puts the folder of pages in its place: `build/pages` in a checkout, a temporary one for `cnnclaims site serve`.
"""

import os
import sys
from pathlib import Path
from typing import Any

os.environ.setdefault("NO_MKDOCS_2_WARNING", "1")
sys.path.insert(0, str(Path(__file__).parents[2]))  # a checkout builds its own pages, whatever is installed

from mkdocs.exceptions import PluginError

from cnnclaims.claims.faults import Faults
from cnnclaims.claims.loading import PAPERS as SHIPPED_PAPERS
from cnnclaims.claims.verdicts import FOLDER as SHIPPED_VERDICTS
from cnnclaims.claims.verdicts import VerdictFileError
from cnnclaims.site.build import PAPERS, VERDICTS, finish, read
from cnnclaims.site.expressions import Addresses
from cnnclaims.site.pages import ASSETS, FolderError, write_pages


def on_config(config: Any) -> Any:
    """Write the pages and have MkDocs read them."""
    folder = Path(config.site_dir).parent / "pages"
    try:
        addresses = Addresses(config.site_url or "", config.extra.get("source", ""))
        write_pages(folder, *read(_given(PAPERS), _given(VERDICTS)), addresses)
    except (Faults, VerdictFileError, FolderError) as error:
        raise PluginError(str(error)) from None
    config.docs_dir = str(folder)
    return config


def on_post_build(config: Any) -> None:
    """Mark the site as ours, so that `cnnclaims site build` may replace it; see there."""
    finish(Path(config.site_dir), config.site_url or "")


def on_serve(server: Any, config: Any, builder: Any) -> Any:
    """Build again when a record, a verdict or a shipped asset changes, not when the pages do."""
    server.unwatch(config.docs_dir)
    for path in (
        _given(PAPERS) or SHIPPED_PAPERS,
        _given(VERDICTS) or SHIPPED_VERDICTS,
        ASSETS,
    ):
        if path.exists():
            server.watch(str(path))
    return server


def _given(name: str) -> Path | None:
    value = os.environ.get(name)
    return Path(value) if value else None
