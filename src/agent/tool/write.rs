//! `write`: a whole file.

use std::sync::Arc;

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

use super::env::{ToolEnv, blocking};
use super::{Call, Output, Tool, ToolError, arguments, spec};
use crate::agent::model::ToolSpec;
use crate::workspace::plural;

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Arguments {
    /// The file, relative to the checkout. Its directories are made.
    path: String,
    /// The whole new content.
    content: String,
}

pub(super) struct Write(pub Arc<ToolEnv>);

#[async_trait::async_trait]
impl Tool for Write {
    fn spec(&self) -> ToolSpec {
        spec::<Arguments>(
            "write",
            "Writes a whole file, replacing what was there. To change a part, use `edit`.",
        )
    }

    async fn call(&self, value: Value, _: &Call) -> Result<Output, ToolError> {
        let wanted: Arguments = arguments(value)?;
        let env = Arc::clone(&self.0);
        blocking(move || put(&env, &wanted).map(Output::text)).await
    }
}

fn put(env: &ToolEnv, wanted: &Arguments) -> Result<String, ToolError> {
    let path = env.writable(&wanted.path)?;
    if path.is_dir() {
        return Err(ToolError::Mend(format!("`{}` is a directory; name a file in it", wanted.path)));
    }
    if path.exists() && !path.is_file() {
        return Err(ToolError::Mend(format!("`{}` is not a regular file", wanted.path)));
    }
    let failed =
        |fault: std::io::Error| ToolError::Mend(format!("`{}` cannot be written: {fault}", wanted.path));
    let existed = path.exists();
    if let Some(parent) = path.parent() {
        std::fs::create_dir_all(parent).map_err(failed)?;
    }
    std::fs::write(&path, &wanted.content).map_err(failed)?;
    let (verb, lines) = (if existed { "replaced" } else { "created" }, wanted.content.lines().count());
    Ok(format!("{verb} {} ({})", env.shown(&path), plural(lines, "line")))
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
        let write = Write(Arc::clone(&place.env));
        let put = |path: &str| json!({ "path": path, "content": "one\ntwo\n" });
        assert_eq!(call(&write, put("a/b.txt")).await.unwrap(), "created a/b.txt (2 lines)");
        assert_eq!(call(&write, put("a/b.txt")).await.unwrap(), "replaced a/b.txt (2 lines)");
        assert_eq!(place.text("a/b.txt"), "one\ntwo\n");
        for path in ["../x", "/etc/x", "link/x", ".git/hooks/post-commit", "a"] {
            assert!(call(&write, put(path)).await.is_err(), "{path}");
        }
        let scratch = place.scratch.path().join("x").display().to_string();
        assert!(call(&write, put(&scratch)).await.is_err(), "the scratch directory is for reading");
    }
}
