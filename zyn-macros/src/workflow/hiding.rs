//! What a body declares that can be called, and would hide a word of the macro.

use proc_macro2::Ident;
use syn::visit_mut::{self, VisitMut};
use syn::{Expr, Item, Local, Pat, Stmt, UseTree};

use super::id::plain;
use super::words::words;
use crate::diag::Errors;

/// Reports each function, import and closure in `stmts` that is called like a word, and says whether there is one.
pub(crate) fn refuse(stmts: &[Stmt], errors: &Errors) -> bool {
    let mut hiding = Hiding {
        errors,
        found: false,
    };
    for stmt in stmts {
        hiding.visit_stmt_mut(&mut stmt.clone());
    }
    hiding.found
}

struct Hiding<'e> {
    errors: &'e Errors,
    found: bool,
}

impl Hiding<'_> {
    fn name(&mut self, name: &Ident) {
        if let Some(word) = words().find(|word| plain(name) == *word) {
            self.found = true;
            self.errors.at(
                name,
                format!("`{word}` is a word of `workflow!`; give this one another name"),
            );
        }
    }

    fn import(&mut self, tree: &UseTree) {
        match tree {
            UseTree::Path(path) => self.import(&path.tree),
            UseTree::Name(name) => self.name(&name.ident),
            UseTree::Rename(rename) => self.name(&rename.rename),
            UseTree::Group(group) => group.items.iter().for_each(|tree| self.import(tree)),
            UseTree::Glob(_) => {}
        }
    }
}

impl VisitMut for Hiding<'_> {
    fn visit_local_mut(&mut self, local: &mut Local) {
        let value = local.init.as_ref().map(|init| &*init.expr);
        if let (Pat::Ident(name), Some(Expr::Closure(_))) = (&local.pat, value) {
            self.name(&name.ident);
        }
        visit_mut::visit_local_mut(self, local);
    }

    // what stands in an item is not the workflow's
    fn visit_item_mut(&mut self, item: &mut Item) {
        match item {
            Item::Fn(function) => self.name(&function.sig.ident),
            Item::Use(import) => self.import(&import.tree),
            _ => {}
        }
    }
}
