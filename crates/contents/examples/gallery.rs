//! Writes every starter of the gallery as HTML and text into a folder, to look at:
//! `cargo run -p contents --example gallery -- /tmp/gallery`.

use std::fs;
use std::path::PathBuf;

use contents::{CompiledEmail, Data, Footer, RenderOptions, gallery, sample_data};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = PathBuf::from(
        std::env::args()
            .nth(1)
            .unwrap_or_else(|| "gallery-out".to_owned()),
    );
    fs::create_dir_all(&folder)?;
    for starter in gallery() {
        let email = CompiledEmail::compile(&starter.document, Footer::Ensure)?;
        for locale in ["ja", "en"] {
            let data = Data::from_json(&sample_data(locale));
            let options = RenderOptions {
                locale: Some(locale),
                ..RenderOptions::default()
            };
            let message = email.render(&data, &options)?.into_message();
            fs::write(
                folder.join(format!("{}.{locale}.html", starter.id)),
                message.html,
            )?;
            fs::write(
                folder.join(format!("{}.{locale}.txt", starter.id)),
                message.text,
            )?;
        }
    }
    Ok(())
}
