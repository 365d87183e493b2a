//! `write`: a whole file.

use std::sync::Arc;

use schemars::JsonSchema;
use serde::Deserialize;

use super::read::lines;
use super::{Call, ToolEnv, ToolError, ToolRow, refuse_mask};
use crate::workspace::Access;

#[derive(Deserialize, JsonSchema)]
struct Arguments {
    path: String,
    content: String,
}

pub(super) fn row(env: &Arc<ToolEnv>) -> ToolRow {
    let description =
        "Writes a whole file and its directories, replacing what was there. To change a part, use `edit`.";
    ToolRow::on_files("write", description, Access::Proof, env, put)
}

fn put(env: &ToolEnv, wanted: &Arguments, _call: &Call) -> Result<String, ToolError> {
    let path = env.writable(&wanted.path)?;
    refuse_mask(&wanted.content)?;
    let failed =
        |fault: std::io::Error| ToolError::Mend(format!("`{}` cannot be written: {fault}", wanted.path));
    let before = std::fs::read(&path).ok().map(|bytes| String::from_utf8_lossy(&bytes).lines().count());
    if let Some(parent) = path.parent() {
        std::fs::create_dir_all(parent).map_err(failed)?;
    }
    std::fs::write(&path, &wanted.content).map_err(failed)?;
    let (name, now) = (env.shown(&path), wanted.content.lines().count());
    Ok(match before {
        None => format!("created {name} ({})", lines(now)),
        Some(before) if before > now => {
            format!(
                "replaced {name}: {} instead of {before}; to change a part of a file, use `edit`",
                lines(now)
            )
        }
        Some(before) => format!("replaced {name}: {} instead of {before}", lines(now)),
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::env::tests::{Place, call};
    use super::*;

    #[tokio::test]
    async fn files_are_written_inside_only() {
        let place = Place::new();
        std::os::unix::fs::symlink("/tmp", place.root.path().join("link")).unwrap();
        let write = row(&place.env);
        let put = |path: &str| json!({ "path": path, "content": "one\ntwo\n" });
        assert_eq!(call(&write, put("a/b.txt")).await.unwrap(), "created a/b.txt (2 lines)");
        assert_eq!(call(&write, put("a/b.txt")).await.unwrap(), "replaced a/b.txt: 2 lines instead of 2");
        let shorter = json!({ "path": "a/b.txt", "content": "" });
        assert!(
            call(&write, shorter)
                .await
                .unwrap()
                .starts_with("replaced a/b.txt: 0 lines instead of 2; to change")
        );
        assert!(call(&write, put("a/b.txt")).await.is_ok());
        assert_eq!(place.text("a/b.txt"), "one\ntwo\n");
        for path in ["../x", "/etc/x", "link/x", ".git/hooks/post-commit", "a"] {
            assert!(call(&write, put(path)).await.is_err(), "{path}");
        }
        let scratch = place.scratch.path().join("x").display().to_string();
        assert!(call(&write, put(&scratch)).await.is_err(), "the scratch directory is for reading");
    }
}
