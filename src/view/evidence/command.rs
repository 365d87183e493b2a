//! A command with its output, and the lines in it that failed.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use super::super::prelude::*;
use super::failure::{Tells, tells};
use crate::view::text::width as cells;

use super::{Form, LINES, Page, Reading, field, more, took};

/// Rows of output in which a failure is seen without being led to.
const NEAR: usize = 6;

/// Lays a record out: what ran, how it ended and how long it took; the output with its failures marked.
pub(super) fn page(value: &Value, how: Reading, width: usize) -> Page {
    let exit = ending(value.get("exit"));
    let style = if exit == "exit 0" { StyleRole::Good } else { StyleRole::Bad };
    let took = format!("  {}", took(value));
    let beside = cells(&exit) + cells(&took) + 2;
    let command = clean(&field(value, "command"));
    let mut rows =
        hanging((StyleRole::Key, "$ "), StyleRole::Strong, &command, width.saturating_sub(beside).max(20));
    if let Some(first) = rows.first_mut() {
        *first = std::mem::take(first).end(style, &exit).end(StyleRole::Dim, took);
    }
    let place = rows.len();
    rows.extend([Row::of(StyleRole::Dim, field(value, "directory")), Row::new()]);
    let output = field(value, "output");
    let shown = match how.form {
        Form::SetOut => clean(&output),
        Form::Raw => {
            let printed = printed(value).unwrap_or(output);
            printed.split('\n').map(visible).collect::<Vec<_>>().join("\n")
        }
    };
    let lines: Vec<&str> = shown.trim_end_matches('\n').split('\n').collect();
    let telling = failing(&lines, &exit);
    let gutter = if telling.contains(&Tells::Surely) { 2 } else { 0 };
    let mut failures = Vec::new();
    for (line, told) in lines.iter().zip(&telling).take(LINES) {
        let (style, lead) = match told {
            Tells::Surely => (StyleRole::Bad, "▸ "),
            Tells::Perhaps => (StyleRole::Bad, "  "),
            Tells::Nothing => (StyleRole::Text, "  "),
        };
        if *told == Tells::Surely {
            failures.push(rows.len());
        }
        let lead = lead.get(..if gutter > 0 { lead.len() } else { 0 }).unwrap_or_default();
        rows.extend(hanging((StyleRole::Bad, lead), style, line, width));
    }
    rows.extend(more(lines.len()));
    if let (Some(first), Some(second)) = (failures.len().checked_sub(1), rows.get_mut(place)) {
        let words = plural(first + 1, "failing line");
        *second = std::mem::take(second).end(StyleRole::Bad, words);
    }
    lead_to_first(&mut rows, &mut failures, place + 1);
    Page { shown: rows.into(), failures }
}

/// Repeats the first failing line above the output where it stands far down in it: who opens the record sees what failed.
fn lead_to_first(rows: &mut Vec<Row>, failures: &mut [usize], at: usize) {
    let Some(first) = failures.first().copied().filter(|first| *first > at + NEAR) else { return };
    let Some(row) = rows.get(first) else { return };
    let words = plural(first - at, "line");
    let row = row.clone().end(StyleRole::Dim, format!("{words} below"));
    rows.insert(at, row);
    for failure in failures {
        *failure += 1;
    }
}

/// The output as it was printed, where its record has it apart.
fn printed(value: &Value) -> Option<String> {
    let raw = STANDARD.decode(value.get("raw")?.as_str()?).ok()?;
    Some(String::from_utf8_lossy(&raw).into_owned())
}

/// How each line tells of a failure. Where a tool names what failed, words that only may stand beside a failure are not
/// led to; where none does and the command failed, they are. A command that succeeded only has what a tool named.
fn failing(lines: &[&str], exit: &str) -> Vec<Tells> {
    let mut telling: Vec<Tells> = lines.iter().map(|line| tells(line)).collect();
    let named = telling.contains(&Tells::Surely);
    for told in &mut telling {
        *told = match (*told, exit == "exit 0", named) {
            (Tells::Perhaps, true, _) => Tells::Nothing,
            (Tells::Perhaps, false, false) => Tells::Surely,
            (told, _, _) => told,
        };
    }
    telling
}

pub(super) fn ending(exit: Option<&Value>) -> String {
    match exit {
        Some(Value::Object(kind)) => kind.iter().next().map_or_else(String::new, |(kind, n)| {
            if kind == "code" { format!("exit {n}") } else { format!("{kind} {n}").replace('_', " ") }
        }),
        Some(Value::String(word)) => word.replace('_', " "),
        Some(Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_)) | None => String::new(),
    }
}
