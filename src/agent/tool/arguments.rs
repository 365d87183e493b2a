//! Arguments of tools: one struct is both the schema a model sees and what its JSON is read into.

use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::ToolError;
use crate::agent::model::ToolSpec;

/// What a model sees of a tool whose arguments are `A`.
pub fn spec<A: JsonSchema>(name: &str, description: &str) -> ToolSpec {
    let settings = SchemaSettings::draft2020_12().with(|settings| settings.inline_subschemas = true);
    let mut schema = settings.into_generator().into_root_schema_for::<A>().to_value();
    simplify(&mut schema);
    ToolSpec { name: name.to_owned(), description: description.to_owned(), schema }
}

/// Reads a call's arguments.
///
/// # Errors
/// [`ToolError::Mend`] with what does not fit.
pub fn arguments<A: DeserializeOwned>(value: Value) -> Result<A, ToolError> {
    serde_json::from_value(value)
        .map_err(|fault| ToolError::Mend(format!("the arguments do not fit: {fault}")))
}

/// Takes out what only costs tokens or is refused by some providers: titles, number formats, "or null".
fn simplify(schema: &mut Value) {
    match schema {
        Value::Object(map) => {
            drop_noise(map);
            for (name, value) in map.iter_mut() {
                match value {
                    // The names in here are the tool's own, not the schema language's.
                    Value::Object(properties) if name == "properties" => {
                        properties.values_mut().for_each(simplify);
                    }
                    _ => simplify(value),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(simplify),
        _ => {}
    }
}

fn drop_noise(map: &mut Map<String, Value>) {
    map.remove("$schema");
    map.remove("title");
    if map.get("default").is_some_and(Value::is_null) {
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

    /// Arguments of a test.
    #[derive(Debug, Deserialize, JsonSchema)]
    #[serde(deny_unknown_fields)]
    struct Arguments {
        /// A title of its own.
        title: String,
        /// How many.
        count: Option<u32>,
    }

    #[test]
    fn a_schema_is_lean_and_keeps_a_property_called_title() {
        let spec = spec::<Arguments>("test", "Tests.");
        assert_eq!(
            spec.schema,
            json!({
                "type": "object",
                "description": "Arguments of a test.",
                "properties": {
                    "title": { "type": "string", "description": "A title of its own." },
                    "count": { "type": "integer", "minimum": 0, "description": "How many." },
                },
                "required": ["title"],
                "additionalProperties": false,
            })
        );
    }

    #[test]
    fn what_does_not_fit_is_said() {
        let read: Arguments = arguments(json!({ "title": "x", "count": null })).unwrap();
        assert_eq!((read.title.as_str(), read.count), ("x", None));
        let fault = arguments::<Arguments>(json!({ "title": "x", "colour": 1 })).unwrap_err();
        assert!(fault.to_string().contains("unknown field `colour`"), "{fault}");
    }
}
