//! Arguments of tools: one type is both the schema a model sees and what its JSON is read into.
//!
//! The schema is checked before the JSON is read: types that also read stored data forgive there what a model can
//! mend here, such as a text that is too long or a name that means nothing.

use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde::de::DeserializeOwned;
use serde_json::{Map, Number, Value};

use super::ToolError;

/// Reads arguments as a tool does whose arguments are an `A`.
///
/// # Errors
/// [`ToolError::Mend`] with what does not fit.
pub fn arguments<A: DeserializeOwned + JsonSchema>(value: Value) -> Result<A, ToolError> {
    decode(&schema::<A>(), value).map(|(arguments, _)| arguments)
}

/// Marks a text in a schema that tells what was seen or done: one that is too long is cut, which is said in the answer
/// and costs no turn. The whole of it stands in the transcript. What others act on word by word is refused instead.
pub(super) const CUT: &str = "x-cut";

/// Marks a number of which the nearest that fits is taken, which is said in the answer and costs no turn.
pub(super) const NEAREST: &str = "x-nearest";

/// The schema of arguments, with everything that is checked.
pub(super) fn schema<A: JsonSchema>() -> Value {
    let settings = SchemaSettings::draft2020_12().with(|settings| settings.inline_subschemas = true);
    let mut schema = settings.into_generator().into_root_schema_for::<A>().to_value();
    each(&mut schema, &mut simplify);
    schema
}

/// Reads a call's arguments, which should fit a schema; with a sentence for each text that was cut and each number of
/// which another was taken.
pub(super) fn decode<A: DeserializeOwned>(
    schema: &Value,
    mut value: Value,
) -> Result<(A, Vec<String>), ToolError> {
    let mut cut = Vec::new();
    fit(schema, &mut value, "", &mut cut).map_err(ToolError::Mend)?;
    let read = serde_path_to_error::deserialize(value).map_err(|fault| {
        let place = match fault.path().to_string() {
            path if path == "." => String::new(),
            path => format!("`{path}`: "),
        };
        ToolError::Mend(format!("the arguments do not fit: {place}{}", fault.into_inner()))
    });
    Ok((read?, cut))
}

/// Refuses names that the schema does not know and texts that are empty or too long; leaves out what may be missing
/// and says nothing: null, and blank texts. A text that may be cut is, and of some numbers the nearest is taken; both are
/// noted.
fn fit(schema: &Value, value: &mut Value, path: &str, cut: &mut Vec<String>) -> Result<(), String> {
    match value {
        Value::Object(fields) => fit_fields(schema, fields, path, cut),
        Value::Array(items) => {
            let Some(of) = schema.get("items") else { return Ok(()) };
            items.retain(|item| !(must_say_something(of) && is_blank(item)));
            items
                .iter_mut()
                .enumerate()
                .try_for_each(|(index, item)| fit(of, item, &format!("{path}[{index}]"), cut))
        }
        Value::String(text) => fit_text(schema, text, path, cut),
        Value::Number(given) => {
            if let Some(taken) = schema.get(NEAREST).and_then(|_| nearest(schema, given)) {
                cut.push(format!(
                    "`{path}` was {given}, and {taken} was taken: that is the nearest there is"
                ));
                *given = taken;
            }
            Ok(())
        }
        Value::Null | Value::Bool(_) => Ok(()),
    }
}

/// The bound of a number that lies outside of its bounds.
fn nearest(schema: &Value, given: &Number) -> Option<Number> {
    let bound = |name: &str| schema.get(name).and_then(Value::as_number);
    let is_beyond = |bound: &&Number, least: bool| {
        let (given, bound) = (given.as_f64().unwrap_or_default(), bound.as_f64().unwrap_or_default());
        if least { given < bound } else { given > bound }
    };
    let below = bound("minimum").filter(|least| is_beyond(least, true));
    below.or_else(|| bound("maximum").filter(|most| is_beyond(most, false))).cloned()
}

fn fit_fields(
    schema: &Value,
    fields: &mut Map<String, Value>,
    path: &str,
    cut: &mut Vec<String>,
) -> Result<(), String> {
    let Some(Value::Object(known)) = schema.get("properties") else { return Ok(()) };
    let required: Vec<&Value> =
        schema.get("required").and_then(Value::as_array).into_iter().flatten().collect();
    fields.retain(|name, value| {
        let may_be_missing = required.iter().all(|required| *required != name);
        let says_nothing =
            value.is_null() || (known.get(name).is_some_and(must_say_something) && is_blank(value));
        !(may_be_missing && says_nothing && known.contains_key(name))
    });
    for (name, value) in fields {
        let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
        let Some(of) = known.get(name) else {
            let names: Vec<String> = known.keys().map(|name| format!("`{name}`")).collect();
            let names = if names.is_empty() { "none".to_owned() } else { names.join(", ") };
            return Err(format!("the arguments do not fit: unknown field `{path}`, expected {names}"));
        };
        fit(of, value, &path, cut)?;
    }
    Ok(())
}

fn fit_text(schema: &Value, text: &mut String, path: &str, cut: &mut Vec<String>) -> Result<(), String> {
    if must_say_something(schema) && is_blank_text(text) {
        return Err(format!("`{path}`: the text is empty"));
    }
    let Some(most) = schema.get("maxLength").and_then(Value::as_u64) else { return Ok(()) };
    let length = text.trim().chars().filter(|c| !c.is_control() || matches!(c, '\n' | '\t')).count();
    let most = usize::try_from(most).unwrap_or(usize::MAX);
    if length <= most {
        return Ok(());
    }
    if schema.get(CUT).is_some() {
        // What is trimmed and dropped when it is read makes it no longer.
        *text = text
            .trim()
            .chars()
            .filter(|c| !c.is_control() || matches!(c, '\n' | '\t'))
            .take(most - 1)
            .collect();
        text.push('…');
        cut.push(format!("`{path}` had {length} characters and was cut to {most}"));
        return Ok(());
    }
    Err(format!("`{path}`: the text has {length} characters; at most {most} fit"))
}

/// Takes a word out of the choices that a model is shown.
pub(super) fn withhold(schema: &mut Value, word: &str) {
    each(schema, &mut |map| {
        if let Some(Value::Array(words)) = map.get_mut("enum") {
            words.retain(|offered| offered != word);
        }
        if let Some(Value::Array(ways)) = map.get_mut("oneOf") {
            ways.retain(|way| way.get("const").is_none_or(|offered| offered != word));
        }
    });
}

fn must_say_something(schema: &Value) -> bool {
    schema.get("minLength").is_some()
}

fn is_blank(value: &Value) -> bool {
    value.as_str().is_some_and(is_blank_text)
}

fn is_blank_text(text: &str) -> bool {
    text.chars().all(|c| c.is_whitespace() || c.is_control())
}

/// Changes every schema within a schema.
pub(super) fn each(schema: &mut Value, change: &mut impl FnMut(&mut Map<String, Value>)) {
    match schema {
        Value::Object(map) => {
            change(map);
            for (name, value) in map.iter_mut() {
                match value {
                    // The names in here are the tool's own, not the schema language's.
                    Value::Object(properties) if name == "properties" => {
                        properties.values_mut().for_each(|property| each(property, change));
                    }
                    _ => each(value, change),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| each(item, change)),
        _ => {}
    }
}

/// Takes out what only costs tokens or is refused by some providers: titles, number formats, "or null", empty defaults.
/// An object has the properties that are named, and no others.
fn simplify(map: &mut Map<String, Value>) {
    if let Some(Value::Array(ways)) = map.get("anyOf")
        && let [Value::Object(one), null] = ways.as_slice()
        && null.get("type").is_some_and(|kind| kind == "null")
    {
        let one = one.clone();
        map.remove("anyOf");
        for (name, value) in one {
            map.entry(name).or_insert(value);
        }
    }
    if let Some(Value::Array(words)) = map.get_mut("enum") {
        words.retain(|word| !word.is_null());
    }
    if let (Some(cut), Some(Value::Object(items))) = (map.get(CUT).cloned(), map.get_mut("items")) {
        items.insert(CUT.to_owned(), cut);
    }
    map.remove("$schema");
    map.remove("title");
    if map.contains_key("properties") {
        map.insert("additionalProperties".to_owned(), Value::Bool(false));
    }
    if map.get("default").is_some_and(|default| !default.is_boolean() && !default.is_string()) {
        map.remove("default");
    }
    let number =
        |format: &str| ["uint", "int", "float", "double"].iter().any(|kind| format.starts_with(kind));
    if map.get("format").and_then(Value::as_str).is_some_and(number) {
        map.remove("format");
    }
    if let Some(Value::Array(types)) = map.get("type")
        && let [Value::String(one), Value::String(null)] = types.as_slice()
        && null == "null"
    {
        let one = Value::String(one.clone());
        map.insert("type".to_owned(), one);
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;
    use serde_json::json;

    use super::*;

    fn seen(schema: &Value) -> Value {
        super::super::shown::shown(schema).0
    }

    /// Arguments of a test.
    #[derive(Debug, Deserialize, JsonSchema)]
    struct Arguments {
        /// A title of its own.
        title: String,
        /// How many.
        count: Option<u32>,
    }

    #[test]
    fn a_schema_is_lean_and_keeps_a_property_called_title() {
        assert_eq!(
            seen(&schema::<Arguments>()),
            json!({
                "type": "object",
                "properties": {
                    "title": { "type": "string", "description": "A title of its own." },
                    "count": { "type": "integer", "description": "How many." },
                },
                "required": ["title"],
            })
        );
    }

    #[test]
    fn a_word_that_is_withheld_is_no_choice() {
        let offered = |schema: &Value| {
            let text = schema.to_string();
            (text.contains("\"high\""), text.contains("\"low\""))
        };
        let mut schema = schema::<Levels>();
        assert_eq!(offered(&seen(&schema)), (true, true));
        withhold(&mut schema, "low");
        let schema = seen(&schema);
        assert_eq!(offered(&schema), (true, false), "{schema}");
        assert!(!schema.to_string().contains("Little."), "nor is its meaning told: {schema}");
    }

    /// Something noted.
    #[derive(Debug, Deserialize, JsonSchema)]
    struct Note {
        #[schemars(length(min = 1, max = 4))]
        word: String,
        #[schemars(length(min = 1))]
        more: Option<String>,
        #[serde(default)]
        #[schemars(inner(length(min = 1, max = 4)))]
        tags: Vec<String>,
    }

    #[derive(Debug, Deserialize, JsonSchema)]
    struct Told {
        #[schemars(length(min = 1, max = 4), extend("x-cut" = true))]
        observed: String,
        #[serde(default)]
        #[schemars(inner(length(min = 1, max = 4)), extend("x-cut" = true))]
        more: Vec<String>,
    }

    #[test]
    fn limits_stand_in_the_schema_and_what_tells_is_cut_instead_of_refused() {
        let shown = seen(&schema::<Told>());
        assert_eq!(shown["properties"]["observed"], json!({ "type": "string", "maxLength": 4 }));
        let schema = schema::<Told>();
        let long = json!({ "observed": " äöüßx\u{1b} ", "more": ["a", "seven"] });
        let (told, cut): (Told, _) = decode(&schema, long).unwrap();
        assert_eq!((told.observed.as_str(), told.more[1].as_str()), ("äöü…", "sev…"));
        let words =
            ["`observed` had 5 characters and was cut to 4", "`more[1]` had 5 characters and was cut to 4"];
        assert_eq!(cut, words);
        let (_, cut): (Told, _) = decode(&schema, json!({ "observed": "äöüß" })).unwrap();
        assert!(cut.is_empty());
        assert!(decode::<Told>(&schema, json!({ "observed": " " })).is_err());
    }

    #[derive(Debug, Deserialize, JsonSchema)]
    struct Sizes {
        #[schemars(range(min = 200, max = 4000), extend("x-nearest" = true))]
        width: Option<u32>,
        #[schemars(range(min = 1, max = 9))]
        count: Option<u8>,
    }

    #[test]
    fn of_a_number_that_is_marked_the_nearest_is_taken_and_said() {
        let schema = schema::<Sizes>();
        assert_eq!(
            seen(&schema)["properties"]["width"],
            json!({ "type": "integer", "minimum": 200, "maximum": 4000 })
        );
        for (given, width) in [(100, 200), (-3, 200), (200, 200), (4000, 4000), (9_999_999, 4000)] {
            let (sizes, notes): (Sizes, _) = decode(&schema, json!({ "width": given })).unwrap();
            assert_eq!((sizes.width, notes.len()), (Some(width), usize::from(given != i64::from(width))));
        }
        let (_, notes): (Sizes, _) = decode(&schema, json!({ "width": 100 })).unwrap();
        assert_eq!(notes, ["`width` was 100, and 200 was taken: that is the nearest there is"]);
        let (sizes, notes): (Sizes, _) = decode(&schema, json!({ "count": 12 })).unwrap();
        assert_eq!((sizes.count, notes.len()), (Some(12), 0), "what is not marked is judged by who reads it");
    }

    #[derive(Debug, Deserialize, JsonSchema)]
    struct Notes {
        notes: Vec<Note>,
    }

    fn read<A: DeserializeOwned + JsonSchema>(value: Value) -> Result<A, String> {
        arguments(value).map_err(|fault| fault.to_string())
    }

    /// A level.
    #[derive(Debug, Default, Deserialize, serde::Serialize, JsonSchema)]
    #[serde(rename_all = "snake_case")]
    enum Level {
        /// Much.
        #[default]
        High,
        /// Little.
        Low,
    }

    #[derive(Debug, Deserialize, JsonSchema)]
    struct Levels {
        #[serde(default)]
        #[expect(dead_code, reason = "only its schema is looked at")]
        level: Level,
        #[expect(dead_code, reason = "only its schema is looked at")]
        other: Option<Level>,
        #[serde(default)]
        #[expect(dead_code, reason = "only its schema is looked at")]
        names: Vec<String>,
    }

    #[test]
    fn what_may_be_missing_is_not_or_null() {
        let properties = seen(&schema::<Levels>())["properties"].clone();
        let words = json!(["high", "low"]);
        assert_eq!((&properties["level"]["enum"], &properties["other"]["enum"]), (&words, &words));
        assert_eq!(properties["level"]["description"], "A level. `high`: Much. `low`: Little.");
        assert_eq!(
            properties["other"],
            json!({ "type": "string", "enum": words }),
            "what was said once stands"
        );
        assert_eq!(properties["level"]["default"], "high");
        assert_eq!(properties["names"], json!({ "type": "array", "items": { "type": "string" } }));
    }

    #[test]
    fn what_does_not_fit_is_said() {
        let one: Arguments = read(json!({ "title": "x", "count": null })).unwrap();
        assert_eq!((one.title.as_str(), one.count), ("x", None));
        let fault = read::<Arguments>(json!({ "title": "x", "colour": 1 })).unwrap_err();
        assert!(fault.contains("unknown field `colour`, expected `title`, `count`"), "{fault}");
        assert!(read::<Arguments>(json!({})).unwrap_err().contains("missing field `title`"));
        let fault = read::<Notes>(json!({ "notes": [{ "word": "x" }, { "word": 7 }] })).unwrap_err();
        assert!(fault.contains("`notes[1].word`: invalid type"), "{fault}");
    }

    #[test]
    fn null_stands_for_what_may_be_missing() {
        read::<Levels>(json!({ "level": null, "other": null, "names": null })).unwrap();
        read::<Notes>(json!({ "notes": [{ "word": "x", "more": null, "tags": null }] })).unwrap();
        assert!(read::<Notes>(json!({ "notes": null })).unwrap_err().contains("`notes`: invalid type: null"));
    }

    #[test]
    fn a_text_says_something_and_fits_and_a_refusal_names_its_place() {
        for (note, words) in [
            (json!({ "word": " \u{1b}" }), "`notes[0].word`: the text is empty"),
            (json!({ "word": "seven" }), "`notes[0].word`: the text has 5 characters; at most 4 fit"),
            (json!({ "word": "x", "tags": ["a", "seven"] }), "`notes[0].tags[1]`: the text has 5 characters"),
            (json!({ "word": "x", "size": 1 }), "unknown field `notes[0].size`"),
        ] {
            let fault = read::<Notes>(json!({ "notes": [note] })).unwrap_err();
            assert!(fault.contains(words), "{fault}");
        }
        let read: Notes =
            read(json!({ "notes": [{ "word": " äöüß ", "more": " ", "tags": ["", "a"] }] })).unwrap();
        let note = &read.notes[0];
        assert_eq!((note.word.as_str(), note.more.as_deref(), note.tags.len()), (" äöüß ", None, 1));
    }
}
