//! `report [ID]`: the whole mission for those who have no flightdeck, for people and for programs.

use std::path::{Path, PathBuf};

use anyhow::Context as _;

use crate::cli::context::print_json;
use crate::cli::prelude::*;
use crate::cli::print::{JsonShape, Printable};
use crate::domain::diff::DiffScope;
use crate::domain::evidence::EvidenceDoc;
use crate::domain::verdict::EvidenceRef;
use crate::link::MissionSource;
use crate::report::{self, MissionReport, Sources};

#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    mission: MissionArg,
    /// Write a page that holds everything it shows, pictures included
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
    /// Write Markdown
    #[arg(long, value_name = "FILE")]
    md: Option<PathBuf>,
    /// Write the contract as a `JUnit` report
    #[arg(long, value_name = "FILE")]
    junit: Option<PathBuf>,
    /// Write the contract as a CTRF report
    #[arg(long, value_name = "FILE")]
    ctrf: Option<PathBuf>,
    #[command(flatten)]
    format: Format,
}

pub fn run(context: &Context, args: &Args) -> Result<Exit> {
    let found = args.mission.find(context)?;
    let report = gather(&found);
    if args.format.json {
        return print_json(&report);
    }
    let junit = || Ok(report::junit(&report)?);
    let ctrf = || Ok(Printable::json(&report::ctrf(&report), JsonShape::Page)?.as_str().to_owned() + "\n");
    let mut written = Vec::new();
    let mut put = |file: &Option<PathBuf>, form: &dyn Fn() -> Result<String>| -> Result<()> {
        if file.as_ref().is_some_and(|file| file.as_os_str() == "-") {
            written.push(form()?);
        } else if let Some(file) = file {
            write(file, &form()?)?;
            written.push(format!("wrote {}", file.display()));
        }
        Ok(())
    };
    put(&args.html, &|| Ok(report::html(&report)?))?;
    put(&args.md, &|| Ok(report::markdown(&report)?))?;
    put(&args.junit, &junit)?;
    put(&args.ctrf, &ctrf)?;
    if written.is_empty() { done(report::markdown(&report)?) } else { done(written.join("\n")) }
}

/// What a mission's report says, read without an engine.
pub fn gather(found: &MissionRef) -> MissionReport {
    let evidence = |reference: &EvidenceRef| -> Result<EvidenceDoc, String> {
        found.source.evidence(reference).map_err(|refusal| refusal.to_string())
    };
    // A repository that is away leaves the share of tests out, and nothing else.
    let changes = found.source.diff(&DiffScope::Mission).ok();
    MissionReport::of(&found.checked(), &Sources { evidence: &evidence, changes, now: now() })
}

/// Renamed into place, so that nobody reads half a report.
fn write(file: &Path, text: &str) -> Result<()> {
    let mut unfinished = file.as_os_str().to_owned();
    unfinished.push(".unfinished");
    std::fs::write(&unfinished, text)
        .and_then(|()| std::fs::rename(&unfinished, file))
        .with_context(|| format!("failed to write {}", file.display()))
}
