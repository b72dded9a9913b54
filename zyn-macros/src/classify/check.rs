//! What is not a set of labels, or not one that a model can tell apart.

use quote::ToTokens;
use syn::{Data, Fields, GenericParam};

use super::model::{Model, examples};
use crate::attr::{self, Key, Place, Value, Vocabulary};
use crate::diag::Errors;
use crate::print::print_type;

/// Every rule, once.
pub(crate) fn check(model: &Model<'_>, errors: &Errors) {
    keys(model, errors);
    values(model, errors);
    an_enum(model, errors);
    no_parameters(model, errors);
    no_data(model, errors);
    a_choice(model, errors);
    names(model, errors);
    one_unsure(model, errors);
}

const KEYS: Vocabulary = Vocabulary {
    attribute: "classify",
    keys: &[
        Key {
            name: "examples",
            places: &[Place::Variant],
            repeats: false,
        },
        Key {
            name: "unsure",
            places: &[Place::Variant],
            repeats: false,
        },
        Key {
            name: "crate",
            places: &[Place::Type],
            repeats: false,
        },
    ],
    remedy: |_| None,
};

fn keys(model: &Model<'_>, errors: &Errors) {
    KEYS.check(Place::Type, &model.entries, errors);
    for label in &model.labels {
        KEYS.check(Place::Variant, &label.entries, errors);
    }
}

fn values(model: &Model<'_>, errors: &Errors) {
    attr::check_crate(&model.entries, errors);
    for entry in model.labels.iter().flat_map(|label| &label.entries) {
        if entry.is("unsure") && !matches!(entry.value, Value::None) {
            errors.at(entry, "`unsure` stands alone: `#[classify(unsure)]`");
        }
        if entry.is("examples") {
            match examples(entry) {
                Ok(texts) if texts.is_empty() => errors.at(entry, "there is no example here"),
                Ok(texts) => {
                    for text in texts.iter().filter(|it| it.value().trim().is_empty()) {
                        errors.at(text, "the example is empty");
                    }
                }
                Err(error) => errors.push(error),
            }
        }
    }
}

fn an_enum(model: &Model<'_>, errors: &Errors) {
    let message = "only an enum can be a set of labels";
    match &model.input.data {
        Data::Enum(_) => {}
        Data::Struct(data) => errors.at(data.struct_token, message),
        Data::Union(data) => errors.at(data.union_token, message),
    }
}

/// A type or a lifetime that no field uses is rustc's to refuse (E0392), and it does.
fn no_parameters(model: &Model<'_>, errors: &Errors) {
    let Data::Enum(data) = &model.input.data else {
        return;
    };
    let params = &model.input.generics.params;
    let unit = data.variants.iter().all(|it| it.fields.is_empty());
    let rustc = |param: &GenericParam| unit && !matches!(param, GenericParam::Const(_));
    if !params.is_empty() && !params.iter().any(rustc) {
        errors.at(params, "a set of labels has no parameters");
    }
}

fn no_data(model: &Model<'_>, errors: &Errors) {
    for label in model.labels.iter().filter(|it| it.within().is_none()) {
        let fields = &label.variant.fields;
        let data = match fields {
            Fields::Unit => continue,
            Fields::Named(fields) => {
                let names = fields.named.iter().filter_map(|field| field.ident.as_ref());
                let names: Vec<String> = names.map(ToString::to_string).collect();
                format!("{{ {} }}", names.join(", "))
            }
            Fields::Unnamed(fields) => {
                let types: Vec<String> = fields
                    .unnamed
                    .iter()
                    .map(|it| print_type(it.ty.to_token_stream()))
                    .collect();
                format!("({})", types.join(", "))
            }
        };
        errors.at(
            fields,
            format_args!("a label carries no data; move `{data}` into an `Extract` struct"),
        );
    }
}

fn a_choice(model: &Model<'_>, errors: &Errors) {
    // one that is divided into others is a choice by itself
    let divided = model.offered().any(|label| label.within().is_some());
    if matches!(model.input.data, Data::Enum(_)) && !divided && model.offered().count() < 2 {
        errors.at(&model.input.ident, "a choice needs at least two labels");
    }
}

fn names(model: &Model<'_>, errors: &Errors) {
    let divided = model.offered().any(|label| label.within().is_some());
    for (at, label) in model.offered().enumerate() {
        let (variant, wire) = (&label.variant.ident, label.wire());
        if wire.value.trim().is_empty() {
            errors.span(wire.span, format_args!("the label of `{variant}` is empty"));
            continue;
        }
        let breaks = |c: char| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}');
        if wire.value.contains(breaks) {
            errors.span(
                wire.span,
                format_args!(
                    "the label of `{variant}` has a line break or a control character in it"
                ),
            );
        }
        if divided && wire.value.contains('/') {
            errors.span(
                wire.span,
                "a label with `/` reads like one of a set within a set; rename it",
            );
        }
        let near = model.offered().take(at).find(|other| {
            let near = |name: &str| name.trim().to_lowercase();
            near(&other.wire().value) == near(&wire.value)
        });
        if let Some(near) = near {
            let (first, wire, other) = (&near.variant.ident, &wire.value, &near.wire().value);
            if wire == other {
                errors.at(
                    variant,
                    format_args!("`{first}` and `{variant}` are both the label \"{wire}\""),
                );
            } else {
                errors.at(
                    variant,
                    format_args!("a model cannot tell \"{other}\" from \"{wire}\""),
                );
            }
        }
    }
}

fn one_unsure(model: &Model<'_>, errors: &Errors) {
    for label in model.offered().filter(|it| it.within().is_some()) {
        if let Some(entry) = label.unsure() {
            errors.at(
                &entry.key,
                "a label that is divided into others cannot be `unsure`",
            );
        }
    }
    for label in model.labels.iter().filter(|it| !it.is_offered()) {
        if let Some(entry) = label.unsure() {
            errors.at(
                &entry.key,
                "a label that serde skips is never given; drop `skip`, or mark another one `unsure`",
            );
        }
    }
    let mut marked = model.labels.iter().filter(|label| label.unsure().is_some());
    let Some(first) = marked.next() else { return };
    let first = &first.variant.ident;
    for second in marked {
        if let Some(entry) = second.unsure() {
            errors.at(
                &entry.key,
                format_args!("only one label can be `unsure`, and `{first}` is"),
            );
        }
    }
}
