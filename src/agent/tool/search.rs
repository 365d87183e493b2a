//! `search`: lines that match, in files that are part of the work.

use std::fmt::Write as _;
use std::path::Path;
use std::sync::Arc;

use grep_regex::{RegexMatcher, RegexMatcherBuilder};
use grep_searcher::sinks::Lossy;
use grep_searcher::{BinaryDetection, Searcher, SearcherBuilder};
use ignore::overrides::OverrideBuilder;
use schemars::JsonSchema;
use serde::Deserialize;

use super::list::walk;
use super::{Call, ToolEnv, ToolError, ToolRow};
use crate::workspace::Access;

/// Matches of one answer.
const MATCHES: usize = 200;
/// Bytes of one answer.
const BYTES: usize = 32 * 1024;
/// Bytes of one line.
const LINE_BYTES: usize = 240;

#[derive(Deserialize, JsonSchema)]
struct Arguments {
    pattern: String,
    path: Option<String>,
    /// Such as `src/**/*.ts`.
    glob: Option<String>,
    #[serde(default)]
    literal: bool,
    #[serde(default)]
    ignore_case: bool,
}

pub(super) fn row(env: &Arc<ToolEnv>) -> ToolRow {
    let description =
        "Finds lines by a regular expression (Rust syntax), in text files that git does not ignore.";
    ToolRow::on_files("search", description, Access::Read, env, find).parallel()
}

fn find(env: &ToolEnv, wanted: &Arguments, call: &Call) -> Result<String, ToolError> {
    let root = env.readable(wanted.path.as_deref().unwrap_or("."))?;
    let matcher = RegexMatcherBuilder::new()
        .case_insensitive(wanted.ignore_case)
        .fixed_strings(wanted.literal)
        .build(&wanted.pattern)
        .map_err(|fault| {
            ToolError::Mend(format!("the pattern is no regular expression: {fault}; or set literal"))
        })?;
    let mut walk = walk(&root);
    if let Some(glob) = &wanted.glob {
        let mut only = OverrideBuilder::new(env.confinement.root());
        let only = only.add(glob).and_then(|only| only.build());
        walk.overrides(only.map_err(|fault| ToolError::Mend(format!("the glob is wrong: {fault}")))?);
    }
    let mut hits = Hits::default();
    let mut searcher = SearcherBuilder::new().binary_detection(BinaryDetection::quit(0)).build();
    for entry in walk.build().filter_map(Result::ok) {
        if entry.file_type().is_some_and(|kind| kind.is_file()) {
            hits.search(&mut searcher, &matcher, entry.path(), &env.shown(entry.path()));
        }
        if hits.full() || call.cancel.is_cancelled() {
            break;
        }
    }
    Ok(hits.text())
}

#[derive(Default)]
struct Hits {
    text: String,
    count: usize,
}

impl Hits {
    fn search(&mut self, searcher: &mut Searcher, matcher: &RegexMatcher, path: &Path, shown: &str) {
        let sink = Lossy(|number, line| {
            let line = line.trim_end();
            let end = line.floor_char_boundary(LINE_BYTES);
            let cut = if end < line.len() { " […]" } else { "" };
            let _ = writeln!(self.text, "{shown}:{number}:{}{cut}", &line[..end]);
            self.count += 1;
            Ok(!self.full())
        });
        if let Err(fault) = searcher.search_path(matcher, path, sink) {
            tracing::debug!(%fault, shown, "a file was not searched");
        }
    }

    fn full(&self) -> bool {
        self.count >= MATCHES || self.text.len() >= BYTES
    }

    fn text(mut self) -> String {
        if self.count == 0 {
            return "no line matches".to_owned();
        }
        if self.full() {
            self.text.push_str("[there may be more; narrow the pattern, the path or the glob]\n");
        }
        self.text
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::env::tests::{Place, call};
    use super::*;

    fn place() -> (Place, ToolRow) {
        let place = Place::new();
        place.file(".gitignore", "target\n");
        place.file("target/x.rs", "fn main() {}\n");
        place.file("src/main.rs", "fn main() {\n    a.b();\n}\n");
        place.file("src/bin.dat", [b'f', b'n', 0, b'\n']);
        place.file("web/app.ts", "function main() {}\nFN\n");
        let search = row(&place.env);
        (place, search)
    }

    #[tokio::test]
    async fn lines_are_found_by_pattern_path_and_glob() {
        let (_place, search) = place();
        for (wanted, found) in [
            (json!({ "pattern": "main" }), "src/main.rs:1:fn main() {\nweb/app.ts:1:function main() {}\n"),
            (json!({ "pattern": "main", "path": "web" }), "web/app.ts:1:function main() {}\n"),
            (json!({ "pattern": "main", "glob": "*.rs" }), "src/main.rs:1:fn main() {\n"),
            (json!({ "pattern": "a.b()", "literal": true }), "src/main.rs:2:    a.b();\n"),
            (json!({ "pattern": "^fn$", "ignore_case": true }), "web/app.ts:2:FN\n"),
            (json!({ "pattern": "nowhere" }), "no line matches"),
        ] {
            assert_eq!(call(&search, wanted.clone()).await.unwrap(), found, "{wanted}");
        }
    }

    #[tokio::test]
    async fn mistakes_are_explained_and_answers_bounded() {
        let (place, search) = place();
        assert!(call(&search, json!({ "pattern": "(" })).await.unwrap_err().contains("set literal"));
        assert!(
            call(&search, json!({ "pattern": "x", "path": "/etc" })).await.unwrap_err().contains("outside")
        );
        place.file("many.txt", "needle\n".repeat(10_000));
        let text = call(&search, json!({ "pattern": "needle" })).await.unwrap();
        assert_eq!(text.lines().count(), MATCHES + 1);
        assert!(text.ends_with("the glob]\n"));
    }
}
