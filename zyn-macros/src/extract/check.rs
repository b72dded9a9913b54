//! What a model cannot fill in, and what would read another answer than the schema shows.

use std::collections::BTreeMap;

use serde_derive_internals::ast::Style;
use serde_derive_internals::attr::TagType;
use syn::{Data, Fields};

use super::model::{Field, Model};
use super::types;
use crate::attr::{self, Entry, Key, Place, Vocabulary};
use crate::diag::Errors;

/// Every rule, once. What serde refuses (`tag` on a tuple variant, `other` on a variant with fields) is
/// serde's to report.
pub(crate) fn check(model: &Model<'_>, errors: &Errors) {
    keys(model, errors);
    values(model, errors);
    not_a_union(model, errors);
    something_to_fill_in(model, errors);
    named_fields(model, errors);
    not_a_set_of_labels(model, errors);
    types::owned(model, errors);
    types::answerable(model, errors);
    read_as_shown(model, errors);
    distinct_names(model, errors);
    one_flattened_map(model, errors);
}

const KEYS: Vocabulary = Vocabulary {
    attribute: "extract",
    keys: &[
        Key {
            name: "task",
            places: &[Place::Type],
            repeats: false,
        },
        Key {
            name: "validate",
            places: &[Place::Type, Place::Field],
            repeats: true,
        },
        Key {
            name: "crate",
            places: &[Place::Type],
            repeats: false,
        },
    ],
    remedy: limits,
};

/// Limits must reach the schema, and schemars has a word for each.
fn limits(key: &str) -> Option<String> {
    let limit = match key {
        "range" | "min" | "max" => "range(…)",
        "length" | "len" => "length(…)",
        "pattern" | "regex" => "regex(pattern = …)",
        "contains" => "contains(…)",
        "inner" => "inner(…)",
        "email" => "email",
        "url" => "url",
        "required" => "required",
        _ => return None,
    };
    Some(format!(
        "limits are written `#[schemars({limit})]`, so that they reach the schema"
    ))
}

fn keys(model: &Model<'_>, errors: &Errors) {
    KEYS.check(Place::Type, &model.entries, errors);
    for shape in &model.shapes {
        if let Some(variant) = &shape.variant {
            KEYS.check(Place::Variant, &variant.entries, errors);
        }
        for field in &shape.fields {
            KEYS.check(Place::Field, &field.entries, errors);
        }
    }
}

fn values(model: &Model<'_>, errors: &Errors) {
    attr::check_crate(&model.entries, errors);
    for entry in model.entries.iter().filter(|entry| entry.is("task")) {
        match entry.as_str() {
            None => errors.at(entry, "the instruction is a string: `task = \"…\"`"),
            Some(text) if text.value().trim().is_empty() => {
                errors.at(text, "the instruction is empty");
            }
            Some(_) => {}
        }
    }
    let all_fields = model.shapes.iter().flat_map(|shape| &shape.fields);
    let entries = model
        .entries
        .iter()
        .chain(all_fields.flat_map(|field| &field.entries));
    for entry in entries.filter(|entry| entry.is("validate")) {
        if entry.as_path().is_none() {
            errors.at(
                entry,
                "`validate` takes the path of a function: `validate = path::to::check`",
            );
        }
    }
}

fn not_a_union(model: &Model<'_>, errors: &Errors) {
    if let Data::Union(data) = &model.input.data {
        errors.at(
            data.union_token,
            "a union cannot be extracted; use a struct or an enum",
        );
    }
}

fn something_to_fill_in(model: &Model<'_>, errors: &Errors) {
    if model.is_converted() {
        return;
    }
    let name = &model.input.ident;
    match &model.input.data {
        Data::Struct(data) if data.fields.is_empty() => errors.at(
            name,
            format_args!("a model has nothing to fill in here: `{name}` has no fields"),
        ),
        Data::Struct(_) if model.filled().next().is_none() => errors.at(
            name,
            format_args!("a model has nothing to fill in here: `{name}` skips all its fields"),
        ),
        Data::Enum(data) if data.variants.is_empty() => errors.at(
            name,
            "an enum without variants has no value a model could give",
        ),
        _ => {}
    }
}

fn named_fields(model: &Model<'_>, errors: &Errors) {
    if model.is_converted() {
        return;
    }
    let internal = model
        .serde
        .as_ref()
        .is_some_and(|serde| matches!(serde.tag(), TagType::Internal { .. }));
    for shape in &model.shapes {
        let name = &model.input.ident;
        let name = match &shape.variant {
            // Serde's own error.
            Some(_) if internal => continue,
            Some(variant) if variant.serde.skip_deserializing() => continue,
            Some(variant) => format!("{name}::{}", variant.source.ident),
            None => name.to_string(),
        };
        if let (Style::Tuple, Fields::Unnamed(fields)) = (shape.style, shape.source)
            && !fields.unnamed.is_empty()
        {
            errors.at(
                fields,
                format_args!(
                    "fields need names, so that a model knows what they are: give `{name}` named fields"
                ),
            );
        }
    }
}

fn not_a_set_of_labels(model: &Model<'_>, errors: &Errors) {
    if let Data::Enum(data) = &model.input.data
        && !data.variants.is_empty()
        && data
            .variants
            .iter()
            .all(|variant| variant.fields.is_empty())
        && !model.is_converted()
    {
        let name = &model.input.ident;
        errors.at(
            name,
            format_args!("`{name}` is a set of labels: derive `Classify` instead of `Extract`"),
        );
    }
}

/// schemars looks at the type of a field, not at the function that reads it.
fn read_as_shown(model: &Model<'_>, errors: &Errors) {
    for shape in &model.shapes {
        if let Some(variant) = &shape.variant
            && !variant.serde.skip_deserializing()
        {
            one_read_as_shown(&variant.source.attrs, errors);
        }
        for field in shape.filled() {
            one_read_as_shown(&field.source.attrs, errors);
        }
    }
}

fn one_read_as_shown(attrs: &[syn::Attribute], errors: &Errors) {
    let schemars = |key| attr::foreign("schemars", key, attrs).is_some();
    if schemars("with") || schemars("schema_with") {
        return;
    }
    let reads = attr::foreign("serde", "deserialize_with", attrs)
        .or_else(|| attr::foreign("serde", "with", attrs).filter(is_module));
    if let Some(entry) = reads
        && let Some(path) = entry.as_str()
    {
        errors.at(
            &entry.key,
            format_args!(
                "this reads another shape than the schema shows; add `#[schemars(with = \"…\")]` for the shape that `{}` reads",
                path.value()
            ),
        );
    }
}

/// `with` may also name a type, as serde's remote derive does; schemars then shows that type.
fn is_module(with: &Entry) -> bool {
    with.as_str().is_none_or(|path| {
        let path = path.value();
        let last = path.rsplit("::").next().unwrap_or_default().trim();
        !last.starts_with(char::is_uppercase)
    })
}

fn distinct_names(model: &Model<'_>, errors: &Errors) {
    let mut variants = Names::default();
    let untagged = model
        .serde
        .as_ref()
        .is_some_and(|serde| matches!(serde.tag(), TagType::None));
    for shape in &model.shapes {
        if let Some(variant) = &shape.variant
            && !untagged
            && !variant.serde.untagged()
            && !variant.serde.skip_deserializing()
        {
            let wire = &variant.serde.name().deserialize_name().value;
            variants.add(wire, &variant.source.ident, errors);
        }
        let mut fields = Names::default();
        for field in shape.filled().filter(|field| !field.serde.flatten()) {
            if let Some(name) = &field.source.ident {
                fields.add(field.wire_name(), name, errors);
            }
        }
    }
}

/// The names in JSON that are taken, and by whom.
#[derive(Default)]
struct Names<'a>(BTreeMap<&'a str, &'a syn::Ident>);

impl<'a> Names<'a> {
    fn add(&mut self, wire: &'a str, name: &'a syn::Ident, errors: &Errors) {
        match self.0.get(wire) {
            Some(first) => errors.at(
                name,
                format_args!("`{first}` and `{name}` are both called \"{wire}\" in JSON"),
            ),
            None => {
                self.0.insert(wire, name);
            }
        }
    }
}

fn one_flattened_map(model: &Model<'_>, errors: &Errors) {
    for shape in &model.shapes {
        let is_map = |field: &&Field<'_>| field.serde.flatten() && types::is_map(&field.source.ty);
        for second in shape.filled().filter(is_map).skip(1) {
            errors.at(
                &second.source.ty,
                "two flattened maps would both take the unknown keys",
            );
        }
    }
}
