//! The providers' rules for what they are sent, written down a second time.

use serde_json::Value;

use crate::provider::Dialect;

/// What each takes beside `description`; the others of JSON Schema are 400, or ignored in silence.
const KEYWORDS: [(Dialect, &[&str]); 4] = [
    (
        Dialect::OpenAi,
        &[
            "type",
            "enum",
            "anyOf",
            "$ref",
            "$defs",
            "properties",
            "required",
            "additionalProperties",
            "items",
            "minimum",
            "maximum",
            "exclusiveMinimum",
            "exclusiveMaximum",
            "multipleOf",
            "minItems",
            "maxItems",
            "pattern",
            "format",
        ],
    ),
    (
        Dialect::Anthropic,
        &[
            "type",
            "enum",
            "anyOf",
            "$ref",
            "$defs",
            "properties",
            "required",
            "additionalProperties",
            "items",
            "minItems",
            "format",
        ],
    ),
    (
        Dialect::Gemini,
        &[
            "type",
            "enum",
            "anyOf",
            "$ref",
            "$defs",
            "properties",
            "required",
            "additionalProperties",
            "items",
            "prefixItems",
            "minimum",
            "maximum",
            "minItems",
            "maxItems",
            "propertyOrdering",
        ],
    ),
    (
        Dialect::LlamaCpp,
        &[
            "type",
            "enum",
            "anyOf",
            "$ref",
            "$defs",
            "properties",
            "required",
            "additionalProperties",
            "items",
            "minimum",
            "maximum",
            "minItems",
            "maxItems",
            "minLength",
            "maxLength",
            "pattern",
            "format",
            "default",
        ],
    ),
];

/// Holds what is sent to `dialect` to its rules.
pub(crate) fn assert_taken(dialect: Dialect, sent: &Value) {
    let Some((_, keywords)) = KEYWORDS.iter().find(|(of, _)| *of == dialect) else {
        return;
    };
    assert_eq!(sent["type"], "object", "{sent}");
    let definitions = sent["$defs"].as_object().into_iter().flatten();
    let taken = Taken {
        dialect,
        keywords,
        whole: sent,
    };
    for (name, part) in definitions {
        let used = sent.to_string().contains(&format!("\"#/$defs/{name}\""));
        assert!(used, "{name} is sent for nothing: {sent}");
        taken.part(part);
    }
    taken.part(sent);
}

struct Taken<'a> {
    dialect: Dialect,
    keywords: &'a [&'a str],
    whole: &'a Value,
}

impl Taken<'_> {
    fn part(&self, schema: &Value) {
        let map = schema.as_object().unwrap();
        for keyword in map.keys() {
            let known = keyword == "description" || self.keywords.contains(&keyword.as_str());
            assert!(known, "{keyword} in {schema}");
        }
        if let Some(reference) = map.get("$ref") {
            assert_eq!(map.len(), 1, "{schema}");
            let pointer = reference.as_str().unwrap().trim_start_matches('#');
            assert!(self.whole.pointer(pointer).is_some(), "{schema}");
            return;
        }
        if let Some(branches) = map.get("anyOf") {
            branches
                .as_array()
                .unwrap()
                .iter()
                .for_each(|it| self.part(it));
            return;
        }
        let is_any = map.keys().all(|keyword| keyword == "description");
        let takes_any = matches!(self.dialect, Dialect::Gemini | Dialect::LlamaCpp);
        assert!(
            map.contains_key("type") || (is_any && takes_any),
            "{schema}"
        );
        if let Some(properties) = map.get("properties") {
            self.object(schema, properties);
        }
        for inner in ["items", "additionalProperties"] {
            if let Some(inner) = map.get(inner).filter(|inner| inner.is_object()) {
                self.part(inner);
            }
        }
        for place in map
            .get("prefixItems")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
        {
            self.part(place);
        }
    }

    fn object(&self, schema: &Value, properties: &Value) {
        let properties = properties.as_object().unwrap();
        let required = schema["required"].as_array().unwrap();
        match self.dialect {
            Dialect::OpenAi => {
                assert_eq!(schema["additionalProperties"], false, "{schema}");
                assert!(properties.keys().eq(required.iter()), "{schema}");
            }
            Dialect::Anthropic => assert_eq!(schema["additionalProperties"], false, "{schema}"),
            _ => {}
        }
        properties.values().for_each(|field| self.part(field));
    }
}
