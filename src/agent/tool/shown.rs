//! What a model sees of a schema. Each turn pays for it again, so that nothing stands in it that a model can do without:
//! what says nothing is left out, and what is said is said once.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use super::arguments::{CUT, NEAREST, each};

/// A limit that no text reaches by accident; servers that make a grammar of a schema choke on such a number.
const LONG_TEXT: u64 = 2_000;
/// From so many texts with one limit on it is said once for all of them.
const SEVERAL: usize = 3;

/// A schema for a model's eyes, and a sentence about the limits of its texts that stand no longer in it.
pub(super) fn shown(schema: &Value) -> (Value, Option<String>) {
    let mut shown = schema.clone();
    each(&mut shown, &mut tidy);
    if let Some(root) = shown.as_object_mut() {
        // The tool has a description of its own.
        root.remove("description");
    }
    tell_once(&mut shown, &mut BTreeSet::new());
    let limits = hoist_limits(&mut shown);
    (shown, limits)
}

/// Takes out what is checked without being told, and what follows from what is left.
fn tidy(map: &mut Map<String, Value>) {
    for mark in ["minLength", CUT, NEAREST] {
        map.remove(mark);
    }
    let usual = [
        ("additionalProperties", json!(false)),
        ("default", json!(false)),
        // The bounds of a type that nobody chose.
        ("minimum", json!(0)),
        ("maximum", json!(u16::MAX)),
    ];
    for (key, usual) in usual {
        if map.get(key) == Some(&usual) {
            map.remove(key);
        }
    }
    words(map);
    let is_described = map.contains_key("description");
    if let Some(Value::Object(items)) = map.get_mut("items").filter(|_| is_described) {
        items.remove("description");
    }
    if let Some(Value::String(text)) = map.get_mut("description") {
        *text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    }
}

/// Writes a choice of words as one list, with what they mean beside it.
fn words(map: &mut Map<String, Value>) {
    let Some(Value::Array(ways)) = map.get("oneOf") else { return };
    let mut words = Vec::new();
    let mut meaning: Vec<String> =
        map.get("description").and_then(Value::as_str).map(str::to_owned).into_iter().collect();
    for way in ways {
        match (way.get("const"), way.get("enum").and_then(Value::as_array)) {
            (Some(word), _) => {
                words.push(word.clone());
                let told = way.get("description").and_then(Value::as_str).unwrap_or_default();
                if !told.is_empty() {
                    meaning.push(format!("`{}`: {told}", word.as_str().unwrap_or_default()));
                }
            }
            (None, Some(plain)) => words.extend(plain.iter().cloned()),
            (None, None) => return,
        }
    }
    map.remove("oneOf");
    map.insert("type".to_owned(), "string".into());
    map.insert("enum".to_owned(), words.into());
    if !meaning.is_empty() {
        map.insert("description".to_owned(), meaning.join(" ").into());
    }
}

/// Of parts that are the same, the first alone keeps its words.
fn tell_once(schema: &mut Value, seen: &mut BTreeSet<String>) {
    match schema {
        Value::Object(map) => {
            let words = map.get("enum").map(|words| format!("{words} {:?}", map.get("description")));
            let parts = map.get("properties").map(Value::to_string);
            if words.or(parts).is_some_and(|part| !seen.insert(part)) {
                map.remove("description");
                map.values_mut().for_each(|part| each(part, &mut |inner| drop(inner.remove("description"))));
                return;
            }
            map.values_mut().for_each(|part| tell_once(part, seen));
        }
        Value::Array(parts) => parts.iter_mut().for_each(|part| tell_once(part, seen)),
        _ => {}
    }
}

/// Takes out the limit that most texts have, and those that nobody meets.
fn hoist_limits(schema: &mut Value) -> Option<String> {
    let mut counts: BTreeMap<u64, usize> = BTreeMap::new();
    let mut long = BTreeSet::new();
    each(schema, &mut |map| {
        if let Some(most) = limit(map).filter(|most| *most <= LONG_TEXT) {
            *counts.entry(most).or_default() += 1;
        }
        if let Some(Value::Object(parts)) = map.get("properties") {
            let of_part = |part: &Value| part.as_object().and_then(limit);
            let is_long = |part: &Value| of_part(part).is_some_and(|most| most > LONG_TEXT);
            long.extend(parts.iter().filter(|(_, part)| is_long(part)).map(|(name, _)| format!("`{name}`")));
        }
    });
    let usual = counts.into_iter().filter(|(_, count)| *count >= SEVERAL).max_by_key(|(_, count)| *count);
    let usual = usual.map(|(most, _)| most);
    each(schema, &mut |map| {
        if limit(map).is_some_and(|most| most > LONG_TEXT || Some(most) == usual) {
            map.remove("maxLength");
        }
    });
    let long: Vec<String> = long.into_iter().collect();
    let but = if long.is_empty() { String::new() } else { format!(", but for {}", long.join(", ")) };
    usual.map(|most| format!("Texts have at most {most} characters{but}."))
}

fn limit(map: &Map<String, Value>) -> Option<u64> {
    map.get("maxLength").and_then(Value::as_u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_that_most_texts_have_is_said_once_and_one_that_nobody_meets_not_at_all() {
        let text = |most: u64| json!({ "type": "string", "maxLength": most });
        let parts = json!({ "title": text(160), "a": text(600), "b": text(600), "c": text(600), "summary": text(8_000) });
        let (schema, limits) = shown(&json!({ "type": "object", "properties": parts }));
        assert_eq!(limits.as_deref(), Some("Texts have at most 600 characters, but for `summary`."));
        let left = |part: &str| schema["properties"][part]["maxLength"].as_u64();
        assert_eq!(["title", "a", "summary"].map(left), [Some(160), None, None]);
        let few = json!({ "type": "object", "properties": { "a": text(600), "b": text(600) } });
        assert_eq!(shown(&few), (few, None));
    }

    #[test]
    fn a_part_that_comes_again_has_its_words_once() {
        let script = json!({ "type": "object", "description": "A command.",
            "properties": { "run": { "type": "string", "description": "The line." } } });
        let list = |why: &str| json!({ "type": "array", "items": script, "description": why });
        let plain = json!({ "type": "array", "items": script });
        let (schema, _) =
            shown(&json!({ "type": "object", "properties": { "setup": list("Once."), "test": plain } }));
        let parts = &schema["properties"];
        assert_eq!(parts["setup"]["description"], "Once.");
        assert_eq!(parts["setup"]["items"]["properties"]["run"]["description"], "The line.");
        assert_eq!(
            parts["test"]["items"],
            json!({ "type": "object", "properties": { "run": { "type": "string" } } })
        );
    }
}
