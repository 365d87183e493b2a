//! The expressions and templates of a script: minijinja, strict about names, with a few filters for tool answers.

use std::collections::{BTreeSet, HashSet};

use minijinja::{Environment, Error, ErrorKind, UndefinedBehavior, Value};
use regex::Regex;
use serde::Deserialize;

/// An expression that compiles, such as `results.home.text is matching('status: 200')`.
#[derive(Debug, Clone, Deserialize)]
#[serde(try_from = "String")]
pub(super) struct Expression(Source);

/// A template that compiles, such as `Signed as {{ labels.feature }}`.
#[derive(Debug, Clone, Deserialize)]
#[serde(try_from = "String")]
pub(super) struct Template(Source);

#[derive(Debug, Clone)]
struct Source {
    text: String,
    names: Names,
}

/// Dotted names that an expression uses, such as `results.home.text`.
pub(super) type Names = BTreeSet<String>;

impl TryFrom<String> for Expression {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let names = language().compile_expression(&text).map(|code| code.undeclared_variables(true));
        Source::new(text, names).map(Self)
    }
}

impl TryFrom<String> for Template {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let names = language().template_from_str(&text).map(|code| code.undeclared_variables(true));
        Source::new(text, names).map(Self)
    }
}

impl Expression {
    pub(super) fn names(&self) -> &Names {
        &self.0.names
    }

    pub(super) fn value(&self, context: Value) -> Result<Value, String> {
        let language = language();
        let value = language.compile_expression(&self.0.text).and_then(|compiled| compiled.eval(context));
        value.map_err(|error| self.0.fault(&error))
    }
}

impl Template {
    pub(super) fn names(&self) -> &Names {
        &self.0.names
    }

    pub(super) fn render(&self, context: Value) -> Result<String, String> {
        language().render_str(&self.0.text, context).map_err(|error| self.0.fault(&error))
    }
}

impl Source {
    fn new(text: String, names: Result<HashSet<String>, Error>) -> Result<Self, String> {
        let names = names.map_err(|error| sentence(&error))?.into_iter().collect();
        Ok(Self { text, names })
    }

    /// The error, behind the beginning of what failed.
    fn fault(&self, error: &Error) -> String {
        const LONGEST: usize = 80;
        let whole = self.text.trim();
        let shown: String = whole.lines().next().unwrap_or_default().chars().take(LONGEST).collect();
        let more = if shown.len() < whole.len() { "…" } else { "" };
        format!("`{shown}{more}`: {}", sentence(error))
    }
}

fn language<'source>() -> Environment<'source> {
    let mut language = Environment::new();
    language.set_undefined_behavior(UndefinedBehavior::Strict);
    language.add_test("matching", matches);
    language.add_test("containing", contains);
    language.add_filter("capture", capture);
    language.add_filter("find_all", find_all);
    language.add_filter("evidence", evidence);
    language
}

fn matches(text: &str, pattern: &str) -> Result<bool, Error> {
    Ok(regex(pattern)?.is_match(text))
}

#[expect(clippy::needless_pass_by_value, reason = "minijinja hands values over")]
fn contains(text: String, part: String) -> bool {
    text.contains(&part)
}

/// The first group of the first match, or undefined, which the strict language refuses to print.
fn capture(text: &str, pattern: &str) -> Result<Value, Error> {
    let regex = regex(pattern)?;
    let group = regex.captures(text).and_then(|found| found.get(1).or_else(|| found.get(0)));
    Ok(group.map_or(Value::UNDEFINED, |group| Value::from(group.as_str())))
}

/// Every match: its only group, or the list of its groups when it has several.
fn find_all(text: &str, pattern: &str) -> Result<Vec<Value>, Error> {
    let regex = regex(pattern)?;
    let found = regex.captures_iter(text).map(|found| {
        let texts: Vec<&str> = found.iter().map(|group| group.map_or("", |group| group.as_str())).collect();
        match texts.as_slice() {
            [whole] => Value::from(*whole),
            [_, only] => Value::from(*only),
            _ => texts.iter().skip(1).map(|text| Value::from(*text)).collect(),
        }
    });
    Ok(found.collect())
}

/// The evidence that a tool's answer names, or that several answers name; none when a tool kept none.
#[expect(clippy::needless_pass_by_value, reason = "minijinja hands values over")]
fn evidence(answer: Value) -> Result<Vec<Value>, Error> {
    if let Some(text) = answer.as_str() {
        return find_all(text, r"(?m)^evidence: (\S+)");
    }
    if answer.kind() == minijinja::value::ValueKind::Seq {
        let lists = answer.try_iter()?.map(evidence).collect::<Result<Vec<_>, _>>()?;
        return Ok(lists.concat());
    }
    evidence(answer.get_attr("text")?)
}

fn regex(pattern: &str) -> Result<Regex, Error> {
    Regex::new(pattern).map_err(|error| Error::new(ErrorKind::InvalidOperation, error.to_string()))
}

fn sentence(error: &Error) -> String {
    error.detail().map_or_else(|| error.kind().to_string(), |detail| format!("{}: {detail}", error.kind()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use minijinja::context;

    fn value(source: &str) -> Value {
        let home =
            context! { text => "status: 200\nServer: x\n\n<h1>Hi</h1>\nevidence: ev_1", status => "done" };
        let sign = context! { text => "no proof here", status => "failed" };
        Expression::try_from(source.to_owned()).unwrap().value(context! { home, sign }).unwrap()
    }

    #[test]
    fn filters_and_tests_read_an_answer() {
        assert!(value("home.text is matching('^status: 2..')").is_true());
        assert!(value("home.text is containing('<h1>') and sign.text is not containing('<h1>')").is_true());
        assert_eq!(value("home.text|capture('status: (.)')").as_str(), Some("2"));
        assert_eq!(
            value("home.text|find_all('[a-z]+: ([a-z0-9_]+)')|join(' ')").as_str(),
            Some("200 x ev_1")
        );
        assert_eq!(value("[home, sign]|evidence|join").as_str(), Some("ev_1"));
    }

    #[test]
    fn what_is_not_there_is_an_error_and_not_an_empty_word() {
        let text = Template::try_from("seen: {{ answer|capture('x(.)') }}".to_owned()).unwrap();
        assert!(text.render(context! { answer => "nothing" }).unwrap_err().contains("undefined"));
        let text = Expression::try_from("answer is matching('(')".to_owned()).unwrap();
        assert!(text.value(context! { answer => "" }).unwrap_err().contains("unclosed group"));
    }
}
