//! From a TOML file to checked scripts.

use std::collections::{BTreeMap, BTreeSet};

use regex::Regex;
use serde_json::Value as Json;
use toml::Spanned;

use super::language::Text;
use super::raw::{RawCall, RawFile, RawScript, RawStep};
use super::rehearsal::ScriptError;
use super::script::{CallStep, Input, Next, Pattern, Script, ScriptStep};

/// What an expression may name besides what the script itself names.
const GIVEN: [&str; 7] = ["results", "last", "labels", "brief", "inbox", "range", "namespace"];

/// Reads the scripts of one file; `files` are the plain files of the rehearsal, which calls may pull in.
pub(super) fn scripts(
    file: &str,
    text: &str,
    files: &BTreeMap<String, String>,
) -> Result<Vec<Script>, ScriptError> {
    let raw: RawFile = toml::from_str(text)
        .map_err(|error| ScriptError::Syntax { file: file.to_owned(), message: error.to_string() })?;
    raw.script.into_iter().map(|script| Checker { file, text, files }.script(script)).collect()
}

struct Checker<'a> {
    file: &'a str,
    text: &'a str,
    files: &'a BTreeMap<String, String>,
}

impl Checker<'_> {
    fn script(&self, raw: Spanned<RawScript>) -> Result<Script, ScriptError> {
        let line = self.line(raw.span().start);
        let raw = raw.into_inner();
        let fault = |message| self.fault(&raw.name, "the head", line, message);
        let labels = raw
            .labels
            .iter()
            .map(|(label, value)| Ok((label.clone(), pattern(value)?)))
            .collect::<Result<_, _>>()
            .map_err(fault)?;
        let names = raw
            .names
            .iter()
            .map(|(name, source)| Ok((name.clone(), Text::expression(source)?)))
            .collect::<Result<BTreeMap<_, _>, _>>()
            .map_err(fault)?;
        let ids: Vec<String> = raw
            .step
            .iter()
            .enumerate()
            .map(|(index, step)| step.get_ref().id.clone().unwrap_or_else(|| (index + 1).to_string()))
            .collect();
        let mut steps = Vec::new();
        for (index, step) in raw.step.into_iter().enumerate() {
            let line = self.line(step.span().start);
            let step = self
                .step(step.into_inner(), index, line, &ids)
                .map_err(|message| self.fault(&raw.name, &ids[index], line, message))?;
            steps.push(step);
        }
        let script = Script { file: self.file.to_owned(), name: raw.name.clone(), labels, names, steps };
        check_names(&script).map_err(|(step, line, message)| self.fault(&raw.name, &step, line, message))?;
        Ok(script)
    }

    fn step(&self, raw: RawStep, index: usize, line: usize, ids: &[String]) -> Result<ScriptStep, String> {
        if ids.iter().filter(|id| **id == ids[index]).count() > 1 {
            return Err(format!("two steps have the id `{}`", ids[index]));
        }
        let next = match (&raw.goto, raw.end) {
            (Some(_), true) => return Err("a step has `goto` or `end`, not both".to_owned()),
            (Some(id), false) => Next::To(
                ids.iter()
                    .position(|known| known == id)
                    .ok_or_else(|| format!("goto `{id}`: no such step"))?,
            ),
            (None, true) => Next::End,
            (None, false) => Next::Following,
        };
        let goes_back = matches!(next, Next::To(target) if target <= index);
        if (goes_back || raw.repeat_until.is_some()) && raw.at_most.is_none() {
            return Err("a step that can run again needs `at_most`".to_owned());
        }
        Ok(ScriptStep {
            name: ids[index].clone(),
            line,
            condition: raw.condition.as_deref().map(Text::expression).transpose()?,
            say: raw.say.as_deref().map(Text::template).transpose()?,
            calls: raw.calls.into_iter().map(|call| self.call(call)).collect::<Result<_, _>>()?,
            repeat_until: raw.repeat_until.as_deref().map(Text::expression).transpose()?,
            at_most: raw.at_most.unwrap_or(u32::MAX),
            next,
        })
    }

    fn call(&self, raw: RawCall) -> Result<CallStep, String> {
        let input = match raw.input {
            toml::Value::String(source) => Input::Json(Text::template(&source)?),
            table @ toml::Value::Table(_) => self.input(table)?,
            _ => return Err(format!("the input of `{}` is a table, or a template of JSON", raw.tool)),
        };
        let condition = raw.condition.as_deref().map(Text::expression).transpose()?;
        Ok(CallStep { tool: raw.tool, name: raw.name, condition, input })
    }

    fn input(&self, value: toml::Value) -> Result<Input, String> {
        Ok(match value {
            toml::Value::String(text) if text.contains("{{") || text.contains("{%") => {
                Input::Template(Text::template(&text)?)
            }
            toml::Value::Array(parts) => {
                Input::List(parts.into_iter().map(|part| self.input(part)).collect::<Result<_, _>>()?)
            }
            toml::Value::Table(table) => self.table(table)?,
            other => Input::Literal(plain(other)?),
        })
    }

    fn table(&self, table: toml::Table) -> Result<Input, String> {
        let only = (table.len() == 1).then(|| table.iter().next()).flatten();
        match only {
            Some((key, toml::Value::String(path))) if key == "file" => self
                .files
                .get(path)
                .map(|content| Input::Literal(Json::String(content.clone())))
                .ok_or_else(|| format!("file `{path}`: the rehearsal has no such file")),
            Some((key, toml::Value::String(source))) if key == "expr" => {
                Ok(Input::Expression(Text::expression(source)?))
            }
            _ => {
                let parts = table.into_iter().map(|(key, part)| Ok((key, self.input(part)?)));
                Ok(Input::Table(parts.collect::<Result<_, String>>()?))
            }
        }
    }

    fn line(&self, offset: usize) -> usize {
        1 + self.text.bytes().take(offset).filter(|byte| *byte == b'\n').count()
    }

    fn fault(&self, script: &str, step: &str, line: usize, message: String) -> ScriptError {
        ScriptError::ScriptStep {
            file: self.file.to_owned(),
            line,
            script: script.to_owned(),
            step: step.to_owned(),
            message,
        }
    }
}

fn plain(value: toml::Value) -> Result<Json, String> {
    value.try_into().map_err(|error: toml::de::Error| error.message().to_owned())
}

/// A value between slashes is a regex.
fn pattern(value: &str) -> Result<Pattern, String> {
    match value.strip_prefix('/').and_then(|rest| rest.strip_suffix('/')) {
        Some(source) => Regex::new(source).map(Pattern::Like).map_err(|error| error.to_string()),
        None => Ok(Pattern::Exactly(value.to_owned())),
    }
}

/// A name that nothing gives would fail only when the step is played: it is a fault of the script.
fn check_names(script: &Script) -> Result<(), (String, usize, String)> {
    let results: BTreeSet<&str> =
        script.steps.iter().flat_map(|step| &step.calls).filter_map(|call| call.name.as_deref()).collect();
    let unknown = |text: &Text, own: &BTreeMap<String, Text>| {
        text.names.iter().find_map(|name| {
            let mut parts = name.split('.');
            let root = parts.next().unwrap_or_default();
            let known = GIVEN.contains(&root) || own.contains_key(root);
            let answered = root != "results" || parts.next().is_none_or(|result| results.contains(result));
            (!(known && answered)).then(|| format!("nothing is called `{name}`"))
        })
    };
    for text in script.names.values() {
        // A `let` may not name another: they are worked out one by one, in no order.
        if let Some(message) = unknown(text, &BTreeMap::new()) {
            return Err(("let".to_owned(), script.steps.first().map_or(1, |step| step.line), message));
        }
    }
    for step in &script.steps {
        let mut fault = None;
        each_text(step, &mut |text| fault = fault.take().or_else(|| unknown(text, &script.names)));
        if let Some(message) = fault {
            return Err((step.name.clone(), step.line, message));
        }
    }
    Ok(())
}

fn each_text(step: &ScriptStep, each: &mut dyn FnMut(&Text)) {
    [&step.condition, &step.say, &step.repeat_until].into_iter().flatten().for_each(&mut *each);
    for call in &step.calls {
        call.condition.iter().for_each(&mut *each);
        call.input.texts(each);
    }
}
