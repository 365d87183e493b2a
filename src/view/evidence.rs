//! Evidence in rows: commands with the lines that failed marked, HTTP exchanges, terminal screens in their colours.

use serde::Deserialize;
use serde_json::Value;

use crate::domain::evidence::{EvidenceDoc, EvidenceKind};

use super::prelude::*;

/// Evidence as it can be shown.
#[derive(Debug, Clone, PartialEq)]
pub enum Shown {
    Rows(Vec<Row>),
    /// A terminal's screen: runs of text in the colours that the program chose.
    Screen(Vec<Vec<ScreenRun>>),
}

impl From<Vec<Row>> for Shown {
    fn from(rows: Vec<Row>) -> Self {
        Self::Rows(rows)
    }
}

impl Shown {
    /// As rows: a screen in its words, without the colours of the program that drew it and the empty lines below.
    pub fn into_rows(self) -> Vec<Row> {
        let text = |runs: &[ScreenRun]| runs.iter().map(|run| run.text.as_str()).collect::<String>();
        match self {
            Self::Rows(rows) => rows,
            Self::Screen(lines) => {
                let said =
                    lines.iter().rposition(|runs| !text(runs).trim().is_empty()).map_or(0, |last| last + 1);
                lines.iter().take(said).map(|runs| Row::of(StyleRole::Text, text(runs))).collect()
            }
        }
    }
}

/// A run of a terminal's screen, as the terminal instrument keeps it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
pub struct ScreenRun {
    pub text: String,
    #[serde(default)]
    pub fg: Colour,
    #[serde(default)]
    pub bg: Colour,
    #[serde(default)]
    pub attributes: Vec<String>,
}

/// A colour of a terminal.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case", tag = "is")]
pub enum Colour {
    Indexed {
        index: u8,
    },
    Rgb {
        red: u8,
        green: u8,
        blue: u8,
    },
    #[default]
    #[serde(other)]
    Default,
}

#[derive(Deserialize)]
struct Screen {
    cells: Vec<Vec<ScreenRun>>,
}

/// Works out how evidence is shown. What cannot be read as its kind is shown as it is.
pub fn shown(doc: &EvidenceDoc, width: usize) -> Shown {
    let parsed = serde_json::from_str::<Value>(&doc.content).ok();
    Shown::Rows(match (doc.kind, parsed) {
        (EvidenceKind::Command, Some(value)) => command(&value, width),
        (EvidenceKind::Http, Some(value)) => exchange(&value, width),
        (EvidenceKind::Terminal, Some(value)) => match serde_json::from_value::<Screen>(value) {
            Ok(screen) => return Shown::Screen(screen.cells),
            Err(_) => plain(&doc.content, width),
        },
        (EvidenceKind::Screenshot, _) => {
            let size = doc.content.len() / 4 * 3 / 1024;
            vec![
                Row::of(StyleRole::Text, format!("A picture of {size} KB.")),
                Row::of(StyleRole::Dim, "Open it outside, or write it to a file, to see it."),
            ]
        }
        (EvidenceKind::Page, Some(value)) => page(&value, width),
        (EvidenceKind::Command | EvidenceKind::Http | EvidenceKind::Terminal | EvidenceKind::Page, None)
        | (EvidenceKind::App | EvidenceKind::Recording | EvidenceKind::Unknown, _) => {
            plain(&doc.content, width)
        }
    })
}

fn text(value: &Value, key: &str) -> String {
    value.get(key).and_then(Value::as_str).unwrap_or_default().to_owned()
}

fn took(value: &Value) -> String {
    value.get("milliseconds").and_then(Value::as_u64).map_or_else(String::new, span)
}

fn plain(content: &str, width: usize) -> Vec<Row> {
    paragraph(StyleRole::Text, &clean(content), width)
}

/// A page: where it is, what went wrong in it, and the tree of what it showed.
fn page(value: &Value, width: usize) -> Vec<Row> {
    let mut rows = vec![
        Row::of(StyleRole::Strong, clean(&text(value, "title"))),
        Row::of(StyleRole::Dim, clean(&text(value, "url"))),
    ];
    let lines = |key: &str| {
        let list = value.get(key).and_then(Value::as_array).into_iter().flatten();
        list.filter_map(Value::as_str).map(clean).collect::<Vec<_>>()
    };
    for (key, style) in [("notes", StyleRole::Warn), ("console", StyleRole::Bad), ("network", StyleRole::Bad)]
    {
        rows.extend(lines(key).iter().flat_map(|line| paragraph(style, line, width)));
    }
    rows.push(Row::default());
    rows.extend(lines("tree").iter().flat_map(|line| paragraph(StyleRole::Text, line, width)));
    rows
}

fn command(value: &Value, width: usize) -> Vec<Row> {
    let exit = match value.get("exit") {
        Some(Value::Object(kind)) => kind.iter().next().map_or_else(String::new, |(kind, n)| {
            if kind == "code" { format!("exit {n}") } else { format!("{kind} {n}") }
        }),
        Some(Value::String(word)) => word.replace('_', " "),
        Some(Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_)) | None => String::new(),
    };
    let style = if exit == "exit 0" { StyleRole::Good } else { StyleRole::Bad };
    let mut rows = vec![
        Row::of(StyleRole::Key, "$ ")
            .then(StyleRole::Strong, text(value, "command"))
            .end(style, exit)
            .end(StyleRole::Dim, format!("  {}", took(value))),
        Row::of(StyleRole::Dim, text(value, "directory")),
        Row::new(),
    ];
    for line in clean(&text(value, "output")).lines() {
        let style = if is_failure(line) { StyleRole::Bad } else { StyleRole::Text };
        rows.extend(paragraph(style, line, width));
    }
    rows
}

/// Whether a line of output tells of a failure, by the words that tools use.
fn is_failure(line: &str) -> bool {
    let lower = line.to_ascii_lowercase();
    ["error", "failed", "failure", "panicked", "fatal", "traceback", "✗", "assertion "]
        .iter()
        .any(|word| lower.contains(word))
        && ![" 0 failed", "0 errors", "0 failures", "; 0 failed"].iter().any(|word| lower.contains(word))
}

fn exchange(value: &Value, width: usize) -> Vec<Row> {
    let answer = value.get("answer").cloned().unwrap_or(Value::Null);
    let status = answer.get("status").and_then(Value::as_u64).unwrap_or(0);
    let style = match status {
        200..400 => StyleRole::Good,
        400..500 => StyleRole::Warn,
        _ => StyleRole::Bad,
    };
    let mut rows = vec![
        Row::of(StyleRole::Key, text(value, "method"))
            .then(StyleRole::Strong, format!(" {}", text(value, "url"))),
    ];
    rows.extend(headers(value.get("request_headers")));
    rows.extend(body(&text(value, "request_body"), width));
    rows.push(Row::new());
    rows.push(Row::of(style, status.to_string()).end(StyleRole::Dim, took(&answer)));
    rows.extend(headers(answer.get("headers")));
    let answered = answer.get("body").cloned().unwrap_or(Value::Null);
    match answered.get("is").and_then(Value::as_str) {
        Some("text" | "cut_text") => rows.extend(body(&text(&answered, "text"), width)),
        Some("binary" | "cut_binary") => rows.push(Row::of(StyleRole::Dim, "(bytes that are no text)")),
        _ => {}
    }
    rows
}

fn headers(value: Option<&Value>) -> Vec<Row> {
    let pairs = value.and_then(Value::as_array).into_iter().flatten();
    pairs
        .filter_map(|pair| {
            let pair = pair.as_array()?;
            let (name, content) = (pair.first()?.as_str()?, pair.get(1)?.as_str()?);
            Some(Row::of(StyleRole::Dim, format!("{name}: {content}")))
        })
        .collect()
}

/// A body; JSON is set out over lines.
fn body(text: &str, width: usize) -> Vec<Row> {
    if text.is_empty() {
        return Vec::new();
    }
    let pretty =
        serde_json::from_str::<Value>(text).ok().filter(|value| value.is_object() || value.is_array());
    let set_out = pretty.and_then(|value| serde_json::to_string_pretty(&value).ok());
    let mut rows = vec![Row::new()];
    rows.extend(plain(set_out.as_deref().unwrap_or(text), width));
    rows
}

#[cfg(test)]
mod tests {
    use super::super::row;
    use super::*;
    use crate::domain::verdict::EvidenceRef;

    fn doc(kind: EvidenceKind, content: &str) -> EvidenceDoc {
        EvidenceDoc {
            reference: EvidenceRef("ev_1".into()),
            kind,
            title: "t".into(),
            content: content.into(),
            facts: None,
        }
    }

    #[test]
    fn a_command_shows_its_exit_and_marks_what_failed() {
        let content = r#"{"command":"cargo test","directory":"/w","exit":{"code":101},"output":"ok 1\ntest b ... FAILED\ntest result: ok. 3 passed; 0 failed","output_bytes":9,"milliseconds":2100}"#;
        let Shown::Rows(rows) = shown(&doc(EvidenceKind::Command, content), 60) else { panic!("rows") };
        insta::assert_snapshot!(row::plain(&rows), @r"
        $ cargo test | exit 101  2.1s
        /w

        ok 1
        test b ... FAILED
        test result: ok. 3 passed; 0 failed
        ");
        let inks: Vec<StyleRole> = rows.iter().skip(3).map(|row| row.left[0].style).collect();
        assert_eq!(inks, [StyleRole::Text, StyleRole::Bad, StyleRole::Text]);
    }

    #[test]
    fn a_page_shows_what_went_wrong_in_it_above_what_it_showed() {
        let content = r#"{"title":"Guestbook","url":"http://localhost:8/","notes":["alert \"hi\" was accepted"],"console":["error: x is not defined"],"network":["GET /a.js 404"],"tree":["- heading \"Guestbook\" level=1","  - text \"Ada\""]}"#;
        let Shown::Rows(rows) = shown(&doc(EvidenceKind::Page, content), 60) else { panic!("rows") };
        insta::assert_snapshot!(row::plain(&rows), @r#"
        Guestbook
        http://localhost:8/
        alert "hi" was accepted
        error: x is not defined
        GET /a.js 404

        - heading "Guestbook" level=1
          - text "Ada"
        "#);
    }

    #[test]
    fn evidence_of_another_shape_is_shown_as_it_is() {
        let Shown::Rows(rows) = shown(&doc(EvidenceKind::Terminal, "just \u{1b}[31mtext"), 60) else {
            panic!("rows")
        };
        assert_eq!(row::plain(&rows), "just text");
    }
}
