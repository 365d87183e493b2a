//! What a server asks with a form, field by field: the words of each question, and what an answer is worth.

use serde_json::{Map, Number, Value, json};

use super::person::Asked;
use crate::agent::context::clipped;

/// The word by which the person refuses.
pub(super) const DECLINE: &str = "decline";
/// The word by which the person breaks it off.
pub(super) const CANCEL: &str = "cancel";
/// The word that leaves a field as it is.
const LEAVE: &str = "-";
/// The longest text of a server's that a question shows, in bytes.
const LONGEST: usize = 600;
/// The longest name of a choice, in bytes.
const LONGEST_CHOICE: usize = 200;

/// One field of a form.
pub(super) struct Field {
    pub name: String,
    title: String,
    kind: Kind,
    is_required: bool,
    default: Option<Value>,
}

enum Kind {
    Text { shortest: usize, longest: usize, format: String },
    Number { least: f64, most: f64, is_whole: bool },
    One(Vec<Choice>),
    Some { of: Vec<Choice>, fewest: usize, most: usize },
}

struct Choice {
    label: String,
    value: Value,
}

impl Field {
    /// The fields of a schema, in its order.
    ///
    /// # Errors
    /// The first that nobody can be asked for, in a sentence.
    pub fn all(schema: &Value, order: Option<&[String]>) -> Result<Vec<Self>, String> {
        let none = Map::new();
        let properties = schema["properties"].as_object().unwrap_or(&none);
        let names = order.map_or_else(|| properties.keys().cloned().collect(), <[String]>::to_vec);
        let required: Vec<&str> =
            schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        let field = |name: String| {
            let set = &properties[&name];
            let kind = Kind::of(set).ok_or_else(|| format!("nobody can be asked for `{name}` in words"))?;
            let told = ["title", "description"].map(|key| set[key].as_str().unwrap_or_default());
            let told: Vec<&str> = told.into_iter().filter(|text| !text.is_empty()).collect();
            let is_required = required.contains(&name.as_str());
            let default = set.get("default").filter(|value| !value.is_null()).cloned();
            Ok(Self { title: clipped(&told.join(": "), LONGEST), name, kind, is_required, default })
        };
        names.into_iter().filter(|name| properties.contains_key(name)).map(field).collect()
    }

    /// The question for it.
    pub fn asked(&self) -> Asked {
        let name = format!("`{}`", clipped(&self.name, LONGEST_CHOICE));
        let name = if self.title.is_empty() { name } else { format!("{} ({name})", self.title) };
        let (what, options) = match &self.kind {
            Kind::Text { shortest, longest, format } => {
                let what = if format.is_empty() { "a text".to_owned() } else { format!("a text ({format})") };
                (what + &bounds(*shortest, *longest, usize::MAX, " characters"), Vec::new())
            }
            Kind::Number { least, most, is_whole } => {
                let what = if *is_whole { "a whole number" } else { "a number" };
                let from = if least.is_finite() { format!(" from {least}") } else { String::new() };
                let to = if most.is_finite() { format!(" to {most}") } else { String::new() };
                (format!("{what}{from}{to}"), Vec::new())
            }
            Kind::One(choices) => ("one of these".to_owned(), labels(choices)),
            Kind::Some { of, fewest, most } => (
                "any of these, with commas between".to_owned() + &bounds(*fewest, *most, of.len(), ""),
                labels(of),
            ),
        };
        let leave = match (&self.default, self.is_required) {
            (Some(default), _) => format!(" `{LEAVE}` takes {}.", self.kind.shown(default)),
            (None, false) => format!(" `{LEAVE}` leaves it out."),
            (None, true) => String::new(),
        };
        Asked { text: format!("{name}: {what}.{leave}"), options }
    }

    /// What an answer gives for it; nothing where it is left out.
    ///
    /// # Errors
    /// Why the answer does not fit.
    pub fn value(&self, answer: &str) -> Result<Option<Value>, String> {
        let answer = answer.trim();
        if answer == LEAVE && (self.default.is_some() || !self.is_required) {
            return Ok(self.default.clone());
        }
        let value = match &self.kind {
            Kind::Text { shortest, longest, .. } => {
                let length = answer.chars().count();
                (*shortest..=*longest).contains(&length).then(|| json!(answer))
            }
            Kind::Number { least, most, is_whole } => number(answer, *is_whole)
                .filter(|number| number.as_f64().is_some_and(|value| (*least..=*most).contains(&value)))
                .map(Value::Number),
            Kind::One(choices) => chosen(choices, answer),
            Kind::Some { of, fewest, most } => {
                let parts = answer.split(',').map(str::trim).filter(|part| !part.is_empty());
                let values: Option<Vec<Value>> = parts.map(|part| chosen(of, part)).collect();
                values.filter(|values| (*fewest..=*most).contains(&values.len())).map(Value::Array)
            }
        };
        value.map(Some).ok_or_else(|| format!("\"{}\" does not fit. ", clipped(answer, LONGEST_CHOICE)))
    }
}

impl Kind {
    fn of(set: &Value) -> Option<Self> {
        let count = |key: &str, none: usize| {
            set[key].as_u64().map_or(none, |count| usize::try_from(count).unwrap_or(usize::MAX))
        };
        if let Some(choices) = choices(set) {
            return Some(Self::One(choices));
        }
        match set["type"].as_str()? {
            "string" => Some(Self::Text {
                shortest: count("minLength", 0),
                longest: count("maxLength", usize::MAX),
                format: clipped(set["format"].as_str().unwrap_or_default(), LONGEST_CHOICE),
            }),
            kind @ ("number" | "integer") => Some(Self::Number {
                least: set["minimum"].as_f64().unwrap_or(f64::NEG_INFINITY),
                most: set["maximum"].as_f64().unwrap_or(f64::INFINITY),
                is_whole: kind == "integer",
            }),
            "boolean" => Some(Self::One(vec![choice("yes", json!(true)), choice("no", json!(false))])),
            "array" => Some(Self::Some {
                of: choices(&set["items"])?,
                fewest: count("minItems", 0),
                most: count("maxItems", usize::MAX),
            }),
            _ => None,
        }
    }

    /// A value as the person is shown it: a choice by its name.
    fn shown(&self, value: &Value) -> String {
        let named = match self {
            Self::One(choices) | Self::Some { of: choices, .. } => {
                choices.iter().find(|choice| choice.value == *value)
            }
            Self::Text { .. } | Self::Number { .. } => None,
        };
        match (named, value) {
            (Some(choice), _) => format!("\"{}\"", choice.label),
            (None, Value::String(text)) => format!("\"{}\"", clipped(text, LONGEST_CHOICE)),
            (None, Value::Array(all)) => all.iter().map(|one| self.shown(one)).collect::<Vec<_>>().join(", "),
            (None, other) => clipped(&other.to_string(), LONGEST_CHOICE),
        }
    }
}

/// The values that a schema lets choose from, by the names that it has for them.
fn choices(set: &Value) -> Option<Vec<Choice>> {
    if let Some(values) = set["enum"].as_array() {
        let named = |(at, value): (usize, &Value)| {
            let label = set["enumNames"][at].as_str().or(value.as_str())?;
            Some(choice(label, value.clone()))
        };
        return values.iter().enumerate().map(named).collect();
    }
    let titled = set["oneOf"].as_array().or(set["anyOf"].as_array())?;
    titled.iter().map(|one| Some(choice(one["title"].as_str()?, one["const"].clone()))).collect()
}

fn choice(label: &str, value: Value) -> Choice {
    Choice { label: clipped(label.trim(), LONGEST_CHOICE), value }
}

fn labels(choices: &[Choice]) -> Vec<String> {
    choices.iter().map(|choice| choice.label.clone()).collect()
}

/// The choice of a name, whatever its letters' case; or of a value.
fn chosen(choices: &[Choice], answer: &str) -> Option<Value> {
    let named = choices.iter().find(|choice| choice.label.eq_ignore_ascii_case(answer));
    named.or_else(|| choices.iter().find(|choice| choice.value == answer)).map(|choice| choice.value.clone())
}

fn number(answer: &str, is_whole: bool) -> Option<Number> {
    match answer.parse::<i64>() {
        Ok(whole) => Some(whole.into()),
        Err(_) if is_whole => None,
        Err(_) => Number::from_f64(answer.parse().ok()?),
    }
}

/// How few and how many, where that is bounded by less than what there is.
fn bounds(fewest: usize, most: usize, all: usize, of: &str) -> String {
    match (fewest, most) {
        (0, most) if most >= all => String::new(),
        (fewest, most) if most >= all => format!(", at least {fewest}{of}"),
        (0, most) => format!(", at most {most}{of}"),
        (fewest, most) => format!(", {fewest} to {most}{of}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn field(set: &Value, is_required: bool) -> Field {
        let required = if is_required { json!(["f"]) } else { json!([]) };
        Field::all(&json!({ "properties": { "f": set }, "required": required }), None).unwrap().remove(0)
    }

    #[test]
    fn each_kind_of_field_says_what_fits_and_takes_nothing_else() {
        let named = json!({ "type": "string", "enum": ["a", "b"], "enumNames": ["Ant", "Bee"] });
        let titled = json!({ "oneOf": [{ "const": "x", "title": "Ex" }, { "const": "y", "title": "Why" }] });
        let several = json!({ "type": "array", "maxItems": 2, "items": { "enum": ["u", "v", "w"] } });
        let table = [
            (
                json!({ "type": "string", "minLength": 2, "maxLength": 4 }),
                "a text, 2 to 4 characters",
                "abc",
                json!("abc"),
                "a",
            ),
            (json!({ "type": "string", "format": "email" }), "a text (email)", "a@b", json!("a@b"), ""),
            (
                json!({ "type": "integer", "minimum": 1, "maximum": 5 }),
                "a whole number from 1 to 5",
                "3",
                json!(3),
                "6",
            ),
            (json!({ "type": "integer" }), "a whole number", "-3", json!(-3), "1.5"),
            (json!({ "type": "number", "minimum": 0 }), "a number from 0", "1.5", json!(1.5), "x"),
            (json!({ "type": "boolean" }), "one of these", "YES", json!(true), "perhaps"),
            (named, "one of these", "Bee", json!("b"), "Cat"),
            (titled, "one of these", "y", json!("y"), "z"),
            (several, "any of these, with commas between, at most 2", "u, w", json!(["u", "w"]), "u,v,w"),
        ];
        for (set, words, fits, value, unfit) in table {
            let field = field(&set, true);
            let text = field.asked().text;
            assert!(text.contains(&format!("`f`: {words}.")), "{text}");
            assert_eq!(field.value(fits), Ok(Some(value)), "{set}");
            if !unfit.is_empty() {
                assert_eq!(field.value(unfit), Err(format!("\"{unfit}\" does not fit. ")), "{set}");
            }
        }
    }

    #[test]
    fn what_need_not_be_said_is_left_out_or_taken_as_it_is() {
        let (free, set) = (json!({ "type": "string" }), json!({ "type": "string", "default": "red" }));
        assert_eq!(field(&free, false).value("-"), Ok(None));
        assert_eq!(field(&free, true).value("-"), Ok(Some(json!("-"))));
        assert_eq!(field(&set, true).value("-"), Ok(Some(json!("red"))));
        assert!(field(&set, true).asked().text.ends_with("`-` takes \"red\"."));
        let named = json!({ "title": "Hero", "oneOf": [{ "const": "h1", "title": "Ada" }], "default": "h1" });
        assert_eq!(field(&named, true).asked().text, "Hero (`f`): one of these. `-` takes \"Ada\".");
        let several = json!({ "type": "array", "items": { "anyOf": [{ "const": 1, "title": "One" }] }, "default": [1] });
        assert!(field(&several, true).asked().text.ends_with("`-` takes \"One\"."));
        let agreed = json!({ "type": "boolean", "default": true });
        assert!(field(&agreed, true).asked().text.ends_with("`-` takes \"yes\"."));
    }

    #[test]
    fn what_cannot_be_put_in_words_is_said() {
        let schema = json!({ "properties": { "where": { "type": "object" } } });
        assert!(Field::all(&schema, None).err().unwrap().contains("`where`"));
    }
}
