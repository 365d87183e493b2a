//! `list`: a directory as a tree, without what git ignores.

use std::fmt::Write as _;
use std::path::Path;
use std::sync::Arc;

use ignore::WalkBuilder;
use schemars::JsonSchema;
use serde::Deserialize;

use super::{Call, ToolEnv, ToolError, ToolRow};
use crate::workspace::Access;

/// Entries of one answer.
const ENTRIES: usize = 400;
/// How deep it goes unless asked otherwise.
const DEPTH: usize = 3;

#[derive(Deserialize, JsonSchema)]
struct Arguments {
    path: Option<String>,
    /// 3 levels when left out.
    depth: Option<usize>,
}

pub(super) fn row(env: &Arc<ToolEnv>) -> ToolRow {
    let description = "Lists a directory as a tree, without what git ignores.";
    ToolRow::on_files("list", description, Access::Read, env, tree)
}

/// A walk over files that are part of the work: hidden ones too, but neither ignored ones nor git's own.
pub(super) fn walk(root: &Path) -> WalkBuilder {
    let mut walk = WalkBuilder::new(root);
    walk.hidden(false).require_git(false).git_global(false).follow_links(false);
    walk.filter_entry(|entry| entry.file_name() != ".git").sort_by_file_name(Ord::cmp);
    walk
}

fn tree(env: &ToolEnv, wanted: &Arguments, _call: &Call) -> Result<String, ToolError> {
    let named = wanted.path.as_deref().unwrap_or(".");
    let root = env.readable(named)?;
    if !root.is_dir() {
        return Err(ToolError::Mend(format!(
            "`{named}` is no directory; use `read`, or list the one above it"
        )));
    }
    let depth = wanted.depth.unwrap_or(DEPTH).clamp(1, 12);
    let mut text = format!("{}/\n", env.shown(&root));
    let mut entries =
        walk(&root).max_depth(Some(depth)).build().filter_map(Result::ok).filter(|entry| entry.depth() > 0);
    for entry in entries.by_ref().take(ENTRIES) {
        let directory = entry.file_type().is_some_and(|kind| kind.is_dir());
        let name = entry.file_name().to_string_lossy();
        let _ = writeln!(text, "{}{name}{}", "  ".repeat(entry.depth()), if directory { "/" } else { "" });
    }
    let more = entries.count();
    if more > 0 {
        let _ = writeln!(text, "[{more} more entries; list a directory further down]");
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::env::tests::{Place, call};
    use super::*;

    #[tokio::test]
    async fn a_tree_without_what_git_ignores() {
        let place = Place::new();
        place.file(".gitignore", "target\n");
        place.file("target/x", "");
        place.file(".git/config", "");
        place.file("src/a/b/c/deep.rs", "");
        place.file("src/main.rs", "");
        let list = row(&place.env);
        let text = call(&list, json!({})).await.unwrap();
        assert_eq!(text, "./\n  .gitignore\n  src/\n    a/\n      b/\n    main.rs\n");
        let part = call(&list, json!({ "path": "src", "depth": 1 })).await.unwrap();
        assert_eq!(part, "src/\n  a/\n  main.rs\n");
        assert!(call(&list, json!({ "path": "src/main.rs" })).await.unwrap_err().contains("use `read`"));
        assert!(call(&list, json!({ "path": ".." })).await.unwrap_err().contains("outside"));
    }

    #[tokio::test]
    async fn a_large_directory_is_cut() {
        let place = Place::new();
        (0..500).for_each(|number| place.file(&format!("f{number:03}"), ""));
        let text = call(&row(&place.env), json!({})).await.unwrap();
        assert!(text.ends_with("[100 more entries; list a directory further down]\n"), "{text}");
    }
}
