//! Types of fields that no answer can have.

use std::collections::BTreeSet;

use quote::ToTokens;
use syn::{GenericArgument, Ident, Path, PathArguments, Type};

use super::model::Model;
use crate::diag::Errors;
use crate::print::print_type;

/// An answer borrows from nothing.
///
/// A lifetime is one mistake with the references that use it, so it is named only if none does.
pub(crate) fn owned(model: &Model<'_>, errors: &Errors) {
    let mut borrowed = BTreeSet::new();
    for field in model.filled() {
        walk(&field.source.ty, Place::Field, &mut |ty, place| match ty {
            Type::Reference(reference) if !is_unanswerable(&reference.elem) => {
                borrowed.extend(reference.lifetime.as_ref().map(|it| it.ident.clone()));
                let mut plain = reference.clone();
                plain.lifetime = None;
                let (plain, owned) = (
                    print_type(plain.to_token_stream()),
                    owned_form(&reference.elem),
                );
                errors.at(
                    ty,
                    format_args!("an answer is owned: use `{owned}` instead of `{plain}`"),
                );
                Walk::Stop
            }
            Type::Slice(slice) if place == Place::Field => {
                let (item, plain) = (
                    print_type(slice.elem.to_token_stream()),
                    print_type(slice.to_token_stream()),
                );
                errors.at(
                    ty,
                    format_args!("an answer is owned: use `Vec<{item}>` instead of `{plain}`"),
                );
                Walk::Stop
            }
            _ => Walk::On,
        });
    }
    for lifetime in model.input.generics.lifetimes() {
        let lifetime = &lifetime.lifetime;
        if !borrowed.contains(&lifetime.ident) {
            errors.at(
                lifetime,
                format_args!("an answer is owned: remove the lifetime `{lifetime}`"),
            );
        }
    }
}

/// JSON has no functions, trait objects or pointers.
pub(crate) fn answerable(model: &Model<'_>, errors: &Errors) {
    for field in model.filled() {
        walk(&field.source.ty, Place::Field, &mut |ty, _| {
            let inner = match ty {
                Type::Reference(reference) => &reference.elem,
                ty => ty,
            };
            if is_unanswerable(inner) {
                errors.at(ty, "a model cannot give a value of this type");
                return Walk::Stop;
            }
            Walk::On
        });
    }
}

/// Whether `ty` is a map by its name, or an option of one.
pub(crate) fn is_map(ty: &Type) -> bool {
    let Some(last) = path(ty).and_then(|path| path.segments.last()) else {
        return false;
    };
    match last.ident.to_string().as_str() {
        "HashMap" | "BTreeMap" | "IndexMap" | "Map" => true,
        "Option" => arguments(&last.arguments).any(is_map),
        _ => false,
    }
}

fn is_unanswerable(ty: &Type) -> bool {
    matches!(
        ty,
        Type::TraitObject(_) | Type::ImplTrait(_) | Type::FnPtr(_) | Type::Ptr(_) | Type::Never(_)
    )
}

fn owned_form(referent: &Type) -> String {
    match referent {
        Type::Slice(slice) => format!("Vec<{}>", print_type(slice.elem.to_token_stream())),
        ty if path(ty).is_some_and(|path| path.is_ident("str")) => "String".to_owned(),
        ty => print_type(ty.to_token_stream()),
    }
}

fn path(ty: &Type) -> Option<&Path> {
    match ty {
        Type::Path(ty) => Some(&ty.path),
        _ => None,
    }
}

fn arguments(arguments: &PathArguments) -> impl Iterator<Item = &Type> {
    let arguments = match arguments {
        PathArguments::AngleBracketed(arguments) => Some(&arguments.args),
        _ => None,
    };
    arguments
        .into_iter()
        .flatten()
        .filter_map(|argument| match argument {
            GenericArgument::Type(ty) => Some(ty),
            _ => None,
        })
}

#[derive(Clone, Copy, PartialEq)]
enum Place {
    /// The type of a field, or a part of it that is stored in it.
    Field,
    /// An argument of a type, as in `Box<[u8]>`.
    Argument,
}

enum Walk {
    On,
    Stop,
}

/// Shows `visit` every type in `ty`, outermost first.
fn walk<'a>(ty: &'a Type, place: Place, visit: &mut dyn FnMut(&'a Type, Place) -> Walk) {
    if let Walk::Stop = visit(ty, place) {
        return;
    }
    match ty {
        Type::Array(ty) => walk(&ty.elem, place, visit),
        Type::Slice(ty) => walk(&ty.elem, Place::Argument, visit),
        Type::Group(ty) => walk(&ty.elem, place, visit),
        Type::Paren(ty) => walk(&ty.elem, place, visit),
        Type::Reference(ty) => walk(&ty.elem, Place::Argument, visit),
        Type::Tuple(ty) => {
            for elem in &ty.elems {
                walk(elem, place, visit);
            }
        }
        Type::Path(ty) => {
            // `PhantomData<fn() -> T>` holds no function.
            let segments = ty.path.segments.iter();
            for segment in segments.filter(|segment| !is_phantom(&segment.ident)) {
                for argument in arguments(&segment.arguments) {
                    walk(argument, Place::Argument, visit);
                }
            }
        }
        _ => {}
    }
}

fn is_phantom(ident: &Ident) -> bool {
    ident == "PhantomData"
}
