//! The one frame of every page with data: a skeleton while it is on the way, the page once it is there, the error when it is not to be had.

use super::{ErrorView, SkeletonLines};
use crate::wire::PageData;
use leptos::prelude::*;

/// Shows `page` of what `data` brings. While that is on the way, a skeleton in a page of this `class`. What `page` needs beside the data it
/// takes along; it is called again whenever the data comes anew.
pub fn page_frame<T>(class: &'static str, data: PageData<T>, page: impl Fn(T) -> AnyView + Clone + Send + 'static) -> AnyView
where
    T: Clone + Send + Sync + 'static,
{
    frame(Some(class), Box::new(move || making(data, page.clone())))
}

/// The same for a part of a page whose head is there already.
pub fn part_frame<T>(data: PageData<T>, part: impl Fn(T) -> AnyView + Clone + Send + 'static) -> AnyView
where
    T: Clone + Send + Sync + 'static,
{
    frame(None, Box::new(move || making(data, part.clone())))
}

fn making<T>(data: PageData<T>, page: impl Fn(T) -> AnyView + Send + 'static) -> Suspend<AnyView>
where
    T: Clone + Send + Sync + 'static,
{
    Suspend::new(async move {
        match data.await {
            Ok(found) => page(found),
            Err(error) => view! { <ErrorView error /> }.into_any(),
        }
    })
}

/// The same code for all pages, whatever they are made of: what the browser loads of it is there once.
fn frame(class: Option<&'static str>, making: Box<dyn Fn() -> Suspend<AnyView> + Send>) -> AnyView {
    let skeleton = move || match class {
        Some(class) => view! { <div class=class><SkeletonLines /></div> }.into_any(),
        None => view! { <SkeletonLines /> }.into_any(),
    };
    view! { <Transition fallback=skeleton>{move || making()}</Transition> }.into_any()
}
