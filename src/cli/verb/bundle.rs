//! `bundle [ID]`: the report with its evidence and its statements as a folder whose every file can be checked.

use std::path::{Path, PathBuf};

use super::report::gather;
use crate::cli::prelude::*;
use crate::domain::verdict::EvidenceRef;
use crate::report::bundle::{self, Bundle, Material};
use crate::view::text::plural;

#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    mission: MissionArg,
    /// The folder to make; otherwise one named after the mission, in this directory
    #[arg(long, value_name = "FOLDER")]
    out: Option<PathBuf>,
    /// Say whether a bundle is what it was when it was written; no mission is needed
    #[arg(long, value_name = "FOLDER", conflicts_with_all = ["out", "id", "mission"])]
    check: Option<PathBuf>,
}

pub fn run(context: &Context, args: &Args) -> Result<Exit> {
    if let Some(folder) = &args.check {
        return check(&context.here.join(folder));
    }
    let found = args.mission.find(context)?;
    let folder = args.out.clone().unwrap_or_else(|| format!("{}-bundle", found.id).into());
    let report = gather(&found);
    let evidence = |reference: &EvidenceRef| {
        let piece = found.source.store().evidence().get(reference).ok()?;
        Some((piece.header.kind, piece.bytes))
    };
    let decided = bundle::decided(&found.events_after(0)?);
    let material = Material { decided: &decided, report: &report, evidence: &evidence };
    let bundle = bundle::write(&context.here.join(folder), &material)?;
    let compare = "Give that number to whoever gets the bundle, by another way than the bundle itself: \
                   `flightdeck bundle --check FOLDER` prints it again, and only if both are the same is it this one.";
    done(format!("wrote {}\n{compare}", words(&bundle)))
}

fn check(folder: &Path) -> Result<Exit> {
    match bundle::check(folder)? {
        Ok(bundle) => {
            let compare = "Compare that number with the one that `flightdeck bundle` printed when it was written: whoever writes \
                           every hash anew can hide a change from this check, but not from that number.";
            done(format!("nothing was changed, removed or added: {}\n{compare}", words(&bundle)))
        }
        Err(differences) => {
            let lines: Vec<String> = differences.iter().map(ToString::to_string).collect();
            Err(anyhow::anyhow!(
                "{} is not what was written: {}\n{}",
                folder.display(),
                plural(lines.len(), "difference"),
                lines.join("\n")
            ))
        }
    }
}

fn words(bundle: &Bundle) -> String {
    let files = plural(bundle.files, "file");
    format!("{}: {files}, SHA-256 of them all {}", bundle.folder.display(), bundle.digest)
}
