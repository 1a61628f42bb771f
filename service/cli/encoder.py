"""`signoff encoder …`: compile the encoder, and show what was measured when it was."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

import typer

from service.cli.saying import print_table, progress_shown, say

if TYPE_CHECKING:
    from service.usecases.install_encoder import Installed

encoder_app = typer.Typer(no_args_is_help=True, help="The encoder.")


@encoder_app.command("compile")
def encoder_compile(
    source: Annotated[str | None, typer.Option(help="Folder or name of a sentence-transformers model.")] = None,
    precision: Annotated[
        Literal["int8", "fp32"], typer.Option(help="int8 is faster, fp32 is the original to the last digits.")
    ] = "int8",
) -> None:
    """Compile the encoder to ONNX and certify it against the original."""
    from service.settings import load_settings
    from service.usecases.install_encoder import install_encoder

    with progress_shown() as progress:
        made, before = install_encoder(load_settings(), source, precision, progress)
    _show(made)
    if before is not None:
        say.print(
            f"releases made with the encoder before keep it ({before.folder}); to move a workflow to this one: "
            "signoff workflow refit NAME. A running server takes it when it starts again."
        )


@encoder_app.command("show")
def encoder_show(
    digest: Annotated[str | None, typer.Argument(help="How its digest begins; the home's own if not given.")] = None,
) -> None:
    """What an encoder was made from, and what its certificate says."""
    from service.errors import NotFound
    from service.settings import load_settings
    from service.usecases.install_encoder import encoders

    found = encoders(load_settings())
    chosen = [each for each in found if each.manifest.digest.startswith(digest or found[0].manifest.digest)]
    if not chosen:
        raise NotFound(f"no encoder's digest begins with {digest}", remedy="signoff encoder show")
    for each in chosen:
        _show(each)
    if digest is None and found[1:]:
        say.print(f"others: {', '.join(each.manifest.digest[:16] for each in found[1:])}")


def _show(installed: Installed) -> None:
    made, certificate = installed.manifest, installed.manifest.certificate
    form = "texts of equal length together" if made.batches else "one text at a time"
    print_table(
        ("encoder", made.digest[:16]),
        [
            ("folder", installed.folder),
            ("made from", made.name),
            ("precision", made.precision),
            ("dimensions", made.dim),
            ("tokens a window", made.max_tokens),
            ("pooling", made.pooling),
            ("bulk work", form),
        ],
    )
    print()
    print_table(
        ("certificate", "measured", f"against the original, on {certificate.probes} probe texts"),
        [
            ("mean cosine", f"{certificate.mean_cosine:.4f}", "1 is the same vector"),
            ("least cosine", f"{certificate.min_cosine:.4f}", "of the worst probe"),
            ("rank agreement", f"{certificate.rank_agreement:.4f}", "Spearman, each probe's likeness to all others"),
            ("same nearest", f"{certificate.top1_agreement:.1%}", "probes whose nearest other is the same"),
            ("rank changes", f"{certificate.rank_changes:.1%}", "of five nearest, those that are others"),
            ("decision flips", f"{certificate.decision_flips:.1%}", "probes that go to another of the labels"),
            ("worst in a batch", f"{certificate.worst_batch_cosine:.7f}", "cosine to the same text alone"),
        ],
    )
