//! From the names in a prompt's front matter to tools.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::delegate::{Delegate, Spawner};
use super::edit::Edit;
use super::instrument::Instruments;
use super::jobs::{JobTool, Jobs};
use super::list::List;
use super::read::Read;
use super::search::Search;
use super::shell::Shell;
use super::skill::SkillTool;
use super::write::Write;
use super::{Tool, ToolEnv};
use crate::agent::skill::SkillLibrary;
use crate::workspace::Access;

/// Everything a session could be given.
pub struct Toolbox {
    place: Arc<ToolEnv>,
    jobs: Arc<Jobs>,
    instruments: Option<Instruments>,
    more: BTreeMap<String, Arc<dyn Tool>>,
}

/// The tools that were asked for.
pub struct Picked {
    /// In the order of asking.
    pub tools: Vec<Arc<dyn Tool>>,
    /// Those that cannot be given.
    pub unavailable: Vec<Unavailable>,
}

/// A tool that was asked for in vain.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the tool `{name}` cannot be given: {reason}")]
pub struct Unavailable {
    /// Its name.
    pub name: String,
    /// Why not.
    pub reason: String,
}

/// Tools that change something, which a reader does not get.
const CHANGING: [&str; 4] = ["write", "edit", "shell", "job"];

impl Toolbox {
    /// A box with the tools for files and programs of one place.
    pub fn new(place: Arc<ToolEnv>) -> Self {
        Self { place, jobs: Arc::default(), instruments: None, more: BTreeMap::new() }
    }

    /// Adds `delegate`.
    #[must_use]
    pub fn with_researchers(self, spawner: Arc<dyn Spawner>) -> Self {
        self.with_tool(Arc::new(Delegate(spawner)))
    }

    /// Adds `skill`, if there are any skills.
    #[must_use]
    pub fn with_skills(self, skills: Arc<SkillLibrary>) -> Self {
        if skills.skills().is_empty() { self } else { self.with_tool(Arc::new(SkillTool(skills))) }
    }

    /// Adds `http`, `terminal`, `app` and `browser`, and has `shell` leave evidence too.
    #[must_use]
    pub fn with_instruments(self, instruments: Instruments) -> Self {
        Self { instruments: Some(instruments), ..self }
    }

    /// Adds a tool of the caller's own under its own name.
    #[must_use]
    pub fn with_tool(mut self, tool: Arc<dyn Tool>) -> Self {
        self.more.insert(tool.spec().name, tool);
        self
    }

    /// Takes out the tools of these names, each once.
    pub fn pick<'a>(&self, names: impl IntoIterator<Item = &'a str>) -> Picked {
        let mut picked = Picked { tools: Vec::new(), unavailable: Vec::new() };
        let mut seen = Vec::new();
        for name in names {
            if seen.contains(&name) {
                continue;
            }
            seen.push(name);
            match self.tool(name) {
                Ok(tool) => picked.tools.push(tool),
                Err(reason) => picked.unavailable.push(Unavailable { name: name.to_owned(), reason }),
            }
        }
        picked
    }

    fn tool(&self, name: &str) -> Result<Arc<dyn Tool>, String> {
        if let Some(tool) = self.more.get(name) {
            return Ok(Arc::clone(tool));
        }
        if CHANGING.contains(&name) && self.place.access == Access::Read {
            return Err("this role only reads; give it `access = \"write\"` or \"proof\"".to_owned());
        }
        if let Some(instrument) = self.instruments.as_ref().and_then(|all| all.tool(name, &self.place)) {
            return instrument;
        }
        let place = Arc::clone(&self.place);
        Ok(match name {
            "read" => Arc::new(Read(place)),
            "write" => Arc::new(Write(place)),
            "edit" => Arc::new(Edit(place)),
            "list" => Arc::new(List(place)),
            "search" => Arc::new(Search(place)),
            "shell" => {
                let evidence = self.instruments.as_ref().map(|all| Arc::clone(&all.evidence));
                Arc::new(Shell { place, jobs: Arc::clone(&self.jobs), evidence })
            }
            "job" => Arc::new(JobTool(Arc::clone(&self.jobs))),
            "skill" => return Err("no skills were found".to_owned()),
            "http" | "terminal" | "app" | "browser" => return Err("this role has no instruments".to_owned()),
            "delegate" => return Err("this role has no researchers".to_owned()),
            _ => return Err("no tool has that name".to_owned()),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::env::tests::Place;
    use super::*;

    fn names(picked: &Picked) -> Vec<String> {
        picked.tools.iter().map(|tool| tool.spec().name).collect()
    }

    #[test]
    fn tools_are_picked_by_name_and_the_rest_is_reported() {
        let place = Place::new();
        let toolbox = Toolbox::new(Arc::clone(&place.env));
        let all = ["read", "write", "edit", "list", "search", "shell", "job"];
        assert_eq!(names(&toolbox.pick(all)), all);
        let picked = toolbox.pick(["read", "read", "telepathy", "delegate"]);
        assert_eq!(names(&picked), ["read"]);
        let told: Vec<_> = picked.unavailable.iter().map(ToString::to_string).collect();
        assert_eq!(told[0], "the tool `telepathy` cannot be given: no tool has that name");
        assert!(told[1].contains("no researchers"));
    }

    #[test]
    fn schemas_are_objects_and_descriptions_short() {
        let place = Place::new();
        let toolbox = Toolbox::new(Arc::clone(&place.env));
        for tool in toolbox.pick(["read", "write", "edit", "list", "search", "shell", "job"]).tools {
            let spec = tool.spec();
            assert_eq!(spec.schema["type"], "object", "{}", spec.name);
            assert_eq!(spec.schema["additionalProperties"], false, "{}", spec.name);
            assert!(spec.description.len() < 240, "{}", spec.name);
        }
    }

    #[test]
    fn a_reader_changes_nothing() {
        let place = Place::new();
        let reading = ToolEnv {
            confinement: place.env.confinement.clone(),
            access: Access::Read,
            sandbox: Arc::clone(&place.env.sandbox),
            env: Vec::new(),
            scratch: place.env.scratch.clone(),
            reaper: place.env.reaper.clone(),
        };
        let picked = Toolbox::new(Arc::new(reading)).pick(["read", "write", "edit", "shell", "job"]);
        assert_eq!(names(&picked), ["read"]);
        assert_eq!(picked.unavailable.len(), 4);
    }
}
