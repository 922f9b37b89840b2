//! Builds an embedded recipe into a folder, to look at it: `cargo run --example recipe -- core/ready FOLDER`

use std::error::Error;
use std::path::Path;

use roadworthy::diag::Sources;
use roadworthy::fixture::{build, load_embedded, resolve};

fn main() -> Result<(), Box<dyn Error>> {
    let mut args = std::env::args().skip(1);
    let (Some(recipe), Some(into)) = (args.next(), args.next()) else {
        return Err("usage: recipe NAME FOLDER".into());
    };
    let scenario = resolve(&mut Sources::new(), &load_embedded, &format!("{recipe}.toml"))
        .map_err(|mistakes| mistakes.iter().map(|m| m.message.clone()).collect::<Vec<_>>().join("\n"))?;
    build(&scenario, Path::new(&into))?;
    Ok(())
}
