//! Print, for each file named on standard input, what functions `syn` finds in it, as JSON.

use proc_macro2::TokenTree;
use quote::ToTokens;
use std::io::BufRead;
use syn::spanned::Spanned;
use syn::visit::{self, Visit};

struct Functions<'a> {
    lines: Vec<&'a str>,
    found: Vec<String>,
}

impl Functions<'_> {
    /// Add an item, whose tokens without attributes are given, with the attributes that are no comments.
    fn add(&mut self, name: &syn::Ident, attributes: &[syn::Attribute], plain: impl ToTokens) {
        let tokens: Vec<TokenTree> = plain.to_token_stream().into_iter().collect();
        let mut start = tokens[0].span().start().line;
        let end = tokens[tokens.len() - 1].span().end().line;
        for attribute in attributes {
            let place = attribute.pound_token.span().start();
            let text: String = self.lines[place.line - 1].chars().skip(place.column).collect();
            if text.starts_with('#') {
                start = start.min(place.line);
            }
        }
        let name = name.to_string();
        self.found.push(format!("[\"{}\", {}, {}]", name, start, end));
    }
}

impl<'ast> Visit<'ast> for Functions<'_> {
    fn visit_item_fn(&mut self, item: &'ast syn::ItemFn) {
        let plain = syn::ItemFn { attrs: Vec::new(), ..item.clone() };
        self.add(&item.sig.ident, &item.attrs, plain);
        visit::visit_item_fn(self, item);
    }

    fn visit_impl_item_method(&mut self, item: &'ast syn::ImplItemMethod) {
        let plain = syn::ImplItemMethod { attrs: Vec::new(), ..item.clone() };
        self.add(&item.sig.ident, &item.attrs, plain);
        visit::visit_impl_item_method(self, item);
    }

    fn visit_trait_item_method(&mut self, item: &'ast syn::TraitItemMethod) {
        let plain = syn::TraitItemMethod { attrs: Vec::new(), ..item.clone() };
        self.add(&item.sig.ident, &item.attrs, plain);
        visit::visit_trait_item_method(self, item);
    }

    fn visit_foreign_item_fn(&mut self, item: &'ast syn::ForeignItemFn) {
        let plain = syn::ForeignItemFn { attrs: Vec::new(), ..item.clone() };
        self.add(&item.sig.ident, &item.attrs, plain);
    }
}

fn main() {
    for path in std::io::stdin().lock().lines().map_while(Result::ok) {
        let text = match std::fs::read_to_string(&path) {
            Ok(text) => text,
            Err(_) => continue,
        };
        let file = match syn::parse_file(&text) {
            Ok(file) => file,
            Err(_) => continue,
        };
        let mut functions = Functions { lines: text.split('\n').collect(), found: Vec::new() };
        functions.visit_file(&file);
        println!("{{\"path\": \"{}\", \"functions\": [{}]}}", path, functions.found.join(", "));
    }
}
