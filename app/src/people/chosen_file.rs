//! A file that somebody chooses on their device, read as text. On the server there is none.

#[cfg(feature = "hydrate")]
mod reading {
    use wasm_bindgen::JsCast;
    use wasm_bindgen::closure::Closure;
    use web_sys::{Event, FileReader, HtmlInputElement};

    /// Reads the file that is chosen in an input; `done` hears its name, its size and its text, None when it cannot be read or is larger
    /// than `most`.
    pub fn read_chosen(input: &HtmlInputElement, most: usize, done: impl Fn(String, f64, Option<String>) + 'static) {
        let Some(file) = input.files().and_then(|files| files.get(0)) else { return };
        let (name, size) = (file.name(), file.size());
        if size > most as f64 {
            done(name, size, None);
            return;
        }
        let Ok(reader) = FileReader::new() else { return };
        let found = reader.clone();
        let loaded = Closure::<dyn Fn(Event)>::new(move |_| {
            let text = found.result().ok().and_then(|text| text.as_string());
            done(name.clone(), size, text);
        });
        reader.set_onloadend(Some(loaded.as_ref().unchecked_ref()));
        if reader.read_as_text(&file).is_ok() {
            // It is called once, after this.
            loaded.forget();
        }
    }
}

#[cfg(feature = "hydrate")]
pub use reading::read_chosen;
