//! `skill`: the body of a skill, when an agent wants it.

use std::fmt::Write as _;
use std::sync::Arc;

use schemars::JsonSchema;
use serde::Deserialize;

use super::env::blocking;
use super::{Answer, Call, Output, ToolError, ToolRow};
use crate::agent::skill::SkillLibrary;
use crate::workspace::{Access, Jail};

#[derive(Deserialize, JsonSchema)]
struct Arguments {
    /// The skill's name, as listed.
    name: String,
}

pub(super) fn row(skills: SkillLibrary) -> ToolRow {
    let mut description =
        "Shows how a kind of work is done here. Read the one that fits before you begin:".to_owned();
    for skill in skills.skills() {
        let _ = write!(description, "\n- {}: {}", skill.name, skill.description);
    }
    let found = if skills.skills().is_empty() {
        Err("no skills were found".to_owned())
    } else {
        Ok(Arc::new(skills))
    };
    ToolRow::new("skill", description, Access::Read, found, show)
}

async fn show(skills: Arc<SkillLibrary>, Arguments { name }: Arguments, _call: Call) -> Answer {
    blocking(&Jail::default(), move || {
        let skill = skills.skills().iter().find(|skill| skill.name == name);
        let (Some(skill), Some(body)) = (skill, skills.body(&name)) else {
            let names: Vec<_> = skills.skills().iter().map(|skill| skill.name.as_str()).collect();
            return Err(ToolError::Mend(format!(
                "there is no skill `{name}`; the skills are: {}",
                names.join(", ")
            )));
        };
        Ok(Output::text(format!("(files of this skill are in {})\n\n{body}", skill.directory.display())))
    })
    .await
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
        let tool = row(SkillLibrary::find(None, &[root.path().into()]));
        assert!(tool.spec.description.ends_with("- db: Migrate."));
        assert!(call(&tool, json!({ "name": "db" })).await.unwrap().ends_with("\n\nStep one."));
        assert!(call(&tool, json!({ "name": "x" })).await.unwrap_err().contains("the skills are: db"));
    }
}
