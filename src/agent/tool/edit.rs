//! `edit`: one exact passage of a file.

use std::sync::Arc;

use schemars::JsonSchema;
use serde::Deserialize;

use super::{Call, ToolEnv, ToolError, ToolRow, refuse_mask};
use crate::workspace::Access;

/// How many places an error lists.
const PLACES: usize = 5;
/// How many lines are shown around a change.
const AROUND: usize = 3;

#[derive(Deserialize, JsonSchema)]
struct Arguments {
    path: String,
    /// As it stands in the file, without line numbers.
    old: String,
    new: String,
    #[serde(default)]
    replace_all: bool,
}

pub(super) fn row(env: &Arc<ToolEnv>) -> ToolRow {
    let description = "Replaces an exact passage of a file that occurs once.";
    ToolRow::on_files("edit", description, Access::Proof, env, change)
}

fn change(env: &ToolEnv, wanted: &Arguments, _call: &Call) -> Result<String, ToolError> {
    let path = env.writable(&wanted.path)?;
    refuse_mask(&format!("{}\n{}", wanted.old, wanted.new))?;
    let text = std::fs::read_to_string(&path)
        .map_err(|fault| ToolError::Mend(format!("`{}` cannot be edited: {fault}", wanted.path)))?;
    if wanted.old.is_empty() {
        return Err(ToolError::Mend("`old` is empty; use `write` to make a whole file".to_owned()));
    }
    if wanted.old == wanted.new {
        return Err(ToolError::Mend("`old` and `new` are the same".to_owned()));
    }
    // A model writes \n even where the file has \r\n.
    let (mut old, mut new) = (wanted.old.clone(), wanted.new.clone());
    if text.contains("\r\n") && !old.contains('\r') {
        (old, new) = (old.replace('\n', "\r\n"), new.replace('\n', "\r\n"));
    }
    let lines: Vec<_> = text.match_indices(&old).map(|(at, _)| line_of(&text, at)).collect();
    match lines.len() {
        0 => return Err(ToolError::Mend(not_found(&text, &old, &wanted.path))),
        1 => {}
        _ if wanted.replace_all => {}
        count => {
            let shown: Vec<_> = lines.iter().take(PLACES).map(ToString::to_string).collect();
            return Err(ToolError::Mend(format!(
                "`old` occurs {count} times in `{}` (lines {}{}); take in more lines to make it unique, or set replace_all",
                wanted.path,
                shown.join(", "),
                if count > PLACES { " …" } else { "" }
            )));
        }
    }
    let changed = text.replace(&old, &new);
    std::fs::write(&path, &changed)
        .map_err(|fault| ToolError::Mend(format!("`{}` cannot be written: {fault}", wanted.path)))?;
    let places = if lines.len() == 1 { "1 place".to_owned() } else { format!("{} places", lines.len()) };
    let excerpt = around(&changed, lines.first().copied().unwrap_or(1), new.lines().count());
    Ok(format!("changed {} in {places}; it now reads:\n{excerpt}", env.shown(&path)))
}

fn line_of(text: &str, at: usize) -> usize {
    text[..at].matches('\n').count() + 1
}

fn around(text: &str, line: usize, count: usize) -> String {
    let first = line.saturating_sub(AROUND).max(1);
    let shown = text.lines().enumerate().skip(first - 1).take((line - first) + count.clamp(1, 20) + AROUND);
    shown.map(|(index, line)| format!("{:>6}\t{line}", index + 1)).collect::<Vec<_>>().join("\n")
}

/// Says where something like `old` stands, since a wrong space is the usual cause.
fn not_found(text: &str, old: &str, path: &str) -> String {
    let squeeze = |line: &str| line.split_whitespace().collect::<Vec<_>>().join(" ");
    let old: Vec<_> = old.lines().map(squeeze).filter(|line| !line.is_empty()).collect();
    let lines: Vec<_> = text.lines().map(squeeze).collect();
    let whole = (0..lines.len()).find(|&at| {
        let mut rest = lines[at..].iter().filter(|line| !line.is_empty());
        !lines[at].is_empty() && old.iter().all(|line| rest.next() == Some(line))
    });
    if let Some(at) = whole.filter(|_| !old.is_empty()) {
        let excerpt = around(text, at + 1, old.len());
        return format!("`old` differs from `{path}` only in white space; the file reads:\n{excerpt}");
    }
    let first = old.first().cloned().unwrap_or_default();
    let near = lines.iter().enumerate().filter(|(_, line)| !first.is_empty() && line.contains(&first));
    let places: Vec<_> = near.take(PLACES).map(|(index, _)| (index + 1).to_string()).collect();
    let hint = match places.as_slice() {
        [] => "read the file again".to_owned(),
        places => format!(
            "its first line stands at line {}, but what follows differs; read from there",
            places.join(", ")
        ),
    };
    format!("`old` does not occur in `{path}`; {hint}")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::env::tests::{Place, call};
    use super::*;

    #[tokio::test]
    async fn a_unique_passage_is_replaced_and_shown() {
        let place = Place::new();
        place.file("a.rs", "fn a() {\n    one();\n}\n");
        let edit = row(&place.env);
        let text = call(&edit, json!({ "path": "a.rs", "old": "one();", "new": "two();" })).await.unwrap();
        assert!(text.contains("changed a.rs in 1 place") && text.contains("     2\t    two();"), "{text}");
        assert_eq!(place.text("a.rs"), "fn a() {\n    two();\n}\n");
    }

    #[tokio::test]
    async fn line_ends_of_the_file_are_kept() {
        let place = Place::new();
        place.file("a.txt", "one\r\ntwo\r\nthree\r\n");
        let edit = row(&place.env);
        call(&edit, json!({ "path": "a.txt", "old": "one\ntwo", "new": "1\n2" })).await.unwrap();
        assert_eq!(place.text("a.txt"), "1\r\n2\r\nthree\r\n");
    }

    #[tokio::test]
    async fn what_cannot_be_edited_says_what_to_do() {
        let place = Place::new();
        place.file("a.rs", "x();\n    y(1,  2);\nx();\nlet z = 1;\nend\n");
        let edit = row(&place.env);
        for (old, words) in [
            ("x();", "occurs 2 times in `a.rs` (lines 1, 3)"),
            ("y(1, 2);", "only in white space; the file reads"),
            ("let z = 1;\nbegin", "stands at line 4"),
            ("nowhere", "read the file again"),
            ("", "use `write`"),
        ] {
            let fault = call(&edit, json!({ "path": "a.rs", "old": old, "new": "n" })).await.unwrap_err();
            assert!(fault.contains(words), "{old}: {fault}");
        }
        let all = json!({ "path": "a.rs", "old": "x();", "new": "n();", "replace_all": true });
        assert!(call(&edit, all).await.unwrap().contains("2 places"));
        assert!(
            call(&edit, json!({ "path": "../a", "old": "a", "new": "b" }))
                .await
                .unwrap_err()
                .contains("outside")
        );
    }
}
