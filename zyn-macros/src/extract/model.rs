//! What is derived from: the item, its attributes, and how serde reads it.

use proc_macro2::Span;
use serde_derive_internals::ast::{self, Data, Style};
use serde_derive_internals::attr::{self as serde_attr, TagType};
use serde_derive_internals::{Ctxt, Derive};
use syn::{DeriveInput, Ident, LitStr, Member};

use crate::attr::{self, Entry};
use crate::diag::Errors;
use crate::docs;

pub(crate) struct Model<'a> {
    pub(crate) input: &'a DeriveInput,
    pub(crate) entries: Vec<Entry>,
    /// `None` for a union, which serde does not take.
    pub(crate) serde: Option<serde_attr::Container>,
    /// The one shape of a struct, or one for each variant of an enum.
    pub(crate) shapes: Vec<Shape<'a>>,
}

pub(crate) struct Shape<'a> {
    /// `None` for a struct.
    pub(crate) variant: Option<Variant<'a>>,
    pub(crate) style: Style,
    pub(crate) source: &'a syn::Fields,
    pub(crate) fields: Vec<Field<'a>>,
}

pub(crate) struct Variant<'a> {
    pub(crate) source: &'a syn::Variant,
    pub(crate) serde: serde_attr::Variant,
    pub(crate) entries: Vec<Entry>,
}

pub(crate) struct Field<'a> {
    pub(crate) source: &'a syn::Field,
    pub(crate) serde: serde_attr::Field,
    pub(crate) member: Member,
    pub(crate) entries: Vec<Entry>,
}

impl<'a> Model<'a> {
    pub(crate) fn new(input: &'a DeriveInput, errors: &Errors) -> Self {
        // What serde has against the item, its own derive reports.
        let cx = Ctxt::new();
        let private = Ident::new("__private", Span::call_site());
        let container = ast::Container::from_ast(&cx, input, Derive::Deserialize, &private);
        drop(cx.check());

        let field = |field: ast::Field<'a>| Field {
            source: field.original,
            serde: field.attrs,
            member: field.member,
            entries: attr::entries("extract", &field.original.attrs, errors),
        };
        let (serde, shapes) = match (container, &input.data) {
            (Some(container), syn::Data::Struct(data)) => match container.data {
                Data::Struct(style, fields) => (
                    Some(container.attrs),
                    vec![Shape {
                        variant: None,
                        style,
                        source: &data.fields,
                        fields: fields.into_iter().map(field).collect(),
                    }],
                ),
                Data::Enum(_) => (None, Vec::new()),
            },
            (Some(container), _) => match container.data {
                Data::Enum(variants) => (
                    Some(container.attrs),
                    variants
                        .into_iter()
                        .map(|variant| Shape {
                            style: variant.style,
                            source: &variant.original.fields,
                            fields: variant.fields.into_iter().map(field).collect(),
                            variant: Some(Variant {
                                source: variant.original,
                                serde: variant.attrs,
                                entries: attr::entries("extract", &variant.original.attrs, errors),
                            }),
                        })
                        .collect(),
                ),
                Data::Struct(..) => (None, Vec::new()),
            },
            (None, _) => (None, Vec::new()),
        };
        Self {
            input,
            entries: attr::entries("extract", &input.attrs, errors),
            serde,
            shapes,
        }
    }

    pub(crate) fn zyn(&self) -> syn::Path {
        attr::zyn(&self.entries)
    }

    /// The fields that a model fills in, of all shapes.
    pub(crate) fn filled(&self) -> impl Iterator<Item = &Field<'a>> {
        self.shapes.iter().flat_map(Shape::filled)
    }

    /// Whether the answer is read as another type and then converted.
    pub(crate) fn is_converted(&self) -> bool {
        self.serde
            .as_ref()
            .is_some_and(|serde| serde.type_from().or(serde.type_try_from()).is_some())
    }

    pub(crate) fn task(&self) -> Option<String> {
        self.entries
            .iter()
            .filter(|entry| entry.is("task"))
            .find_map(Entry::as_str)
            .map(LitStr::value)
            .or_else(|| docs::first_paragraph(&self.input.attrs))
    }

    /// The JSON pointer from the whole answer to `field` of `shape`.
    pub(crate) fn pointer(&self, shape: &Shape<'_>, field: &Field<'_>) -> String {
        let mut pointer = String::new();
        let mut step = |name: &str| {
            pointer.push('/');
            pointer.push_str(&name.replace('~', "~0").replace('/', "~1"));
        };
        if let (Some(variant), Some(serde)) = (&shape.variant, &self.serde) {
            match serde.tag() {
                _ if variant.serde.untagged() => {}
                TagType::External => step(&variant.serde.name().deserialize_name().value),
                TagType::Adjacent { content, .. } => step(content),
                TagType::Internal { .. } | TagType::None => {}
            }
        }
        if matches!(shape.style, Style::Struct)
            && !field.serde.flatten()
            && !field.serde.transparent()
        {
            step(field.wire_name());
        }
        pointer
    }
}

impl<'a> Shape<'a> {
    /// The fields that a model fills in.
    pub(crate) fn filled(&self) -> impl Iterator<Item = &Field<'a>> {
        self.fields.iter().filter(|field| self.fills(field))
    }

    /// Whether a model fills in `field`: serde skips neither it nor its variant.
    pub(crate) fn fills(&self, field: &Field<'_>) -> bool {
        let skipped = self
            .variant
            .as_ref()
            .is_some_and(|variant| variant.serde.skip_deserializing());
        !skipped && !field.serde.skip_deserializing()
    }
}

impl Field<'_> {
    pub(crate) fn wire_name(&self) -> &str {
        &self.serde.name().deserialize_name().value
    }

    pub(crate) fn validators(&self) -> impl Iterator<Item = &syn::ExprPath> {
        validators(&self.entries)
    }
}

/// The functions of all `validate = path`.
pub(crate) fn validators(entries: &[Entry]) -> impl Iterator<Item = &syn::ExprPath> {
    entries
        .iter()
        .filter(|entry| entry.is("validate"))
        .filter_map(Entry::as_path)
}
