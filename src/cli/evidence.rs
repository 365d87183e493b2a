//! `evidence [ID] [REF]`: the bytes that verdicts rest on.

use std::path::PathBuf;

use anyhow::{Context as _, Result};
use serde_json::{Map, Value, json};

use super::ask;
use super::context::{Context, Format, print, print_json};
use super::exit::Exit;
use super::fault::misuse;
use super::missions::{self, MissionRef};
use super::progress::words::{count, one_line};
use super::table::table;
use crate::cli::print::Style;
use crate::domain::evidence::{EvidenceDoc, EvidenceKind};
use crate::domain::id::AssertionId;
use crate::domain::mission::Mission;
use crate::domain::verdict::EvidenceRef;
use crate::link::MissionSource;
use crate::view::style_role::StyleRole;
use crate::workspace::clean_text;

/// Print the evidence that verdicts rest on
#[derive(Debug, clap::Args)]
pub struct Args {
    /// [ID] [REF|ASSERTION]: a reference, or the newest evidence of an assertion; without one, all verdicts are listed
    #[arg(num_args = 0..=2, value_name = "ID|REF|ASSERTION")]
    words: Vec<String>,
    /// Write the bytes to a file, such as a screenshot
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    #[command(flatten)]
    format: Format,
}

/// Prints it.
///
/// # Errors
/// When there is no such evidence, or it is no longer what was kept.
pub fn run(context: &Context, args: &Args) -> Result<Exit> {
    let is_thing = |word: &&String| word.starts_with("ev_") || word.parse::<AssertionId>().is_ok();
    let thing = args.words.iter().find(is_thing);
    let mission = args.words.iter().find(|word| !is_thing(word));
    let found = missions::find(context, mission.map(String::as_str))?;
    let style = context.output.style();
    let Some(thing) = thing else {
        if args.out.is_some() {
            return Err(misuse("name the evidence to write: `flightdeck evidence` lists all references"));
        }
        verdicts(&found, args.format, style)?;
        return Ok(Exit::Done);
    };
    let reference =
        if thing.starts_with("ev_") { known(&found, thing)? } else { newest(&found.mission, thing)? };
    if let Some(path) = &args.out {
        let bytes = found.source.store().evidence().get(&reference)?.bytes;
        std::fs::write(path, &bytes).with_context(|| format!("failed to write {}", path.display()))?;
        print(&format!("{} in {}", count(bytes.len(), "byte"), path.display()))?;
        return Ok(Exit::Done);
    }
    let doc = found.source.evidence(&reference)?;
    if args.format.json {
        let parsed = serde_json::from_str::<Value>(&doc.content).ok();
        print_json(&json!({
            "reference": doc.reference, "kind": doc.kind, "title": doc.title, "content": parsed,
        }))?;
    } else {
        print(&told(&doc, style))?;
    }
    Ok(Exit::Done)
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

/// The last evidence of an assertion's newest verdict.
fn newest(mission: &Mission, word: &str) -> Result<EvidenceRef> {
    let id = ask::assertion(mission, word)?;
    let verdicts = mission.verdicts.get(&id).map_or(&[][..], Vec::as_slice);
    let with_evidence = verdicts.iter().rev().find_map(|verdict| verdict.evidence.last());
    with_evidence.cloned().ok_or_else(|| match verdicts.last() {
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

fn verdicts(found: &MissionRef, format: Format, style: Style) -> Result<()> {
    let all: Vec<_> = found.mission.verdicts.values().flatten().collect();
    if format.json {
        return print_json(&all);
    }
    if all.is_empty() {
        return print("no verdict has been given yet");
    }
    let rows: Vec<[String; 5]> = all
        .iter()
        .map(|verdict| {
            let references: Vec<&str> =
                verdict.evidence.iter().map(|reference| reference.0.as_str()).collect();
            [
                format!("{} {}", verdict.assertion, verdict.revision),
                verdict.outcome.word().to_owned(),
                format!("{} round {}", verdict.milestone, verdict.round),
                references.join(" "),
                one_line(verdict.observed.as_str()),
            ]
        })
        .collect();
    print(&table(["assertion", "verdict", "when", "evidence", "observed"], &rows, style))
}

fn told(doc: &EvidenceDoc, style: Style) -> String {
    let head = format!("{} {}", doc.reference.0, clean_text(doc.title.as_bytes()));
    let mut text = style.paint(StyleRole::Strong, &head);
    text.push('\n');
    if doc.kind == EvidenceKind::Screenshot {
        text +=
            &format!("a picture of {}; `--out FILE` writes it\n", count(doc.content.len() / 4 * 3, "byte"));
        return text;
    }
    match serde_json::from_str::<Value>(&doc.content) {
        Ok(Value::Object(fields)) if doc.kind == EvidenceKind::Terminal => text.push_str(&screen(&fields)),
        Ok(Value::Object(fields)) => {
            for (name, value) in &fields {
                text.push_str(&field(name, value, style));
            }
        }
        _ => text.push_str(&clean_text(doc.content.as_bytes())),
    }
    text
}

/// A terminal's screen as it looked, without its colours: `--json` has every cell.
fn screen(fields: &Map<String, Value>) -> String {
    let size = |name: &str| fields.get(name).and_then(Value::as_u64).unwrap_or_default();
    let lines = fields.get("lines").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let rows: Vec<String> =
        lines.iter().filter_map(Value::as_str).map(|line| clean_text(line.as_bytes())).collect();
    format!("screen of {} × {}:\n{}\n", size("cols"), size("rows"), rows.join("\n").trim_end())
}

/// A field: texts of several lines under their name, everything else beside it.
fn field(name: &str, value: &Value, style: Style) -> String {
    let name = style.paint(StyleRole::Key, name);
    match value {
        Value::String(text) if text.contains('\n') => {
            let text = clean_text(text.as_bytes());
            let lines: Vec<String> = text.lines().map(|line| format!("  {line}")).collect();
            format!("{name}:\n{}\n", lines.join("\n"))
        }
        Value::String(text) => format!("{name}: {}\n", clean_text(text.as_bytes())),
        other => format!("{name}: {}\n", clean_text(other.to_string().as_bytes())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_terminal_is_shown_as_it_looked() {
        let content =
            r#"{"cols":20,"rows":4,"lines":["$ greet \u001b[31mAda","Hello, Ada!","",""],"cells":[[]]}"#;
        let doc = EvidenceDoc {
            reference: EvidenceRef("ev_1".to_owned()),
            kind: EvidenceKind::Terminal,
            title: "terminal: greet Ada".to_owned(),
            content: content.to_owned(),
        };
        insta::assert_snapshot!(told(&doc, Style::PLAIN), @r"
        ev_1 terminal: greet Ada
        screen of 20 × 4:
        $ greet Ada
        Hello, Ada!
        ");
    }
}
