//! Writing a bundle: into a folder beside its place, which is renamed once it is whole.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use super::statement::statement;
use super::sums::{Sums, hash, written};
use super::{Bundle, FACTS, README, SUMS};
use crate::domain::event::{Event, Stamped};
use crate::domain::evidence::EvidenceKind;
use crate::domain::gate::GateId;
use crate::domain::mission::Mission;
use crate::domain::verdict::EvidenceRef;
use crate::report::{self, MissionReport, ReportError, ctrf, html, junit};
use crate::view::markdown;

/// Reads the bytes of a piece of evidence as an instrument took them; nothing where they are gone, as the report says.
pub type EvidenceBytes<'a> = dyn Fn(&EvidenceRef) -> Option<(EvidenceKind, Vec<u8>)> + 'a;

/// What a bundle is made of.
pub struct Material<'a> {
    /// The mission as it was when each gate was decided.
    pub decided: &'a BTreeMap<GateId, Mission>,
    pub report: &'a MissionReport,
    pub evidence: &'a EvidenceBytes<'a>,
}

/// The mission as it was when each gate was decided, the last time that it was: what came later is another gate's to say.
pub fn decided<'a>(log: impl IntoIterator<Item = &'a Stamped>) -> BTreeMap<GateId, Mission> {
    let mut decided = BTreeMap::new();
    let mut mission = Mission::unborn();
    for stamped in log {
        mission.apply(stamped);
        if let Event::GateDecided { gate, .. } = &stamped.event {
            decided.insert(*gate, mission.clone());
        }
    }
    decided
}

/// Writes a bundle into a folder that does not exist yet.
///
/// # Errors
/// When the folder exists, or a file cannot be written; then nothing is left behind.
pub fn write(folder: &Path, material: &Material<'_>) -> Result<Bundle, ReportError> {
    if folder.symlink_metadata().is_ok() {
        return Err(ReportError::FolderExists(folder.to_owned()));
    }
    let mut name = folder.file_name().unwrap_or_default().to_owned();
    name.push(".unfinished");
    let unfinished = folder.with_file_name(name);
    let done = fill(&unfinished, material).and_then(|(files, digest)| {
        fs::rename(&unfinished, folder).map_err(ReportError::io("name", folder))?;
        Ok(Bundle { folder: folder.to_owned(), files, digest })
    });
    if done.is_err() {
        // What cannot be removed has the name of something unfinished.
        drop(fs::remove_dir_all(&unfinished));
    }
    done
}

fn fill(folder: &Path, material: &Material<'_>) -> Result<(usize, String), ReportError> {
    let Material { decided, report, evidence } = material;
    let mut writer = Writer { folder: folder.to_owned(), sums: Sums::new() };
    fs::create_dir(folder).map_err(ReportError::io("create", folder))?;
    let mut facts = serde_json::to_value(report)?;
    if let Some(facts) = facts.as_object_mut() {
        // Its bytes are files here.
        facts.remove("evidence");
    }
    writer.put(README, readme(report).as_bytes())?;
    writer.put(FACTS, &serde_json::to_vec_pretty(&facts)?)?;
    let pieces = report.evidence.iter().flat_map(|piece| [Some(&piece.reference), piece.beside.as_ref()]);
    for reference in pieces.flatten().collect::<BTreeSet<_>>() {
        if let Some((kind, bytes)) = evidence(&EvidenceRef(reference.clone())) {
            writer.put(&format!("evidence/{reference}.{}", ending(kind)), &bytes)?;
        }
    }
    writer.put("report.html", html(report)?.as_bytes())?;
    writer.put("report.md", report::markdown(report)?.as_bytes())?;
    writer.put("junit.xml", junit(report)?.as_bytes())?;
    writer.put("ctrf.json", &serde_json::to_vec_pretty(&ctrf(report))?)?;
    // The statements name every other file: the facts, the evidence, and what the report makes of them.
    let rests_on = writer.sums.clone();
    for (gate, mission) in *decided {
        if let Some(statement) = statement(mission, *gate, &rests_on) {
            writer.put(&format!("statements/{gate}.intoto.json"), &serde_json::to_vec_pretty(&statement)?)?;
        }
    }
    let sums = written(&writer.sums);
    let path = folder.join(SUMS);
    fs::write(&path, &sums).map_err(ReportError::io("write", &path))?;
    Ok((writer.sums.len(), hash(sums.as_bytes())))
}

/// What whoever is handed the folder reads first.
fn readme(report: &MissionReport) -> String {
    let title = markdown::escaped(&report.title);
    format!(include_str!("../../../assets/bundle.md"), title = title, sums = SUMS)
}

/// How a file of evidence ends, for programs that open it.
fn ending(kind: EvidenceKind) -> &'static str {
    match kind {
        EvidenceKind::Screenshot => "png",
        EvidenceKind::Recording => "cast",
        EvidenceKind::Command
        | EvidenceKind::Http
        | EvidenceKind::Terminal
        | EvidenceKind::Page
        | EvidenceKind::App
        | EvidenceKind::Steps => "json",
        EvidenceKind::Unknown => "bin",
    }
}

struct Writer {
    folder: PathBuf,
    sums: Sums,
}

impl Writer {
    fn put(&mut self, name: &str, bytes: &[u8]) -> Result<(), ReportError> {
        let path = self.folder.join(name);
        if let Some(above) = path.parent() {
            fs::create_dir_all(above).map_err(ReportError::io("create", above))?;
        }
        fs::write(&path, bytes).map_err(ReportError::io("write", &path))?;
        self.sums.insert(name.to_owned(), hash(bytes));
        Ok(())
    }
}
