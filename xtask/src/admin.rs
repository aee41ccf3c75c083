//! Builds the web admin: cargo for wasm, wasm-bindgen as a library, names by content.
//!
//! Nothing has to be installed: the wasm-bindgen library comes from the same lock file as the one in the admin, so the
//! two can never be of different versions. wasm-opt is left out on purpose: it gained 0.5-1.4 % of what is sent.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, anyhow};
use brotli::enc::BrotliEncoderParams;
use wasm_bindgen_cli_support::Bindgen;

use crate::{
    env, process,
    workspace::{self, Workspace},
};

/// Smaller files fit into one packet as they are.
const WORTH_PACKING: usize = 1_024;
/// The first file's name before it is bound, and that of the script that fetches the others.
const UNBOUND: &str = "unbound.wasm";
const LINK: &str = "./split.js";
const TARGET: &str = "wasm32-unknown-unknown";
/// The drawn language in its order; the areas' own files follow by name.
const STYLES: [&str; 4] = ["tokens.css", "base.css", "components.css", "admin.css"];

/// Builds the admin into `apps/server/static/admin`; a debug build has the gallery, a release build is small.
pub(crate) fn build(release: bool) -> Result<()> {
    let workspace = Workspace::load()?;
    // A folder of its own keeps a second cargo out of the way of the first.
    let target =
        env::var("ENISHI_ADMIN_TARGET_DIR").map_or_else(|| workspace.target.clone(), PathBuf::from);
    let wasm = compile(&target, release)?;
    let bound = target.join("admin-bindgen");
    split(&wasm, &bound)?;
    bind(&bound.join(UNBOUND), &bound)?;
    let out = workspace.root.join("apps/server/static/admin");
    assemble(&workspace.root.join("apps/admin"), &bound, &out)?;
    // Packing well takes seconds that a debug build has better use for; its server packs lightly on the way.
    if release { pack(&out) } else { Ok(()) }
}

/// Puts a Brotli copy beside each file that is worth it: a fifth smaller than what a server packs while one waits.
fn pack(folder: &Path) -> Result<()> {
    let settings = BrotliEncoderParams {
        quality: 11,
        lgwin: 24,
        ..BrotliEncoderParams::default()
    };
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let bytes = read(&path)?;
        let is_page = path.extension().is_some_and(|kind| kind == "html");
        if is_page || bytes.len() < WORTH_PACKING {
            continue;
        }
        let mut packed = Vec::new();
        brotli::BrotliCompress(&mut bytes.as_slice(), &mut packed, &settings)?;
        let mut name = path.into_os_string();
        name.push(".br");
        fs::write(name, packed)?;
    }
    Ok(())
}

fn compile(target: &Path, release: bool) -> Result<PathBuf> {
    let profile = if release { "wasm-release" } else { "dev" };
    let mut cargo = workspace::cargo();
    cargo
        .args([
            "build",
            "--quiet",
            "--package",
            "admin",
            "--target",
            TARGET,
            "--profile",
            profile,
            "--target-dir",
        ])
        .arg(target);
    if !release {
        cargo.args(["--features", "gallery"]);
    }
    // Erased view types halve the compile time and shrink the wasm.
    cargo.env(
        "CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS",
        "--cfg erase_components -C link-args=--emit-relocs",
    );
    process::run(&mut cargo)?;
    let folder = if release { profile } else { "debug" };
    Ok(target.join(TARGET).join(folder).join("admin.wasm"))
}

/// Takes what `wasm_split` marks out of the first file: what a page needs is fetched when it is opened.
fn split(wasm: &Path, out: &Path) -> Result<()> {
    if out.exists() {
        fs::remove_dir_all(out).with_context(|| format!("failed to empty {}", out.display()))?;
    }
    fs::create_dir_all(out)?;
    let (bytes, main) = (read(wasm)?, out.join(UNBOUND));
    let mut options = wasm_split_cli_support::Options::new(&bytes);
    options.output_dir = out;
    options.main_out_path = &main;
    options.main_module = "./admin.js";
    options.link_name = LINK;
    wasm_split_cli_support::transform(options)
        .map_err(|error| anyhow!("failed to split {}: {error:#}", wasm.display()))?;
    Ok(())
}

fn bind(wasm: &Path, out: &Path) -> Result<()> {
    Bindgen::new()
        .input_path(wasm)
        .web(true)?
        // What the other files call by name has to stay.
        .keep_lld_exports(true)
        .typescript(false)
        .remove_name_section(true)
        .remove_producers_section(true)
        .out_name("admin")
        .generate(out)
        .with_context(|| format!("failed to bind {}", wasm.display()))
}

/// Puts the files together under names that change with their content, so that browsers may keep them for ever.
fn assemble(admin: &Path, bound: &Path, out: &Path) -> Result<()> {
    // The old files go first: a folder with two builds would be embedded twice.
    if out.exists() {
        fs::remove_dir_all(out).with_context(|| format!("failed to empty {}", out.display()))?;
    }
    fs::create_dir_all(out)?;
    let place = |stem: &str, extension: &str, bytes: &[u8]| -> Result<String> {
        let name = format!("{stem}-{}.{extension}", hash(bytes));
        fs::write(out.join(&name), bytes)?;
        Ok(format!("/{name}"))
    };
    let statics = admin.join("static");
    let wasm = place("admin", "wasm", &read(&bound.join("admin_bg.wasm"))?)?;
    let js = scripts(bound, out)?;
    let mut css = Vec::new();
    for style in styles(&admin.join("style"))? {
        css.extend(read(&style)?);
    }
    let css = place("admin", "css", &css)?;
    let boot = place("boot", "js", &read(&statics.join("boot.js"))?)?;
    let logo = place("logo", "svg", &read(&statics.join("logo.svg"))?)?;
    let names = [
        ("js", &js),
        ("wasm", &wasm),
        ("css", &css),
        ("boot", &boot),
        ("logo", &logo),
    ];
    let loader = place(
        "loader",
        "js",
        fill(&statics.join("loader.js"), &names)?.as_bytes(),
    )?;
    let names = [names.as_slice(), &[("loader", &loader)]].concat();
    fs::write(
        out.join("index.html"),
        fill(&statics.join("index.html"), &names)?,
    )?;
    println!("the admin stands in {}", out.display());
    Ok(())
}

/// Places the two scripts that import each other, and the files that the second one fetches; returns the first.
fn scripts(bound: &Path, out: &Path) -> Result<String> {
    let mut admin = String::from_utf8(read(&bound.join("admin.js"))?)?;
    let mut link = String::from_utf8(read(&bound.join(LINK))?)?;
    for path in files(bound)? {
        let (Some(stem), Some("wasm")) = (stem(&path), extension(&path)) else {
            continue;
        };
        // A piece is told by being fetched: the main file is not.
        let fetched = format!("\"./{stem}.wasm\"");
        if link.contains(&fetched) {
            let bytes = without_names(&read(&path)?)?;
            let name = format!("{stem}-{}.wasm", hash(&bytes));
            fs::write(out.join(&name), bytes)?;
            link = link.replace(&fetched, &format!("\"./{name}\""));
        }
    }
    // Neither name can hold a hash of the other's: one stands for both.
    let both = hash(format!("{admin}{link}").as_bytes());
    let (first, second) = (format!("admin-{both}.js"), format!("split-{both}.js"));
    // The wasm goes on asking for the script by its first name; only where it is read from changes.
    admin = admin.replace(&format!("from \"{LINK}\""), &format!("from \"./{second}\""));
    link = link.replace("./admin.js", &format!("./{first}"));
    fs::write(out.join(&first), admin)?;
    fs::write(out.join(&second), link)?;
    Ok(format!("/{first}"))
}

/// Drops what only a debugger reads, as wasm-bindgen does with the first file: four tenths of a piece.
fn without_names(wasm: &[u8]) -> Result<Vec<u8>> {
    let mut module = wasm_encoder::Module::new();
    for payload in wasmparser::Parser::new(0).parse_all(wasm) {
        let payload = payload?;
        if matches!(payload, wasmparser::Payload::CustomSection(_)) {
            continue;
        }
        if let Some((id, range)) = payload.as_section() {
            let range = usize::try_from(range.start)?..usize::try_from(range.end)?;
            let data = wasm.get(range).context("a section ends beyond its file")?;
            module.section(&wasm_encoder::RawSection { id, data });
        }
    }
    Ok(module.finish())
}

fn files(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)? {
        files.push(entry?.path());
    }
    files.sort();
    Ok(files)
}

fn stem(path: &Path) -> Option<&str> {
    path.file_stem()?.to_str()
}

fn extension(path: &Path) -> Option<&str> {
    path.extension()?.to_str()
}

/// Returns the style sheets in the order in which they are joined.
fn styles(folder: &Path) -> Result<Vec<PathBuf>> {
    let first: Vec<PathBuf> = STYLES.iter().map(|name| folder.join(name)).collect();
    let mut own = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.extension().is_some_and(|kind| kind == "css") && !first.contains(&path) {
            own.push(path);
        }
    }
    own.sort();
    Ok([first, own].concat())
}

/// Reads a template and replaces `{{name}}`.
fn fill(path: &Path, names: &[(&str, &String)]) -> Result<String> {
    let mut text = String::from_utf8(read(path)?)?;
    for (name, value) in names {
        text = text.replace(&format!("{{{{{name}}}}}"), value);
    }
    Ok(text)
}

fn read(path: &Path) -> Result<Vec<u8>> {
    fs::read(path).with_context(|| format!("failed to read {}", path.display()))
}

/// FNV-1a, 64 bits: the name has to change with the content, not to resist anybody.
fn hash(bytes: &[u8]) -> String {
    let step = |hash: u64, byte: &u8| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
    format!("{:016x}", bytes.iter().fold(0xcbf2_9ce4_8422_2325, step))
}

#[cfg(test)]
mod tests {
    use super::hash;

    #[test]
    fn the_name_changes_with_the_content() {
        assert_eq!(hash(b""), "cbf29ce484222325");
        assert_ne!(hash(b"a"), hash(b"b"));
    }
}
