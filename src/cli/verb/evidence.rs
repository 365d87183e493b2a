//! `evidence [ID] [REF]`: the bytes that verdicts rest on.

use std::path::PathBuf;

use anyhow::Context as _;
use ratatui::layout::Size;
use serde_json::Value;

use crate::cli::console::canvas;
use crate::cli::prelude::*;
use crate::cli::print::Printable;
use crate::cli::screen::Output;
use crate::domain::evidence::{EvidenceDoc, EvidenceKind};
use crate::domain::id::AssertionId;
use crate::domain::mission::Mission;
use crate::domain::tries::TakenFor;
use crate::domain::verdict::{EvidenceRef, Verdict};
use crate::link::MissionSource;
use crate::tui::picture::{Cell, Graphics};
use crate::view::assertion::{pieces, proofs};
use crate::view::evidence::{Headers, Proof, Reading, head, page};
use crate::view::prose::paragraph;
use crate::view::row::Row;
use crate::view::style_role::StyleRole;
use crate::view::text::plural;
use crate::view::words::one_line;

/// Lines of a terminal that a picture leaves to the words above it and the prompt below.
const LINES_BESIDE: u16 = 8;

#[derive(Debug, clap::Args)]
#[command(override_usage = "flightdeck evidence [OPTIONS] [ID] [REF|ASSERTION]")]
pub struct Args {
    #[command(flatten)]
    mission: NamedMission,
    /// [ID] [REF|ASSERTION]: a reference, or the newest evidence of an assertion; without one, all verdicts are listed
    #[arg(num_args = 0..=2, value_name = "WORDS")]
    words: Vec<String>,
    /// Write the bytes to a file, such as a screenshot
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    #[command(flatten)]
    format: Format,
}

pub fn run(context: &Context, args: &Args) -> Result<Exit> {
    let is_thing = |word: &str| word.starts_with("ev_") || word.parse::<AssertionId>().is_ok();
    let (mission, words) = args.mission.split(&args.words, is_thing);
    let expected =
        Expected { what: "a piece of evidence (ev_…) or an assertion (VAL-AREA-001)", words: &[] };
    let found = args.mission.find(context, mission, expected)?;
    let thing = match words {
        [] if args.out.is_some() => {
            return Err(misuse("name the evidence to write: `flightdeck evidence` lists all references"));
        }
        [] => return verdicts(context, &found, args.format),
        [thing] => thing,
        [..] => return Err(misuse("name one: `flightdeck evidence [ID] [REF|ASSERTION]`")),
    };
    let (reference, of) = if thing.starts_with("ev_") {
        (known(&found, thing)?, None)
    } else {
        let (id, reference) = newest(&found.mission, thing)?;
        (reference, Some(id))
    };
    if let Some(path) = &args.out {
        let bytes = found.source.store().evidence().get(&reference)?.bytes;
        std::fs::write(path, &bytes).with_context(|| format!("failed to write {}", path.display()))?;
        return done(format!("{} in {}", plural(bytes.len(), "byte"), path.display()));
    }
    let doc = found.source.evidence(&reference)?;
    let value = || {
        let parsed = serde_json::from_str::<Value>(&doc.content).ok();
        let pieces: Vec<Value> = of.iter().flat_map(|id| listed(&found.mission, id)).collect();
        let mut value =
            json!({ "reference": doc.reference, "kind": doc.kind, "title": doc.title, "content": parsed });
        if of.is_some() {
            value["pieces"] = pieces.into();
        }
        value
    };
    let seen = drawn(context, &doc, args.format)?;
    let page = |width| {
        let titles = |piece: &EvidenceRef| found.title_of(piece);
        let mut all: Vec<Row> = of
            .iter()
            .flat_map(|id| pieces(&found.mission, id, &reference, (&titles, now()), width))
            .collect();
        all.extend((!all.is_empty()).then(Row::new));
        all.extend(rows(&found.mission, &doc, width));
        all
    };
    let done = context.answer(args.format, value, page)?;
    if let Some(seen) = seen {
        print(seen)?;
    }
    Ok(done)
}

/// A picture, on a terminal that takes it.
fn drawn(context: &Context, doc: &EvidenceDoc, format: Format) -> Result<Option<Printable>> {
    let mut canvas = canvas(context)?;
    let is_seen = !format.json && doc.kind == EvidenceKind::Screenshot && context.output != Output::Pipe;
    if !is_seen || canvas.graphics == Graphics::None {
        return Ok(None);
    }
    let window = crossterm::terminal::window_size()?;
    let cells = Size { width: window.columns, height: window.rows };
    canvas.cell = Cell::of(Size { width: window.width, height: window.height }, cells);
    let room = Size { height: cells.height.saturating_sub(LINES_BESIDE), ..cells };
    Ok(Some(Printable::picture(&doc.content, canvas, room).unwrap_or_else(Printable::from)))
}

/// The one reference that begins with a word.
fn known(found: &MissionRef, word: &str) -> Result<EvidenceRef> {
    let all = found.source.store().evidence().list()?;
    let begun: Vec<&EvidenceRef> = all.iter().filter(|reference| reference.0.starts_with(word)).collect();
    if let Some(exact) = begun.iter().find(|reference| reference.0 == word) {
        return Ok((*exact).clone());
    }
    match begun.as_slice() {
        [only] => Ok((*only).clone()),
        [] => Err(misuse(format!(
            "there is no evidence `{}`; `flightdeck evidence` lists what there is",
            word.chars().take(60).collect::<String>()
        ))),
        several => Err(misuse(format!(
            "`{word}` begins several references: {}",
            several.iter().map(|reference| reference.0.as_str()).collect::<Vec<_>>().join(", ")
        ))),
    }
}

/// Each piece of an assertion's evidence, and what it was taken for.
fn listed(mission: &Mission, id: &AssertionId) -> Vec<Value> {
    let all = mission.pieces_of(id).into_iter();
    let piece = |(reference, taken)| match taken {
        TakenFor::Verdict(given) => {
            json!({ "reference": reference, "attempt": given.attempt, "milestone": given.milestone,
            "round": given.round, "commit": given.commit, "at": given.at, "outcome": given.outcome })
        }
        TakenFor::Try(tried) => json!({ "reference": reference, "tried": tried }),
    };
    all.map(piece).collect()
}

/// The last evidence of an assertion's newest verdict; where no verdict has any, what was seen when its check was tried.
fn newest(mission: &Mission, word: &str) -> Result<(AssertionId, EvidenceRef)> {
    let id = &ask::assertion(mission, word)?.id;
    let verdicts = mission.verdicts.get(id).map_or(&[][..], Vec::as_slice);
    let with_evidence = verdicts.iter().rev().find_map(|verdict| verdict.evidence.last().cloned());
    let tried = || mission.pieces_of(id).into_iter().next().map(|(reference, _)| reference);
    let found = with_evidence.or_else(tried).map(|reference| (id.clone(), reference));
    found.ok_or_else(|| match verdicts.last() {
        None => misuse(format!(
            "{id} has no evidence: nobody has tried it yet; `flightdeck assertion show {id}` says how it is checked"
        )),
        Some(verdict) => misuse(format!(
            "{id} has no evidence: its verdict is {}: {}",
            verdict.outcome.word(),
            one_line(verdict.observed.as_str())
        )),
    })
}

fn verdicts(context: &Context, found: &MissionRef, format: Format) -> Result<Exit> {
    let all: Vec<_> = found.mission.verdicts.values().flatten().collect();
    if all.is_empty() && !format.json {
        return done("no verdict has been given yet");
    }
    context.answer(format, || &all, |width| proofs(&found.mission, &|piece| found.title_of(piece), width))
}

/// As the console shows it, with nothing folded.
fn rows(mission: &Mission, doc: &EvidenceDoc, width: usize) -> Vec<Row> {
    let rests = |(_, given): &(&AssertionId, &Vec<Verdict>)| {
        given.iter().any(|verdict| verdict.pieces().any(|piece| *piece == doc.reference))
    };
    let tried = |id: &&AssertionId| mission.pieces_of(id).iter().any(|(piece, _)| *piece == doc.reference);
    let assertion = mission.verdicts.iter().find(rests).map(|(id, _)| id);
    let assertion = assertion.or_else(|| mission.contract.keys().chain(mission.sealed.keys()).find(tried));
    let mut rows = head(mission, Proof { doc, assertion }, "", now(), width);
    rows.push(Row::new());
    let how = Reading { headers: Headers::Open, ..Reading::default() };
    rows.extend(page(doc, how, width).shown.into_rows());
    let file = format!("flightdeck evidence {} --out FILE", doc.reference.0);
    if let Some(EvidenceRef(beside)) = &doc.beside {
        let what = if doc.kind == EvidenceKind::Screenshot { "What the page read" } else { "Its recording" };
        let words = format!("{what}: `flightdeck evidence {beside}`");
        rows.extend([Row::new()].into_iter().chain(paragraph(StyleRole::Dim, &words, width)));
    }
    match doc.kind {
        EvidenceKind::Screenshot => rows.push(Row::of(StyleRole::Dim, file)),
        EvidenceKind::Recording => {
            let id = mission.id().map(ToString::to_string).unwrap_or_default();
            let where_to =
                assertion.map_or_else(|| "an assertion that was tried so".to_owned(), ToString::to_string);
            let console = format!(
                "The console plays it: `flightdeck attach {id}`, select {where_to} in the contract, then c."
            );
            let elsewhere = format!("For another player: `{file}.cast`");
            rows.push(Row::new());
            rows.extend(
                [console, elsewhere].iter().flat_map(|words| paragraph(StyleRole::Dim, words, width)),
            );
        }
        EvidenceKind::Command
        | EvidenceKind::Http
        | EvidenceKind::Terminal
        | EvidenceKind::Page
        | EvidenceKind::App
        | EvidenceKind::Steps
        | EvidenceKind::Unknown => {}
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::view::row::plain;

    #[test]
    fn a_terminal_is_shown_as_it_looked() {
        let content =
            r#"{"cells":[[{"text":"$ greet \u001b[31m"},{"text":"Ada"}],[{"text":"Hello, Ada!"}],[]]}"#;
        let doc = EvidenceDoc {
            reference: EvidenceRef("ev_1".to_owned()),
            kind: EvidenceKind::Terminal,
            title: "terminal: greet Ada".to_owned(),
            content: content.to_owned(),
            facts: None,
            beside: None,
        };
        insta::assert_snapshot!(plain(&rows(&Mission::unborn(), &doc, 80)), @r"
        ▣ terminal: greet Ada | ev_1

        $ greet Ada
        Hello, Ada!
        ");
    }
}
