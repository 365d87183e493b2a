//! The tool table of one session, and what a prompt's front matter picks of it.

use std::sync::Arc;

use super::delegate::{self, Spawner};
use super::instrument::{self, Instruments};
use super::{Jobs, Lack, ToolEnv, ToolRow, edit, jobs, list, read, search, shell, skill, write};
use crate::agent::skill::SkillLibrary;
use crate::workspace::Access;

/// Every tool there is, for one session: those that it cannot be given say why.
pub struct ToolTable {
    access: Access,
    rows: Vec<ToolRow>,
}

/// How many tools a session is given.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum ToolSet {
    /// All that its prompt names.
    #[default]
    Full,
    /// Those that its work cannot be done without: small models choose better among few, and read less before they begin.
    Lean,
}

/// What `shell` can do in the place of other tools, or what a session can end without.
const CONVENIENT: [&str; 8] =
    ["search", "list", "job", "delegate", "skill", "message", "request_amendment", "ask_orchestrator"];

impl ToolSet {
    /// Whether a tool belongs to the set.
    pub fn has(self, tool: &str) -> bool {
        self == Self::Full || !CONVENIENT.contains(&tool)
    }
}

/// What some sessions have beside their files and programs.
#[derive(Default)]
pub struct Extras {
    /// Who answers questions that are delegated.
    pub researchers: Option<Arc<dyn Spawner>>,
    /// What is known of how things are done here.
    pub skills: SkillLibrary,
    /// What the app under test is worked with; `shell` leaves evidence with it too.
    pub instruments: Option<Instruments>,
}

/// The tools that were asked for.
pub struct Picked {
    /// In the order of asking.
    pub tools: Vec<ToolRow>,
    /// Those that are missed: a tool for which there is nothing here is not.
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

impl ToolTable {
    /// The tools of every session.
    pub fn new(env: &Arc<ToolEnv>, extras: Extras) -> Self {
        let jobs = Arc::new(Jobs::default());
        let instruments = extras.instruments.as_ref();
        let mut rows = vec![
            read::row(env),
            write::row(env),
            edit::row(env),
            search::row(env),
            list::row(env),
            shell::row(env, &jobs, instruments),
            jobs::row(&jobs),
            delegate::row(extras.researchers),
            skill::row(extras.skills),
        ];
        rows.extend(instrument::rows(env, instruments));
        Self { access: env.access, rows }
    }

    /// The table with more rows: tools of the caller's own, or of a foreign server.
    #[must_use]
    pub fn with(mut self, rows: impl IntoIterator<Item = ToolRow>) -> Self {
        self.rows.extend(rows);
        self
    }

    /// The table without some tools, whatever a prompt names; one who asks for them is told why.
    #[must_use]
    pub fn without(self, names: &[&str], why: &str) -> Self {
        let withheld = |row: ToolRow| {
            let is_named = names.contains(&row.spec.name.as_str());
            if is_named { row.withheld(why) } else { row }
        };
        Self { rows: self.rows.into_iter().map(withheld).collect(), ..self }
    }

    /// All rows.
    pub fn rows(&self) -> &[ToolRow] {
        &self.rows
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
            let row = self.rows.iter().find(|row| row.spec.name == name);
            let refusal =
                row.map_or_else(|| Some("no tool has that name".to_owned()), |row| row.refusal(self.access));
            match (row, refusal) {
                (Some(row), None) => picked.tools.push(row.clone()),
                (Some(row), Some(_)) if row.lack() == Lack::Nothing => {}
                (_, reason) => {
                    let reason = reason.unwrap_or_default();
                    picked.unavailable.push(Unavailable { name: name.to_owned(), reason });
                }
            }
        }
        let has_job = picked.tools.iter().any(|tool| tool.spec.name == jobs::NAME);
        if let Some(shell) = picked.tools.iter_mut().find(|tool| tool.spec.name == shell::NAME && !has_job) {
            // Nobody could look after what runs in the background.
            *shell = shell.clone().without("background");
        }
        picked
    }
}

#[cfg(test)]
mod tests {
    use super::super::env::tests::{Place, call};
    use super::*;

    fn names(picked: &Picked) -> Vec<&str> {
        picked.tools.iter().map(|tool| tool.spec.name.as_str()).collect()
    }

    #[test]
    fn tools_are_picked_by_name_and_the_rest_is_reported() {
        let place = Place::new();
        let table = ToolTable::new(&place.env, Extras::default());
        let all = ["read", "write", "edit", "list", "search", "shell", "job"];
        assert_eq!(names(&table.pick(all)), all);
        let picked = table.pick(["read", "read", "telepathy", "delegate", "skill", "http"]);
        assert_eq!(names(&picked), ["read"]);
        let told: Vec<_> = picked.unavailable.iter().map(ToString::to_string).collect();
        assert_eq!(told[0], "the tool `telepathy` cannot be given: no tool has that name");
        for (index, words) in ["no researchers", "no skills", "no instruments"].into_iter().enumerate() {
            assert!(told[index + 1].contains(words), "{told:?}");
        }
        let less = table.without(&["read", "list"], "not here").pick(["list", "search"]);
        assert_eq!(names(&less), ["search"]);
        assert_eq!(less.unavailable[0].to_string(), "the tool `list` cannot be given: not here");
    }

    #[test]
    fn schemas_are_objects_and_descriptions_short() {
        let place = Place::new();
        for row in ToolTable::new(&place.env, Extras::default()).rows() {
            let spec = &row.spec;
            assert_eq!(spec.schema["type"], "object", "{}", spec.name);
            assert!(spec.description.len() < 240, "{}", spec.name);
        }
    }

    #[test]
    fn a_lean_set_is_what_the_work_cannot_be_done_without() {
        let place = Place::new();
        let all = ["read", "write", "edit", "search", "list", "shell", "job", "delegate", "skill", "http"];
        let lean = all.into_iter().filter(|name| ToolSet::Lean.has(name));
        let picked = ToolTable::new(&place.env, Extras::default()).pick(lean);
        assert_eq!(names(&picked), ["read", "write", "edit", "shell"]);
        let background = |picked: &Picked| {
            let shell = picked.tools.iter().find(|tool| tool.spec.name == "shell").unwrap();
            shell.spec.schema["properties"].get("background").is_some()
        };
        assert!(!background(&picked), "there is no `job` to look after it");
        assert!(background(&ToolTable::new(&place.env, Extras::default()).pick(["shell", "job"])));
    }

    #[tokio::test]
    async fn an_argument_that_a_schema_does_not_name_is_refused() {
        let place = Place::new();
        let names = ["read", "write", "edit", "list", "search", "shell", "job"];
        for tool in ToolTable::new(&place.env, Extras::default()).pick(names).tools {
            let fault = call(&tool, serde_json::json!({ "colour": 1 })).await.unwrap_err();
            assert!(fault.contains("unknown field `colour`"), "{}: {fault}", tool.spec.name);
        }
    }

    #[test]
    fn a_reader_changes_nothing_and_a_validator_may_try() {
        let place = Place::new();
        let having = |access| {
            let env = ToolEnv {
                confinement: place.env.confinement.clone(),
                access,
                sandbox: Arc::clone(&place.env.sandbox),
                env: Vec::new(),
                scratch: place.env.scratch.clone(),
                reaper: place.env.reaper.clone(),
            };
            ToolTable::new(&Arc::new(env), Extras::default()).pick(["read", "write", "edit", "shell", "job"])
        };
        let reader = having(Access::Read);
        assert_eq!(names(&reader), ["read"]);
        assert_eq!(reader.unavailable.len(), 4);
        assert!(reader.unavailable[0].reason.contains("only reads"), "{:?}", reader.unavailable);
        assert_eq!(having(Access::Proof).tools.len(), 5);
    }
}
