//! What there is of a value while its answer is written.
//!
//! ```text
//! struct CustomerPartial { name: Option<String>, tags: Vec<String> }
//! fn partial(so_far: Progress<'_>) -> CustomerPartial {
//!     CustomerPartial {
//!         name: or_absent((&Kind::<String>::new()).one(so_far, "name"), so_far, "name", || (&Kind::<String>::new()).missing()),
//!         tags: …,
//!     }
//! }
//! impl Debug for CustomerPartial where for<'workaround> Option<String>: Debug, … { … }
//! ```
//!
//! The type stands in the same unnamed constant as the impls, so a name that no field uses is free.

use proc_macro2::{Group, Span, TokenStream, TokenTree};
use quote::{ToTokens, format_ident, quote};
use serde_derive_internals::ast::Style;
use serde_derive_internals::attr::Default;
use syn::{GenericArgument, Generics, Ident, Member, PathArguments, Type, parse_quote};

use super::expand::mentions;
use super::model::{Field, Model, Shape};

/// The type, and what the impl of `Extract` says of it.
pub(super) fn expand(model: &Model<'_>) -> (TokenStream, TokenStream) {
    let zyn = model.zyn();
    match by_fields(model) {
        Some(shape) => Partial::new(model, shape).expand(),
        None => {
            let members = quote! {
                type Partial = #zyn::__private::Option<Self>;
                fn partial(so_far: #zyn::__private::Progress<'_>) -> #zyn::__private::Option<Self> {
                    #zyn::__private::whole::<Self>(so_far)
                }
            };
            (TokenStream::new(), members)
        }
    }
}

/// The fields of a struct whose answer is an object of them.
fn by_fields<'m, 'a>(model: &'m Model<'a>) -> Option<&'m Shape<'a>> {
    let [shape] = model.shapes.as_slice() else {
        return None;
    };
    let is_plain = shape.variant.is_none()
        && matches!(shape.style, Style::Struct)
        && !model.is_converted()
        && !model.serde.as_ref()?.transparent();
    is_plain.then_some(shape)
}

struct Partial<'m, 'a> {
    model: &'m Model<'a>,
    zyn: syn::Path,
    name: Ident,
    fields: Vec<Part<'m, 'a>>,
    /// The field that mentions the type parameters which no other does.
    marker: Option<(Ident, Type)>,
}

/// One field.
struct Part<'m, 'a> {
    field: &'m Field<'a>,
    /// The type of the field itself, or that of its items.
    of: TokenStream,
    is_list: bool,
}

impl<'m, 'a> Partial<'m, 'a> {
    fn new(model: &'m Model<'a>, shape: &'m Shape<'a>) -> Self {
        let (_, ty_generics, _) = model.input.generics.split_for_impl();
        let name = &model.input.ident;
        let this = quote!(#name #ty_generics);
        let fields = shape.filled().filter(|field| !field.serde.flatten());
        let fields: Vec<_> = fields.map(|field| Part::new(field, &this)).collect();
        let zyn = model.zyn();
        let marker = marker(&model.input.generics, &fields, &zyn);
        Self {
            name: free_name(model),
            model,
            zyn,
            fields,
            marker,
        }
    }

    fn expand(&self) -> (TokenStream, TokenStream) {
        let Self { zyn, name, .. } = self;
        let (_, ty_generics, _) = self.model.input.generics.split_for_impl();
        let so_far = Ident::new("so_far", Span::mixed_site());
        let values = self.fields.iter().map(|part| {
            let member = &part.field.member;
            let value = self.value(part, &so_far);
            quote!(#member: #value,)
        });
        let marker = self.marker.iter();
        let marker = marker.map(|(name, _)| quote!(#name: #zyn::__private::PhantomData,));
        let members = quote! {
            type Partial = #name #ty_generics;
            fn partial(#so_far: #zyn::__private::Progress<'_>) -> #name #ty_generics {
                use #zyn::__private::{
                    Defaulted as _, Readable as _, Undefaulted as _, Unreadable as _,
                };
                #name { #(#values)* #(#marker)* }
            }
        };
        let declared = self.declared();
        let impls = self.impls();
        (quote!(#declared #impls), members)
    }

    /// Each field is as visible as it is in the type itself, so no type is shown further than it already is.
    fn declared(&self) -> TokenStream {
        let Self { zyn, name, .. } = self;
        let generics = &self.model.input.generics;
        let where_clause = &generics.where_clause;
        let fields = self.fields.iter().map(|part| {
            let (vis, member) = (&part.field.source.vis, &part.field.member);
            let ty = part.ty(zyn);
            quote!(#vis #member: #ty,)
        });
        let marker = self.marker.iter().map(|(name, ty)| quote!(#name: #ty,));
        let allowed = allowed();
        quote! {
            #allowed
            pub struct #name #generics #where_clause { #(#fields)* #(#marker)* }
        }
    }

    /// `Debug`, `Clone` and `PartialEq`, as far as the fields have them. `for<'workaround>` postpones the bounds.
    fn impls(&self) -> TokenStream {
        let Self { zyn, name, .. } = self;
        let members: Vec<&Member> = self.fields.iter().map(|part| &part.field.member).collect();
        let names = members.iter().map(|member| match member {
            Member::Named(name) => name.to_string().trim_start_matches("r#").to_owned(),
            Member::Unnamed(index) => index.index.to_string(),
        });
        let shown = format!("{name}");
        let debug = quote! {
            fn fmt(&self, f: &mut #zyn::__private::fmt::Formatter<'_>) -> #zyn::__private::fmt::Result {
                f.debug_struct(#shown) #(.field(#names, &self.#members))* .finish()
            }
        };
        let markers: Vec<&Ident> = self.marker.iter().map(|(name, _)| name).collect();
        let clone = quote! {
            fn clone(&self) -> Self {
                Self {
                    #(#members: #zyn::__private::Clone::clone(&self.#members),)*
                    #(#markers: #zyn::__private::PhantomData,)*
                }
            }
        };
        let eq = quote! {
            fn eq(&self, other: &Self) -> #zyn::__private::bool {
                true #(&& #zyn::__private::PartialEq::eq(&self.#members, &other.#members))*
            }
        };
        let impls = [
            (quote!(#zyn::__private::fmt::Debug), debug),
            (quote!(#zyn::__private::Clone), clone),
            (quote!(#zyn::__private::PartialEq), eq),
        ];
        impls
            .into_iter()
            .map(|(of, body)| self.impl_of(&of, &body))
            .collect()
    }

    fn impl_of(&self, of: &TokenStream, body: &TokenStream) -> TokenStream {
        let mut generics = self.model.input.generics.clone();
        for part in &self.fields {
            let ty = part.ty(&self.zyn);
            let predicates = &mut generics.make_where_clause().predicates;
            predicates.push(parse_quote!(for<'workaround> #ty: #of));
        }
        let (impl_generics, ty_generics, where_clause) = generics.split_for_impl();
        let (name, allowed) = (&self.name, allowed());
        quote! {
            #[automatically_derived]
            #allowed
            impl #impl_generics #of for #name #ty_generics #where_clause { #body }
        }
    }

    fn value(&self, part: &Part<'_, '_>, so_far: &Ident) -> TokenStream {
        let Part { field, of, is_list } = part;
        let zyn = &self.zyn;
        let wire = field.wire_name();
        let kind = quote!((&#zyn::__private::Kind::<#of>::new()));
        if *is_list {
            let items = quote!(#kind.items(#so_far, #wire));
            return match field.serde.default() {
                Default::Path(path) => quote! {
                    #zyn::__private::or_absent(#zyn::__private::None, #so_far, #wire, || #zyn::__private::Some(#path()))
                        .unwrap_or_else(|| #items)
                },
                Default::None | Default::Default => items,
            };
        }
        let read = match field.serde.deserialize_with() {
            Some(path) => quote!(#zyn::__private::read_with(#so_far, #wire, |value| #path(value))),
            None => quote!(#kind.one(#so_far, #wire)),
        };
        match self.absent(field, &kind) {
            Some(absent) => {
                quote!(#zyn::__private::or_absent(#read, #so_far, #wire, || #absent))
            }
            None => read,
        }
    }

    /// What serde reads where there is no such field, if it needs no value of the whole type for that.
    fn absent(&self, field: &Field<'_>, kind: &TokenStream) -> Option<TokenStream> {
        let zyn = &self.zyn;
        let whole = self.model.serde.as_ref().map(|serde| serde.default());
        match (field.serde.default(), whole) {
            (Default::Default, _) => Some(quote!(#kind.default())),
            (Default::Path(path), _) => Some(quote!(#zyn::__private::Some(#path()))),
            (Default::None, Some(Default::None)) if field.serde.deserialize_with().is_none() => {
                Some(quote!(#kind.missing()))
            }
            (Default::None, _) => None,
        }
    }
}

impl<'m, 'a> Part<'m, 'a> {
    fn new(field: &'m Field<'a>, this: &TokenStream) -> Self {
        let ty = &field.source.ty;
        let item = items_of(ty).filter(|_| field.serde.deserialize_with().is_none());
        Self {
            field,
            of: without_self(item.unwrap_or(ty).to_token_stream(), this),
            is_list: item.is_some(),
        }
    }

    fn ty(&self, zyn: &syn::Path) -> TokenStream {
        let of = &self.of;
        match self.is_list {
            true => quote!(#zyn::__private::Vec<#of>),
            false => quote!(#zyn::__private::Option<#of>),
        }
    }
}

/// The type of the items, if `ty` is written `Vec<…>`.
fn items_of(ty: &Type) -> Option<&Type> {
    let path = match ty {
        Type::Group(group) => return items_of(&group.elem),
        Type::Paren(paren) => return items_of(&paren.elem),
        Type::Path(path) => &path.path,
        _ => return None,
    };
    let last = path.segments.last().filter(|it| it.ident == "Vec")?;
    let PathArguments::AngleBracketed(arguments) = &last.arguments else {
        return None;
    };
    let mut arguments = arguments.args.iter();
    match (arguments.next(), arguments.next()) {
        (Some(GenericArgument::Type(item)), None) => Some(item),
        _ => None,
    }
}

/// In the partial, `Self` would be the partial.
fn without_self(tokens: TokenStream, this: &TokenStream) -> TokenStream {
    let replaced = tokens.into_iter().map(|token| match token {
        TokenTree::Ident(ident) if ident == "Self" => this.clone(),
        TokenTree::Group(group) => {
            let mut inner = Group::new(group.delimiter(), without_self(group.stream(), this));
            inner.set_span(group.span());
            TokenTree::Group(inner).into()
        }
        token => token.into(),
    });
    replaced.collect()
}

fn marker(generics: &Generics, fields: &[Part<'_, '_>], zyn: &syn::Path) -> Option<(Ident, Type)> {
    let is_used = |param: &Ident| {
        let mut fields = fields.iter();
        fields.any(|part| mentions(&Type::Verbatim(part.of.clone()), param))
    };
    let params = generics.type_params().map(|param| &param.ident);
    let unused: Vec<&Ident> = params.filter(|param| !is_used(param)).collect();
    let marks = unused.iter().map(|param| quote!(fn() -> #param));
    let ty = parse_quote!(#zyn::__private::PhantomData<(#(#marks,)*)>);
    let name = Ident::new("__unused", Span::mixed_site());
    (!unused.is_empty()).then_some((name, ty))
}

fn free_name(model: &Model<'_>) -> Ident {
    let generics = &model.input.generics;
    let types = model.filled().map(|field| &field.source.ty);
    let used = quote!(#(#types)* #generics);
    let used = Type::Verbatim(used);
    let mut name = format_ident!("{}Partial", model.input.ident, span = Span::mixed_site());
    while mentions(&used, &name) {
        name = format_ident!("{name}_");
    }
    name
}

/// What is said of the type itself needs no saying again, and nobody has to use all of its fields.
fn allowed() -> TokenStream {
    quote! {
        #[allow(
            clippy::all, clippy::pedantic, dead_code, deprecated, missing_docs, nonstandard_style, private_bounds,
            private_interfaces, unreachable_pub, unused_qualifications, unused_variables
        )]
    }
}
