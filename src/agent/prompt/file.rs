//! One prompt file.

use std::time::Duration;

use minijinja::syntax::SyntaxConfig;
use minijinja::value::Serde;
use minijinja::{Environment, UndefinedBehavior, Value};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};

use crate::agent::turn::Closing;
use crate::workspace::Access;

/// A prompt whose front matter and template are sound.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Prompt {
    /// The name it is asked for by.
    #[serde(skip)]
    pub name: String,
    /// The role it makes of a model.
    pub role: String,
    /// The tools it offers, by name.
    #[serde(default)]
    pub tools: Vec<String>,
    /// What the agent may touch.
    pub access: Access,
    /// The role whose model it runs on, when that is not its own.
    model_role: Option<String>,
    /// How a session may end.
    #[serde(deserialize_with = "closing")]
    pub closes: Closing,
    /// Replies of the model.
    #[serde(default = "default_turns")]
    pub max_turns: u32,
    #[serde(default = "default_minutes")]
    max_minutes: u32,
    #[serde(skip)]
    origin: String,
    #[serde(skip)]
    template: String,
    #[serde(skip)]
    template_line: usize,
}

/// What is wrong with a prompt's file, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{origin}:{line}: {sentence}")]
pub struct PromptProblem {
    /// The file, or `built-in NAME`.
    pub origin: String,
    /// The line, counted from one.
    pub line: usize,
    /// What is wrong with it.
    pub sentence: String,
}

/// Why there is no prompt.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PromptError {
    /// Nothing has that name.
    #[error("there is no prompt `{name}`; add prompts/{name}.md or use one of: {known}")]
    Unknown { name: String, known: String },
    /// It is there, but there is no sound version of it.
    #[error("{0}")]
    Problem(#[from] PromptProblem),
}

impl Prompt {
    /// Reads a prompt's text. The template is compiled, so that its syntax is known to be right.
    ///
    /// # Errors
    /// The first [`PromptProblem`].
    pub fn parse(name: &str, origin: &str, text: &str) -> Result<Self, PromptProblem> {
        let problem =
            |line: usize, sentence: String| PromptProblem { origin: origin.to_owned(), line, sentence };
        let rest = text.strip_prefix("+++\n").ok_or_else(|| {
            problem(1, "a prompt begins with a line `+++`, its front matter and another `+++`".to_owned())
        })?;
        let (front, template) = rest
            .split_once("\n+++\n")
            .ok_or_else(|| problem(1, "the front matter has no closing `+++` line".to_owned()))?;
        let front_lines = front.lines().count();
        let read: Self = toml::from_str(front).map_err(|fault| {
            let before = fault.span().map_or("", |span| front.get(..span.start).unwrap_or_default());
            problem(2 + before.matches('\n').count(), fault.message().to_owned())
        })?;
        if let Some(missing) = not_offered(&read) {
            let line = 2 + front.lines().position(|line| line.starts_with("closes")).unwrap_or(0);
            return Err(problem(line, format!("`closes` names `{missing}`, which is not among its `tools`")));
        }
        let prompt = Self {
            name: name.to_owned(),
            origin: origin.to_owned(),
            template: template.trim_start_matches('\n').to_owned(),
            template_line: front_lines + 2 + (template.len() - template.trim_start_matches('\n').len()),
            ..read
        };
        environment().template_from_str(&prompt.template).map_err(|fault| prompt.problem(&fault))?;
        Ok(prompt)
    }

    /// The text for a session. A variable that the template names and the values lack is an error.
    ///
    /// # Errors
    /// The [`PromptProblem`] with the template's line.
    pub fn render(&self, values: &impl Serialize) -> Result<String, PromptProblem> {
        let rendered = environment().render_str(&self.template, Value::from(Serde(values)));
        rendered.map_err(|fault| self.problem(&fault))
    }

    /// The role whose model it runs on; usually its own.
    pub fn model_role(&self) -> &str {
        self.model_role.as_deref().unwrap_or(&self.role)
    }

    /// The longest time of a session.
    pub fn max_time(&self) -> Duration {
        Duration::from_secs(u64::from(self.max_minutes) * 60)
    }

    /// The file it came from, or `built-in NAME`.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    fn problem(&self, fault: &minijinja::Error) -> PromptProblem {
        let line = self.template_line + fault.line().unwrap_or(1);
        let undefined = fault.kind() == minijinja::ErrorKind::UndefinedError;
        let text = self.template.lines().nth(fault.line().unwrap_or(1).saturating_sub(1)).unwrap_or_default();
        let sentence = match fault.detail() {
            None if undefined => format!("a variable of this line has no value: {}", text.trim()),
            None => fault.kind().to_string(),
            Some(detail) => format!("{}: {detail}", fault.kind()),
        };
        PromptProblem { origin: self.origin.clone(), line, sentence }
    }
}

fn default_turns() -> u32 {
    200
}

fn default_minutes() -> u32 {
    120
}

/// A closing tool that the agent is not given: it could never end.
fn not_offered(front: &Prompt) -> Option<&str> {
    let Closing::Tools(names) = &front.closes else { return None };
    names.iter().map(String::as_str).find(|name| !front.tools.iter().any(|tool| tool == name))
}

/// `"text"`, or a list of tools.
fn closing<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Closing, D::Error> {
    let wrong = || D::Error::custom("`closes` is \"text\" or a list of tools, such as [\"handoff\"]");
    match toml::Value::deserialize(deserializer)? {
        toml::Value::String(text) if text == "text" => Ok(Closing::Text),
        toml::Value::Array(names) if !names.is_empty() => {
            let names = names.into_iter().map(|name| match name {
                toml::Value::String(name) => Ok(name),
                _ => Err(wrong()),
            });
            names.collect::<Result<_, _>>().map(Closing::Tools)
        }
        _ => Err(wrong()),
    }
}

fn environment() -> Environment<'static> {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    // Blocks on lines of their own leave no empty lines; the default syntax is kept should the builder ever refuse.
    if let Ok(syntax) = SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build() {
        environment.set_syntax(syntax);
    }
    environment
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const WORKER: &str = "+++\nrole = \"worker\"\naccess = \"write\"\ntools = [\"read\", \"handoff\"]\ncloses = [\"handoff\"]\n\
                          max_minutes = 30\n+++\n\nBuild {{ feature.title }}.\n{% for a in feature.assertions %}\n\
                          - {{ a }}\n{% endfor %}\nDone.\n";

    #[test]
    fn front_matter_and_template_are_read() {
        let prompt = Prompt::parse("worker", "worker.md", WORKER).unwrap();
        assert_eq!((prompt.model_role(), prompt.access, prompt.max_turns), ("worker", Access::Write, 200));
        assert_eq!(prompt.closes, Closing::Tools(vec!["handoff".into()]));
        assert_eq!(prompt.max_time(), Duration::from_mins(30));
        let values = json!({ "feature": { "title": "the door", "assertions": ["opens", "shuts"] } });
        assert_eq!(prompt.render(&values).unwrap(), "Build the door.\n- opens\n- shuts\nDone.");
    }

    #[test]
    fn mistakes_name_their_line() {
        let table = [
            ("no front matter", 1, "begins with"),
            ("+++\nrole = \"x\"\n", 1, "no closing"),
            ("+++\nrole = \"x\"\naccess = \"write\"\ncolour = 1\ncloses = \"text\"\n+++\n", 4, "colour"),
            ("+++\nrole = \"x\"\naccess = \"root\"\ncloses = \"text\"\n+++\n", 3, "root"),
            ("+++\nrole = \"x\"\naccess = \"read\"\ncloses = \"never\"\n+++\n", 4, "closes"),
            ("+++\nrole = \"x\"\naccess = \"read\"\ncloses = [\"text\"]\n+++\n", 4, "not among"),
            ("+++\nrole = \"x\"\naccess = \"read\"\ncloses = \"text\"\n+++\n\nok\n{% for %}\n", 8, "syntax"),
        ];
        for (text, line, words) in table {
            let problem = Prompt::parse("x", "x.md", text).unwrap_err();
            assert_eq!(problem.line, line, "{problem}");
            assert!(problem.to_string().contains(words), "{problem}");
        }
    }

    #[test]
    fn a_missing_value_names_the_line_that_wants_it() {
        let prompt = Prompt::parse("worker", "worker.md", WORKER).unwrap();
        let problem = prompt.render(&json!({ "feature": { "assertions": [] } })).unwrap_err();
        assert_eq!(problem.line, 9, "{problem}");
        assert!(problem.sentence.contains("feature.title"), "{problem}");
    }
}
