"""Commands that build and serve the site."""

from pathlib import Path
from typing import Annotated

import typer

from cnnclaims.cli_shared import fail

site = typer.Typer(
    name="site", help="The verdicts as a static site.", no_args_is_help=True, rich_markup_mode=None
)


@site.command("build")
def site_build(
    out: Annotated[Path, typer.Option(metavar="DIR", help="The folder for the finished site.")] = Path(
        "build/site"
    ),
    strict: Annotated[bool, typer.Option(help="A warning is an error.")] = True,
    site_url: Annotated[
        str, typer.Option(metavar="URL", help="Where the site will stand: for its sitemap, data and badges.")
    ] = "",
    source_url: Annotated[
        str, typer.Option(metavar="URL", help="Where this repository's files stand, for links to sources.")
    ] = "",
) -> None:
    """Write the site to a folder."""
    from cnnclaims.site.build import SiteError, build
    from cnnclaims.site.expressions import Addresses

    try:
        done = build(out, strict=strict, addresses=Addresses(site_url, source_url))
    except SiteError as error:
        fail(str(error))
    print(
        f"{done.out}: {done.pages} pages on {done.papers} papers and {done.claims:,} claims, {done.bytes / 1e6:.1f} MB, "
        f"written in {done.seconds:.1f} s"
    )


@site.command("serve")
def site_serve(
    port: Annotated[int, typer.Option(min=0, max=65535)] = 8000,
) -> None:
    """Build the site and serve it on this machine."""
    from cnnclaims.site.build import SiteError, serve

    try:
        raise SystemExit(serve(port))
    except SiteError as error:
        fail(str(error))
