//! `skill`: the body of a skill, when an agent wants it.

use std::fmt::Write as _;
use std::sync::Arc;

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

use super::{Call, Output, Tool, ToolError, arguments, spec};
use crate::agent::model::ToolSpec;
use crate::agent::skill::SkillLibrary;

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Arguments {
    /// The skill's name, as listed.
    name: String,
}

pub(super) struct SkillTool(pub Arc<SkillLibrary>);

#[async_trait::async_trait]
impl Tool for SkillTool {
    fn spec(&self) -> ToolSpec {
        let mut description =
            "Shows how a kind of work is done here. Read the one that fits before you begin:".to_owned();
        for skill in self.0.skills() {
            let _ = write!(description, "\n- {}: {}", skill.name, skill.description);
        }
        spec::<Arguments>("skill", &description)
    }

    async fn call(&self, value: Value, _: &Call) -> Result<Output, ToolError> {
        let Arguments { name } = arguments(value)?;
        let skill = self.0.skills().iter().find(|skill| skill.name == name);
        let (Some(skill), Some(body)) = (skill, self.0.body(&name)) else {
            let names: Vec<_> = self.0.skills().iter().map(|skill| skill.name.as_str()).collect();
            return Err(ToolError::Mend(format!(
                "there is no skill `{name}`; the skills are: {}",
                names.join(", ")
            )));
        };
        Ok(Output::text(format!("(files of this skill are in {})\n\n{body}", skill.directory.display())))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::env::tests::call;
    use super::*;

    #[tokio::test]
    async fn skills_are_named_in_the_description_and_shown_on_demand() {
        let root = tempfile::tempdir().unwrap();
        std::fs::create_dir(root.path().join("db")).unwrap();
        std::fs::write(
            root.path().join("db/SKILL.md"),
            "---\nname: db\ndescription: Migrate.\n---\nStep one.",
        )
        .unwrap();
        let tool = SkillTool(Arc::new(SkillLibrary::find(&[root.path().into()])));
        assert!(tool.spec().description.ends_with("- db: Migrate."));
        assert!(call(&tool, json!({ "name": "db" })).await.unwrap().ends_with("\n\nStep one."));
        assert!(call(&tool, json!({ "name": "x" })).await.unwrap_err().contains("the skills are: db"));
    }
}
