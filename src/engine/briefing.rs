//! What every session reads of the mission and is given to work with, in any role.

use std::path::Path;
use std::sync::Arc;

use serde::Serialize;

use super::context::EngineContext;
use super::error::EngineError;
use crate::agent::model::catalogue::ModelFacts;
use crate::agent::prompt::{Prompt, PromptError};
use crate::agent::skill::SkillLibrary;
use crate::agent::skill::nearest_guide;
use crate::agent::tool::{ToolEnv, ToolRow};
use crate::agent::turn::Limits;
use crate::domain::attempt::Role;
use crate::domain::finding::Severity;
use crate::workspace::secrets::mask;
use crate::workspace::{Access, Confinement};

/// What a prompt's template may name: `mission.title` and so on, and which tools this session has.
#[derive(Serialize)]
struct Values<'a> {
    mission: MissionValues,
    tools: Vec<&'a str>,
}

#[derive(Serialize)]
struct MissionValues {
    title: String,
    goal: String,
    directives: Vec<String>,
    knowledge: Vec<String>,
    /// The severities of findings, each with its meaning.
    severities: Vec<SeverityValues>,
    /// The repository's own guide for agents; empty when there is none.
    repo_notes: String,
}

#[derive(Serialize)]
struct SeverityValues {
    word: &'static str,
    meaning: &'static str,
}

impl From<Severity> for SeverityValues {
    fn from(severity: Severity) -> Self {
        Self { word: severity.word(), meaning: severity.meaning() }
    }
}

impl EngineContext {
    /// The system prompt of a session. What a role may know goes by the role itself, whatever its prompt says of it.
    ///
    /// # Errors
    /// When the template names something that does not exist.
    pub fn system_prompt(
        &self,
        role: Role,
        prompt: &Prompt,
        dir: &Path,
        tools: &[ToolRow],
    ) -> Result<String, EngineError> {
        let guide = nearest_guide(dir, dir).filter(|_| !role.is_blind_to_code());
        let guide = guide.map(|guide| guide.text).unwrap_or_default();
        let mission = self.cell.with(|mission| MissionValues {
            title: mission.title().to_owned(),
            goal: mission.founding.as_ref().map(|f| f.goal.as_str().to_owned()).unwrap_or_default(),
            directives: mission.directive_texts().map(str::to_owned).collect(),
            knowledge: mission.knowledge_for(role).map(|known| known.note.to_string()).collect(),
            severities: Severity::ALL.iter().copied().map(SeverityValues::from).collect(),
            repo_notes: guide,
        });
        let tools = tools.iter().map(|tool| tool.spec.name.as_str()).collect();
        let text = prompt.render(&Values { mission, tools }).map_err(PromptError::from)?;
        Ok(self.for_role(role, mask(&text).into_owned()))
    }

    /// A text as a role may read it: sealed assertions are in it for those alone who may know them.
    pub fn for_role(&self, role: Role, text: String) -> String {
        if role.may_know_sealed() { text } else { self.cell.with(|mission| mission.unsealed(text)) }
    }

    /// Where a session's tools work, and the variables that are its own.
    ///
    /// # Errors
    /// When the directory cannot be used.
    pub fn tool_env(
        &self,
        dir: &Path,
        access: Access,
        own: &[(String, String)],
    ) -> Result<Arc<ToolEnv>, EngineError> {
        let scratch = self.scratch_of(access)?;
        Ok(Arc::new(ToolEnv {
            confinement: Confinement::new(dir, std::slice::from_ref(&scratch))?,
            access,
            jail: self.jail(dir, access, own)?,
            env: [self.env(), own.to_vec()].concat(),
            scratch,
            reaper: self.reaper.clone(),
        }))
    }

    /// The skills of a checkout that the person trusts, and the person's own.
    pub fn skills(&self, checkout: &Path) -> SkillLibrary {
        SkillLibrary::find(self.project.as_ref().map(|project| (project, checkout)), &self.skill_dirs)
    }
}

/// How far a session may go: as the prompt says, and as the model can.
pub fn limits(prompt: &Prompt, facts: &ModelFacts) -> Limits {
    Limits {
        max_turns: prompt.max_turns,
        max_time: prompt.max_time(),
        window_tokens: facts.window,
        max_output_tokens: facts.max_output,
        ..Limits::default()
    }
}
